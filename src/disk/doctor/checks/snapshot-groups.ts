import { hasFailed, intendedSize, type SnapshotGroup } from '../../groups/snapshot-group.ts';
import type { Check } from '../check.ts';
import type { Finding, Remark } from '../finding.ts';
import { listing } from '../listing.ts';
import type { Looks } from '../looks.ts';
import { doubtOnCluster } from '../place.ts';

/** A call that makes the group may be about to be answered. */
const graceMs = 60 * 60_000;

/** Groups that are not whole, or that nothing leads to. */
export const snapshotGroups: Check = {
  name: 'snapshot-groups',
  finds:
    'snapshot groups of this cluster that have failed or lost members, or that no VolumeGroupSnapshotContent leads to',
  reads: 'snapshot groups with VolumeGroupSnapshotContents',
  mend: 'restore what is left, or delete the group',
  async examine(looks) {
    const all = (await looks.groups()).filter(({ status }) => status !== 'progressing');
    const broken = all.flatMap((group) => brokenness(group, looks));
    const whole = all.filter((group) => brokenness(group, looks).length === 0);
    const handles = await looks.groupHandles();
    const unled = await olderThanGrace(
      whole.filter(({ id }) => !handles.has(id)),
      looks,
    );
    const isLed = all.some(({ id }) => handles.has(id));
    return [...broken, ...(unled.length === 0 ? [] : await leftOver(unled, isLed, looks))];
  },
};

/** With the kubeconfig of another cluster, nothing leads to any group of this one. */
async function leftOver(unled: readonly SnapshotGroup[], isLed: boolean, looks: Looks): Promise<Remark[]> {
  const doubt = doubtOnCluster(await looks.place(), looks, isLed);
  const at = `${unled.length} snapshot groups that no VolumeGroupSnapshotContent leads to: ${listing(unled.map(titleOf))}`;
  return doubt === undefined ? unled.map((group) => unledFinding(group, looks)) : [{ at, ...doubt }];
}

function brokenness(group: SnapshotGroup, looks: Looks): Finding[] {
  const { id, members } = group;
  const intended = intendedSize(group);
  const ids = [id, ...members.map(({ snapshotId }) => snapshotId)];
  if (hasFailed(group)) {
    return [
      {
        what: `snapshot group ${titleOf(group)} has failed, and was not removed`,
        ids,
        why: 'it cannot be restored as a whole; its members are paid for',
        mend: [`kubectl delete its VolumeGroupSnapshot, or: ${deleteCommand(id, looks)}`],
      },
    ];
  }
  return intended === undefined || members.length >= intended
    ? []
    : [
        {
          what: `snapshot group ${titleOf(group)} has ${members.length} of its ${intended} members left`,
          ids,
          why: 'somebody has deleted members by hand: the group cannot be restored as one moment of all its volumes',
          mend: [
            `to restore what is left: csi-datasafe restore-group --region ${looks.regionId} --group ${id} --incomplete print | kubectl apply -f -`,
            `to give it up: ${deleteCommand(id, looks)}`,
          ],
        },
      ];
}

/** Groups tell no time: the oldest of their members does. One whose members nobody sees is left alone. */
async function olderThanGrace(groups: readonly SnapshotGroup[], looks: Looks): Promise<SnapshotGroup[]> {
  const first = groups.flatMap(({ members }) => members[0]?.snapshotId ?? []);
  const seen = await looks.cloud.findSnapshots(first, looks.call);
  const old = new Set(
    seen
      .filter(({ cutAt }) => cutAt !== undefined && looks.now() - cutAt.getTime() > graceMs)
      .map(({ id }) => id),
  );
  return groups.filter(({ members }) => old.has(members[0]?.snapshotId ?? ''));
}

function unledFinding(group: SnapshotGroup, looks: Looks): Finding {
  const { id, members } = group;
  const command = `csi-datasafe restore-group --region ${looks.regionId} --group ${id} | kubectl apply -f -`;
  return {
    what: `snapshot group ${titleOf(group)} of disks ${listing(members.map(({ sourceDiskId }) => sourceDiskId))} belongs to this cluster, but no VolumeGroupSnapshotContent leads to it`,
    ids: [id, ...members.map(({ snapshotId }) => snapshotId)],
    why: 'its VolumeGroupSnapshot was deleted and kept the group (Retain), or the objects got lost: it is paid for, and never expires',
    mend: [`to use it: ${command}`, `to give it up: ${deleteCommand(id, looks)}`],
  };
}

function titleOf({ id, name }: SnapshotGroup): string {
  return name === undefined ? id : `${id} (${name})`;
}

function deleteCommand(id: string, { regionId }: Looks): string {
  return `aliyun ecs DeleteSnapshotGroup --RegionId ${regionId} --SnapshotGroupId ${id}`;
}
