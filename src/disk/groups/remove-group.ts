import type { Call } from '../call.ts';
import { DiskError, isDiskError, isFinal } from '../disk-error.ts';
import { assertNoDiskIsBeingMade, removeSnapshot, type RemoveSnapshotParts } from '../remove-snapshot.ts';
import { isSnapshotId } from '../snapshot.ts';
import { hidden, untilTimeIsUp } from '../waiting.ts';
import type { GroupCloud, KeptMember } from './group-calls.ts';
import { groupIdsMarkedOn } from './membership.ts';
import { told } from './group-refusal.ts';
import { intendedSize, type SnapshotGroup } from './snapshot-group.ts';

export interface RemoveGroupParts extends RemoveSnapshotParts {
  readonly cloud: GroupCloud;
}

export interface GroupRemoval {
  readonly groupId: string;
  /** The members that the caller knows of, which need not be all. */
  readonly snapshotIds: readonly string[];
}

/**
 * Deletes a group with all its members, whatever its state, and returns once nothing is left of it. A group that is proven
 * absent counts as deleted.
 * @throws DiskError `invalid` for a snapshot that does not belong to the group, `in-use` when custom images need members,
 *   `unreadable` when ECS hides the group from us, `busy` while ECS is still at it.
 */
export async function removeGroup(parts: RemoveGroupParts, removal: GroupRemoval, call: Call): Promise<void> {
  const { groupId, snapshotIds } = removal;
  const group = await parts.cloud.findSnapshotGroup(groupId, call);
  if (group === undefined) {
    if (!(await parts.cloud.isSnapshotGroupProvenAbsent(groupId, call))) {
      throw hidden('snapshot group', groupId);
    }
    await removeLeftovers(parts, removal, call);
    return;
  }
  await assertBelonging(parts.cloud, group, snapshotIds, call);
  const members = group.members.map(({ snapshotId }) => snapshotId);
  await assertNoRestore(parts, members, call);
  await removeWithMembers(parts, groupId, call);
  await removeLeftovers(parts, removal, call, members);
}

/**
 * An id that the group does not show may be that of a member which an earlier, interrupted deletion has taken: only what
 * exists, or what a group that is still whole never had, is a mistake of the caller.
 */
async function assertBelonging(
  cloud: GroupCloud,
  group: SnapshotGroup,
  snapshotIds: readonly string[],
  call: Call,
): Promise<void> {
  const members = new Set(group.members.map(({ snapshotId }) => snapshotId));
  const others = snapshotIds.filter((id) => !members.has(id));
  if (others.length === 0) {
    return;
  }
  const found = await cloud.findSnapshots(others, call);
  const leftovers = found.filter((snapshot) => groupIdsMarkedOn(snapshot).includes(group.id));
  const strangers = isWhole(group)
    ? others.filter((id) => !leftovers.some((leftover) => leftover.id === id))
    : others.filter(
        (id) => !isSnapshotId(id) || found.some((one) => one.id === id && !leftovers.includes(one)),
      );
  assertNoStrangers(group, strangers);
}

/** Whether the group still has as many members as it was made with; of groups that others made nobody knows. */
function isWhole(group: SnapshotGroup): boolean {
  return intendedSize(group) === group.members.length;
}

/** @throws DiskError `invalid` */
export function assertNoStrangers(group: SnapshotGroup, strangers: readonly string[]): void {
  if (strangers.length > 0) {
    const members = told(group.members.map(({ snapshotId }) => snapshotId).sort());
    const message = `${told(strangers)} do not belong to snapshot group ${group.id}, whose members are ${members}`;
    throw new DiskError('invalid', message);
  }
}

/** ECS may delete a group although a disk is just being made from a member: only its own doing protects single snapshots. */
async function assertNoRestore(
  parts: RemoveGroupParts,
  snapshotIds: readonly string[],
  call: Call,
): Promise<void> {
  const snapshots = await parts.cloud.findSnapshots(snapshotIds, call);
  const used = snapshots.filter(({ usedByDisks }) => usedByDisks);
  await Promise.all(used.map(({ id }) => assertNoDiskIsBeingMade(parts, id, call)));
}

async function removeWithMembers(parts: RemoveGroupParts, groupId: string, call: Call): Promise<void> {
  const { cloud, sightings } = parts;
  const kept = await cloud.deleteSnapshotGroup(groupId, call);
  if (kept.length > 0) {
    await removeKept(parts, groupId, kept, call);
    // Now that its members are gone; most likely it went with the last of them.
    await cloud.deleteSnapshotGroup(groupId, call);
  }
  await untilTimeIsUp(
    cloud.waitForSnapshotGroup(groupId, (now) => now === undefined, call),
    `snapshot group ${groupId} is still being deleted by ECS`,
  );
  sightings.removed(groupId);
}

/** Members that the request for the whole group has spared. Those that disks were made from can go, one by one. */
async function removeKept(
  parts: RemoveGroupParts,
  groupId: string,
  kept: readonly KeptMember[],
  call: Call,
): Promise<void> {
  const isRemovable = ({ kind }: KeptMember) => kind === 'source-of-disks';
  const refused = kept
    .filter((member) => !isRemovable(member))
    .map(({ snapshotId, kind, reason }) => new DiskError(kind, `snapshot ${snapshotId}: ${reason}`));
  const others = kept.filter(isRemovable).map(({ snapshotId }) => obstacleTo(parts, snapshotId, call));
  assertNoObstacles(groupId, [...refused, ...(await Promise.all(others))]);
}

/**
 * Deletes what is left of a group that is gone: members that ECS took out of it rather than deleting them.
 * @param members those that the group itself has shown. What only the caller names needs the mark of the group.
 */
async function removeLeftovers(
  parts: RemoveGroupParts,
  { groupId, snapshotIds }: GroupRemoval,
  call: Call,
  members: readonly string[] = [],
): Promise<void> {
  const found = await parts.cloud.findSnapshots([...new Set([...members, ...snapshotIds])], call);
  const leftovers = found.filter(
    (snapshot) => members.includes(snapshot.id) || groupIdsMarkedOn(snapshot).includes(groupId),
  );
  const results = await Promise.all(leftovers.map(({ id }) => obstacleTo(parts, id, call)));
  assertNoObstacles(groupId, results);
}

/** Deletes a snapshot; what stands in the way is returned, so that one does not keep the others. */
async function obstacleTo(
  parts: RemoveSnapshotParts,
  snapshotId: string,
  call: Call,
): Promise<DiskError | undefined> {
  try {
    await removeSnapshot(parts, snapshotId, call);
    return undefined;
  } catch (error) {
    if (isDiskError(error)) {
      return error;
    }
    throw error;
  }
}

/** The kind of an obstacle that somebody has to remove comes before that of one that passes. */
function assertNoObstacles(groupId: string, results: readonly (DiskError | undefined)[]): void {
  const obstacles = results.filter((result) => result !== undefined);
  const decisive = obstacles.find(isFinal) ?? obstacles[0];
  if (decisive !== undefined) {
    const texts = obstacles.map(({ message }) => message).sort();
    const message = `snapshot group ${groupId} cannot be deleted as long as members are needed: ${told(texts)}`;
    throw new DiskError(decisive.kind, message, { code: decisive.code, cause: decisive });
  }
}
