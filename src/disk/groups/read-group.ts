import type { Call } from '../call.ts';
import { DiskError } from '../disk-error.ts';
import { isCut, isReady, type Snapshot } from '../snapshot.ts';
import { hidden } from '../waiting.ts';
import { stillAtIt } from './complete-group.ts';
import type { GroupCloud } from './group-calls.ts';
import { assertNoStrangers } from './remove-group.ts';
import type { SnapshotGroup } from './snapshot-group.ts';

/** A group as it is now. */
export interface ReadGroup {
  readonly id: string;
  readonly cutAt: Date;
  readonly isReady: boolean;
  readonly snapshots: readonly Snapshot[];
}

/**
 * Reads a group, whoever made it, with its members in the order of their ids.
 * @param snapshotIds the members as the caller knows them; none: it does not say.
 * @throws DiskError `not-found`, `invalid` when the group has other members than the caller says, `busy` when it is not cut
 *   yet, `wrong-state` when it failed.
 */
export async function readGroup(
  cloud: GroupCloud,
  groupId: string,
  snapshotIds: readonly string[],
  call: Call,
): Promise<ReadGroup> {
  const group = await requireGroup(cloud, groupId, call);
  assertSameMembers(group, snapshotIds);
  if (group.status === 'failed') {
    throw new DiskError('wrong-state', `snapshot group ${groupId} failed and is no consistent whole; delete it`);
  }
  const ids = group.members.map(({ snapshotId }) => snapshotId).sort();
  const snapshots = await cloud.findSnapshots(ids, call);
  const cuts = snapshots.flatMap(({ cutAt }) => cutAt?.getTime() ?? []);
  if (ids.length === 0 || snapshots.length < ids.length || !snapshots.every(isCut)) {
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

/** A caller that knows but some of the members would restore an application in part. */
function assertSameMembers(group: SnapshotGroup, snapshotIds: readonly string[]): void {
  if (snapshotIds.length === 0) {
    return;
  }
  const members = group.members.map(({ snapshotId }) => snapshotId);
  assertNoStrangers(
    group,
    snapshotIds.filter((id) => !members.includes(id)),
  );
  const unknown = members.filter((id) => !snapshotIds.includes(id)).sort();
  if (unknown.length > 0) {
    const message = `snapshot group ${group.id} has members besides those given: ${unknown.join(', ')}`;
    throw new DiskError('invalid', message);
  }
}
