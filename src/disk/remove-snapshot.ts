import type { Call } from './call.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';
import { hidden, untilTimeIsUp } from './waiting.ts';

/**
 * Deletes a snapshot and returns once it is gone. A snapshot that is proven absent counts as deleted.
 * @throws DiskError `in-use` when a custom image needs it, `unreadable` when ECS hides it from us, `busy` while a disk
 *   is still being made from it, or ECS is still at it.
 */
export async function removeSnapshot(cloud: DiskCloud, snapshotId: string, call: Call): Promise<void> {
  const snapshot = await cloud.findSnapshot(snapshotId, call);
  if (snapshot === undefined) {
    if (await cloud.isSnapshotProvenAbsent(snapshotId, call)) {
      return;
    }
    throw hidden('snapshot', snapshotId);
  }
  try {
    await cloud.deleteSnapshot(snapshotId, { force: false }, call);
  } catch (error) {
    if (!isDiskError(error, 'in-use')) {
      throw error;
    }
    await assertNoDiskIsBeingMade(cloud, snapshotId, call);
    // Disks were made from it and are complete: they lose nothing but the way to be re-initialised from it.
    await cloud.deleteSnapshot(snapshotId, { force: true }, call);
  }
  await untilTimeIsUp(
    cloud.waitForSnapshot(snapshotId, (now) => now === undefined, call),
    `snapshot ${snapshotId} is still being deleted by ECS`,
  );
}

async function assertNoDiskIsBeingMade(cloud: DiskCloud, snapshotId: string, call: Call): Promise<void> {
  const disks = await cloud.findDisksMadeFrom(snapshotId, call);
  const unfinished = disks.find((disk) => disk.status === 'Creating' || disk.status === 'ReIniting');
  if (unfinished !== undefined) {
    const message = `snapshot ${snapshotId} is still being restored to disk ${unfinished.id}`;
    throw new DiskError('busy', message);
  }
}
