import type { Call } from '../call.ts';
import { DiskError, isDiskError, isFinal } from '../disk-error.ts';
import { presentAnd, type Sightings } from '../sightings.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import { hidden, untilTimeIsUp } from '../waiting.ts';
import type { GroupParts } from './group-parts.ts';
import { GroupRefusal, told } from './group-refusal.ts';
import { removeGroup } from './remove-group.ts';
import { failedMark, hasFailed, type SnapshotGroup } from './snapshot-group.ts';

/** A group that is all there: each of its snapshots can be restored. */
export interface TakenGroup {
  readonly id: string;
  /** The moment whose data the snapshots hold. */
  readonly cutAt: Date;
  /** One for each disk that was asked for, in that order. */
  readonly snapshots: readonly Snapshot[];
}

/** What a caller is told whose time ends before its group is complete: the same text each time. */
export function stillAtIt(groupId: string): string {
  return `snapshot group ${groupId} is not complete yet; ECS is still at it`;
}

/**
 * The members of a settled group, all that were asked for, each restorable and of known size. The sidecar writes down the
 * first list that it gets and never looks again, so it gets a whole one or none.
 * @throws DiskError `failed` when a member failed (the group is removed first), `busy` when the list is not whole.
 */
export async function completeGroup(
  parts: GroupParts,
  request: { readonly key: string; readonly diskIds: readonly string[] },
  group: SnapshotGroup,
  call: Call,
): Promise<TakenGroup> {
  if (hasFailed(group)) {
    return await removeFailedGroup(parts, request.key, group, call);
  }
  const memberIds = memberIdsInOrder(parts.sightings, request.diskIds, group);
  const snapshots = await restorableSnapshots(parts, group.id, memberIds, call);
  if (snapshots.some(({ status }) => status === 'failed')) {
    return await removeFailedGroup(parts, request.key, group, call);
  }
  const cuts = snapshots.flatMap(({ cutAt }) => cutAt?.getTime() ?? []);
  return { id: group.id, cutAt: new Date(Math.min(...cuts)), snapshots };
}

function memberIdsInOrder(sightings: Sightings, diskIds: readonly string[], group: SnapshotGroup): string[] {
  const members = new Map(group.members.map(({ sourceDiskId, snapshotId }) => [sourceDiskId, snapshotId]));
  const missing = diskIds.filter((diskId) => !members.has(diskId));
  const isLate = missing.map((diskId) => !sightings.isMissingForLong(`${diskId} in ${group.id}`));
  if (isLate.includes(true)) {
    throw new DiskError('busy', stillAtIt(group.id));
  }
  if (missing.length > 0) {
    // Neither final, which would forget the others, nor removed: somebody may want what is left.
    const message = `snapshot group ${group.id} lacks the snapshots of ${missing.join(', ')}; if somebody has deleted them, delete the rest of the group in the ECS console, and the next call makes a new one`;
    throw new DiskError('busy', message);
  }
  return diskIds.map((diskId) => members.get(diskId) ?? '');
}

async function restorableSnapshots(
  parts: GroupParts,
  groupId: string,
  snapshotIds: readonly string[],
  call: Call,
): Promise<Snapshot[]> {
  const found = await parts.cloud.findSnapshots(snapshotIds, call);
  const done = new Map(found.filter(isDecided).map((snapshot) => [snapshot.id, snapshot]));
  return await Promise.all(
    snapshotIds.map(async (id) => done.get(id) ?? (await waitUntilDecided(parts, groupId, id, call))),
  );
}

function isDecided(snapshot: Snapshot): boolean {
  return snapshot.status === 'failed' || (isReady(snapshot) && snapshot.sourceDiskSizeGiB > 0);
}

async function waitUntilDecided(
  { cloud, sightings }: GroupParts,
  groupId: string,
  snapshotId: string,
  call: Call,
): Promise<Snapshot> {
  const text = stillAtIt(groupId);
  const until = presentAnd(sightings, snapshotId, isDecided);
  const snapshot = await untilTimeIsUp(cloud.waitForSnapshot(snapshotId, until, call), text);
  if (snapshot === undefined) {
    throw (await cloud.isSnapshotProvenAbsent(snapshotId, call))
      ? new DiskError('busy', text)
      : hidden('snapshot', snapshotId);
  }
  return snapshot;
}

/** A failure is final for the caller, who then forgets the group: nothing of it may be left. */
async function removeFailedGroup(
  parts: GroupParts,
  key: string,
  group: SnapshotGroup,
  call: Call,
): Promise<never> {
  if (!group.tags.has(tagKeys.groupDisks)) {
    // Somebody may want those of its snapshots that are good.
    const message = `snapshot group ${group.id}, which somebody else made under this name, has failed; delete it in the ECS console, and the next call makes a new one`;
    throw new DiskError('busy', message);
  }
  const snapshots = await parts.cloud.findSnapshots(
    group.members.map(({ snapshotId }) => snapshotId),
    call,
  );
  const culprits = snapshots.flatMap(({ status, sourceDiskId }) => (status === 'failed' ? sourceDiskId : []));
  try {
    await markFailed(parts, group, call);
    await removeGroup(parts, { groupId: group.id, snapshotIds: [] }, call);
  } catch (error) {
    if (isFinal(error)) {
      const message = `snapshot group ${group.id} has failed, and what is left of it cannot be removed: ${error.message}`;
      throw new DiskError('busy', message, { cause: error });
    }
    throw error;
  }
  const which = culprits.length === 0 ? '' : `: the snapshot of ${told(culprits.toSorted())} failed`;
  throw new GroupRefusal('failed', `ECS failed to make snapshot group ${key}${which}`, culprits);
}

/** ECS may delete the failed members first and keep others for a while: what is left then shows no failure any more. */
async function markFailed({ cloud }: GroupParts, group: SnapshotGroup, call: Call): Promise<void> {
  if (group.tags.get(failedMark.key) === failedMark.value) {
    return;
  }
  try {
    await cloud.tagSnapshotGroup(group.id, failedMark, call);
  } catch (error) {
    if (!isDiskError(error, 'not-found')) {
      throw error;
    }
  }
}
