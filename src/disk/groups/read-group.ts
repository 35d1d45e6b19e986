import type { Call } from '../call.ts';
import { DiskError } from '../disk-error.ts';
import { isCut, isReady, type Snapshot } from '../snapshot.ts';
import { hidden } from '../waiting.ts';
import { stillAtIt } from './complete-group.ts';
import type { GroupCloud } from './group-calls.ts';
import { assertNoStrangers } from './remove-group.ts';
import { hasFailed, type SnapshotGroup } from './snapshot-group.ts';

/** A group as it is now. */
export interface ReadGroup {
  readonly id: string;
  readonly cutAt: Date;
  readonly isReady: boolean;
  readonly snapshots: readonly Snapshot[];
}

/**
 * Reads a group, whoever made it, with its members in the order of their ids.
 * @param snapshotIds the members that the caller knows of, which need not be all.
 * @throws DiskError `not-found`, `invalid` for a snapshot that does not belong to the group, `busy` when it is not cut
 *   yet, `wrong-state` when it failed.
 */
export async function readGroup(
  cloud: GroupCloud,
  groupId: string,
  snapshotIds: readonly string[],
  call: Call,
): Promise<ReadGroup> {
  const group = await requireGroup(cloud, groupId, call);
  const members = group.members.map(({ snapshotId }) => snapshotId).sort();
  assertNoStrangers(
    group,
    snapshotIds.filter((id) => !members.includes(id)),
  );
  if (hasFailed(group)) {
    throw new DiskError(
      'wrong-state',
      `snapshot group ${groupId} failed and is no consistent whole; delete it`,
    );
  }
  const snapshots = await cloud.findSnapshots(members, call);
  const cuts = snapshots.flatMap(({ cutAt }) => cutAt?.getTime() ?? []);
  if (members.length === 0 || snapshots.length < members.length || !snapshots.every(isCut)) {
    throw new DiskError('busy', stillAtIt(groupId));
  }
  return { id: groupId, cutAt: new Date(Math.min(...cuts)), isReady: snapshots.every(isReady), snapshots };
}

async function requireGroup(cloud: GroupCloud, groupId: string, call: Call): Promise<SnapshotGroup> {
  const group = await cloud.findSnapshotGroup(groupId, call);
  if (group !== undefined) {
    return group;
  }
  const isAbsent = await cloud.isSnapshotGroupProvenAbsent(groupId, call);
  throw isAbsent
    ? new DiskError('not-found', `snapshot group ${groupId} does not exist`)
    : hidden('snapshot group', groupId);
}
