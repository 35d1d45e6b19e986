import type { Call } from './call.ts';
import { isInUse, type Disk } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';
import { hidden, onceSnapshotsAreDone, untilTimeIsUp } from './waiting.ts';

/** Called with a disk that nobody holds, right before it is deleted; what it throws stops the deletion. */
export type BeforeDelete = (disk: Disk, call: Call) => Promise<void>;

/**
 * Deletes a disk and returns once it is gone. A disk that is proven absent counts as deleted; one that an instance
 * holds is never touched.
 * @throws DiskError `in-use`, `unreadable` when ECS hides the disk from us, `busy` while ECS is still at it.
 */
export async function removeDisk(
  cloud: DiskCloud,
  diskId: string,
  call: Call,
  beforeDelete: BeforeDelete = () => Promise.resolve(),
): Promise<void> {
  const found = await cloud.findDisk(diskId, call);
  if (found === undefined) {
    if (await cloud.isDiskProvenAbsent(diskId, call)) {
      return;
    }
    throw hidden('disk', diskId);
  }
  const disk = await waitUntilSettled(cloud, found, call);
  if (disk === undefined) {
    throw new DiskError('busy', `disk ${diskId} has just disappeared; call again`);
  }
  assertNotInUse(disk);
  try {
    await requestDeletion(cloud, disk, call, beforeDelete);
  } catch (error) {
    if (isDiskError(error, 'not-found') && (await cloud.isDiskProvenAbsent(diskId, call))) {
      // Another replica was first.
      return;
    }
    throw error;
  }
  await untilTimeIsUp(
    cloud.waitForDisk(diskId, (now) => now === undefined, call),
    `disk ${diskId} is still being deleted by ECS`,
  );
}

async function requestDeletion(
  cloud: DiskCloud,
  disk: Disk,
  call: Call,
  beforeDelete: BeforeDelete,
): Promise<void> {
  await beforeDelete(disk, call);
  let isRepeated = false;
  const request = async () => {
    if (isRepeated) {
      await beforeDelete(disk, call);
    }
    isRepeated = true;
    await cloud.deleteDisk(disk.id, call);
  };
  await onceSnapshotsAreDone(cloud, disk.id, request, call);
}

/** A disk that is being made, or let go by an instance, will be deletable soon. */
async function waitUntilSettled(cloud: DiskCloud, disk: Disk, call: Call): Promise<Disk | undefined> {
  const onItsWay = (now: Disk | undefined) =>
    now?.status === 'Creating' || now?.status === 'Detaching' || now?.status === 'ReIniting';
  if (!onItsWay(disk)) {
    return disk;
  }
  return await untilTimeIsUp(
    cloud.waitForDisk(disk.id, (now) => !onItsWay(now), call),
    `disk ${disk.id} cannot be deleted while it is ${disk.status}`,
  );
}

function assertNotInUse(disk: Disk): void {
  if (isInUse(disk)) {
    const holders = disk.attachments
      .map(({ instanceId }) => instanceId)
      .toSorted()
      .join(', ');
    const by = holders === '' ? '' : ` by ${holders}`;
    throw new DiskError('in-use', `disk ${disk.id} is in use${by} (${disk.status}); detach it first`);
  }
}
