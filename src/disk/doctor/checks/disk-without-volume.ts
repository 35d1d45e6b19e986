import type { Disk } from '../../disk.ts';
import { tagKeys } from '../../tags.ts';
import type { Check } from '../check.ts';
import type { Finding, NotLooked } from '../finding.ts';
import type { Looks } from '../looks.ts';

/** A disk younger than this may still get its volume. */
const graceMs = 60 * 60_000;

/** A disk of this cluster that nothing in Kubernetes leads to. */
export const diskWithoutVolume: Check = {
  name: 'disk-without-volume',
  finds:
    'disks with the tag of this cluster, older than an hour, that no PersistentVolume of whatever driver mentions',
  reads: 'disks tagged with the cluster id with PersistentVolumes',
  mend: 'make a PersistentVolume for it, or take a snapshot and delete it',
  async examine(looks) {
    if (looks.clusterId === undefined) {
      return [whichCluster];
    }
    // In this order: a disk gets its volume after it was made, and loses it after it is gone.
    const own = new Set(await looks.ownDiskIds());
    const all = await looks.disks();
    const disks = [...all.values()].filter(({ id }) => own.has(id));
    const known = await looks.mentionedDisks();
    if (isListDoubtful(looks.clusterId, own, [...all.values()])) {
      return [hiddenDisks(looks.clusterId)];
    }
    const forgotten = disks.filter((disk) => !known.has(disk.id));
    const old = forgotten.filter((disk) => isOlderThanGrace(disk, looks.now()));
    if (old.length === 0) {
      return [];
    }
    const { contradiction } = await looks.place();
    if (contradiction !== undefined) {
      return [{ at: disksOf(looks.clusterId), ...contradiction }];
    }
    // Once more: what was deleted since the first look is no finding.
    const ids = old.map(({ id }) => id);
    return (await looks.cloud.findDisks(ids, looks.call)).map((disk) => findingOf(disk, looks));
  },
};

const whichCluster: NotLooked = {
  at: 'disks of this cluster that no PersistentVolume leads to',
  because: 'it is not known which disks are of this cluster',
  mend: ['give --cluster-id (or CLUSTER_ID), the same as that of the plugin'],
};

/** An empty list is also what somebody gets who may not see the tags: disks with the tag must be in it. */
function isListDoubtful(clusterId: string, own: ReadonlySet<string>, disks: readonly Disk[]): boolean {
  return disks.some(({ id, tags }) => tags.get(tagKeys.cluster) === clusterId && !own.has(id));
}

function hiddenDisks(clusterId: string): NotLooked {
  return {
    at: disksOf(clusterId),
    because: 'ListTagResources leaves out disks that have the tag, so it would leave out others',
    mend: ['give the account the right to ecs:ListTagResources on every disk, and run it again'],
  };
}

function disksOf(clusterId: string): string {
  return `disks of cluster ${clusterId} that no PersistentVolume leads to`;
}

function isOlderThanGrace({ createdAt }: Disk, now: number): boolean {
  return now - Date.parse(createdAt ?? '') > graceMs;
}

function findingOf(disk: Disk, { regionId, driverName }: Looks): Finding {
  const { id, sizeGiB, category, attachments, tags } = disk;
  const claim = tags.get(tagKeys.pvcName);
  const where = attachments.map(({ instanceId }) => instanceId).join(', ');
  const facts = [
    `${category}, ${sizeGiB} GiB`,
    ...(claim === undefined ? [] : [`made for claim ${tags.get(tagKeys.pvcNamespace) ?? ''}/${claim}`]),
    ...(where === '' ? [] : [`attached to ${where}`]),
  ];
  return {
    what: `disk ${id} (${facts.join(', ')}) belongs to this cluster, but no PersistentVolume leads to it`,
    ids: [id, ...attachments.map(({ instanceId }) => instanceId)],
    why: 'it is paid for and nobody uses it, or its PersistentVolume was deleted and kept the disk (Retain): then it may be the only copy of the data',
    mend: [
      `to use it: make a PersistentVolume with csi.driver ${driverName} and csi.volumeHandle ${id}`,
      ...(where === '' ? [] : [`first see that nothing on ${where} uses it, and detach it`]),
      `to give it up, keep a way back for 30 days: aliyun ecs CreateSnapshot --RegionId ${regionId} --DiskId ${id} --RetentionDays 30, and once that is accomplished: aliyun ecs DeleteDisk --RegionId ${regionId} --DiskId ${id}`,
    ],
  };
}
