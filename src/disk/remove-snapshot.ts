import type { Call } from './call.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';
import type { Sightings } from './sightings.ts';
import type { Snapshot } from './snapshot.ts';
import { hidden, untilTimeIsUp } from './waiting.ts';

/** Called with a snapshot before it is deleted; what it throws stops the deletion. */
export type BeforeRemoval = (snapshot: Snapshot, call: Call) => Promise<void>;

export interface RemoveSnapshotParts {
  readonly cloud: DiskCloud;
  readonly sightings: Sightings;
}

/**
 * Deletes a snapshot and returns once it is gone. A snapshot that is proven absent counts as deleted.
 * @throws DiskError `in-use` when a custom image needs it, `unreadable` when ECS hides it from us, `busy` while a disk
 *   is still being made from it, or ECS is still at it.
 */
export async function removeSnapshot(
  { cloud, sightings }: RemoveSnapshotParts,
  snapshotId: string,
  call: Call,
  beforeRemoval: BeforeRemoval = () => Promise.resolve(),
): Promise<void> {
  const snapshot = await cloud.findSnapshot(snapshotId, call);
  if (snapshot === undefined) {
    if (await cloud.isSnapshotProvenAbsent(snapshotId, call)) {
      return;
    }
    throw hidden('snapshot', snapshotId);
  }
  await beforeRemoval(snapshot, call);
  try {
    await cloud.deleteSnapshot(snapshotId, { force: false }, call);
  } catch (error) {
    if (!isDiskError(error, 'source-of-disks')) {
      throw error;
    }
    await assertNoDiskIsBeingMade({ cloud, sightings }, snapshotId, call);
    // Disks were made from it and are complete: they lose nothing but the way to be re-initialised from it.
    await cloud.deleteSnapshot(snapshotId, { force: true }, call);
  }
  await untilTimeIsUp(
    cloud.waitForSnapshot(snapshotId, (now) => now === undefined, call),
    `snapshot ${snapshotId} is still being deleted by ECS`,
  );
}

/** @throws DiskError `busy` while a disk that was made from the snapshot is not complete, or does not show. */
export async function assertNoDiskIsBeingMade(
  { cloud, sightings }: RemoveSnapshotParts,
  snapshotId: string,
  call: Call,
): Promise<void> {
  const disks = await cloud.findDisksMadeFrom(snapshotId, call);
  const restored = `disks made from ${snapshotId}`;
  if (disks.length === 0) {
    // ECS has just said that there are some: they may not show yet.
    if (!sightings.isMissingForLong(restored)) {
      throw new DiskError(
        'busy',
        `snapshot ${snapshotId} has been restored to a disk that does not show yet`,
      );
    }
    return;
  }
  sightings.seen(restored);
  const unfinished = disks.find(({ status }) => ['Creating', 'ReIniting', 'Unknown'].includes(status));
  if (unfinished !== undefined) {
    throw new DiskError('busy', `snapshot ${snapshotId} is still being restored to disk ${unfinished.id}`);
  }
}
