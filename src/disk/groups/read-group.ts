import type { Call } from '../call.ts';
import { DiskError } from '../disk-error.ts';
import { isCut, isReady, type Snapshot } from '../snapshot.ts';
import { hidden } from '../waiting.ts';
import { stillAtIt } from './complete-group.ts';
import type { GroupCloud } from './group-calls.ts';
import { told } from './group-refusal.ts';
import { assertNoStrangers } from './remove-group.ts';
import { hasFailed, intendedSize, type SnapshotGroup } from './snapshot-group.ts';

/** A group as it is now. */
export interface ReadGroup {
  readonly id: string;
  readonly cutAt: Date;
  /** All of its members are there and can be restored. */
  readonly isReady: boolean;
  readonly snapshots: readonly Snapshot[];
  /** What it lacks of the disks that it was made of, in words. */
  readonly gap: string | undefined;
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
  const gap = gapOf(group);
  const cutAt = new Date(Math.min(...cuts));
  return { id: groupId, cutAt, isReady: gap === undefined && snapshots.every(isReady), snapshots, gap };
}

/** Of groups that others made, nobody knows. */
function gapOf(group: SnapshotGroup): string | undefined {
  const missing = (intendedSize(group) ?? 0) - group.members.length;
  if (missing <= 0) {
    return undefined;
  }
  const present = group.members.map(({ sourceDiskId }) => sourceDiskId).sort();
  return `snapshot group ${group.id} was made of ${present.length + missing} disks and has lost the snapshots of ${missing}: those of ${told(present)} are left, and are no consistent whole`;
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
