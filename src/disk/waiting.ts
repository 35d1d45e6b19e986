import type { Call } from './call.ts';
import type { Disk } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';

/**
 * Waits with `wait`; when our time is up first, says what ECS is still doing instead of a bare time-out. The text is
 * constant for one resource, since a changing text makes the sidecars loop.
 */
export async function untilTimeIsUp<T>(wait: Promise<T>, stillDoing: string): Promise<T> {
  try {
    return await wait;
  } catch (error) {
    if (isDiskError(error, 'timed-out')) {
      throw new DiskError('busy', stillDoing, { cause: error });
    }
    throw error;
  }
}

/**
 * The disk, or an error that can be trusted: `not-found` only when its absence is proven, `unreadable` when ECS does
 * not show it to us.
 */
export async function requireDisk(cloud: DiskCloud, diskId: string, call: Call): Promise<Disk> {
  const disk = await cloud.findDisk(diskId, call);
  if (disk !== undefined) {
    return disk;
  }
  if (await cloud.isDiskProvenAbsent(diskId, call)) {
    throw new DiskError('not-found', `disk ${diskId} does not exist`);
  }
  throw hidden('disk', diskId);
}

/** The error for a resource that exists although ECS leaves it out of its answers. */
export function hidden(noun: string, id: string): DiskError {
  const message = `${noun} ${id} exists, but ECS does not show it: check the RAM rights (region, resource group) of the plugin`;
  return new DiskError('unreadable', message);
}

/** Waits until no snapshot of the disk is in the making. */
export async function waitForSnapshotsOf(cloud: DiskCloud, diskId: string, call: Call): Promise<void> {
  const snapshots = await cloud.findSnapshotsOfDisk(diskId, call);
  const unfinished = snapshots.filter((snapshot) => snapshot.status === 'progressing');
  await Promise.all(
    unfinished.map((snapshot) =>
      cloud.waitForSnapshot(snapshot.id, (now) => now?.status !== 'progressing', call),
    ),
  );
}

/**
 * Runs a request that ECS refuses while a snapshot of the disk is in the making: once refused, waits for the snapshots
 * rather than asking again and again.
 */
export async function onceSnapshotsAreDone<T>(
  cloud: DiskCloud,
  diskId: string,
  request: () => Promise<T>,
  call: Call,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!isDiskError(error, 'busy')) {
      throw error;
    }
    await untilTimeIsUp(
      waitForSnapshotsOf(cloud, diskId, call),
      `disk ${diskId} waits for a snapshot of it that ECS is still making`,
    );
    return await request();
  }
}
