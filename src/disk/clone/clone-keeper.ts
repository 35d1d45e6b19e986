import type { Call } from '../call.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import type { Snapshot } from '../snapshot.ts';
import { ownerTag, tagKeys } from '../tags.ts';
import { cloneTag, isCloneSnapshot } from './clone-mark.ts';

export interface CloneKeeperParts {
  readonly cloud: DiskCloud;
  readonly clusterId: string | undefined;
}

/**
 * The snapshots of this cluster whose clone is complete: uploaded, and each disk that was made from it is usable. One that
 * no disk was made from yet is left: whoever wants the clone may come back for it, and ECS ends it after a day.
 */
export async function spentCloneSnapshots(
  { cloud, clusterId }: CloneKeeperParts,
  call: Call,
): Promise<Snapshot[]> {
  const owner = ownerTag(clusterId);
  const ids = await cloud.listSnapshotIds(cloneTag, call);
  const snapshots = (await cloud.findSnapshots(ids, call)).filter(
    (snapshot) =>
      isCloneSnapshot(snapshot) &&
      snapshot.tags.get(owner.key) === owner.value &&
      snapshot.status === 'accomplished',
  );
  const spent = await Promise.all(snapshots.map((snapshot) => isSpent(cloud, snapshot, call)));
  return snapshots.filter((_, at) => spent[at]);
}

async function isSpent(cloud: DiskCloud, snapshot: Snapshot, call: Call): Promise<boolean> {
  const made = await cloud.findDisksMadeFrom(snapshot.id, call);
  const clone = made.find(({ tags }) => tags.get(tagKeys.diskKey) === snapshot.tags.get(tagKeys.cloneFor));
  return (
    clone !== undefined && made.every(({ status }) => !['Creating', 'ReIniting', 'Unknown'].includes(status))
  );
}
