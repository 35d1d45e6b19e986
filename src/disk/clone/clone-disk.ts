import type { Call } from '../call.ts';
import { diskCategories } from '../categories.ts';
import type { Disk } from '../disk.ts';
import { DiskError, isDiskError, isFinal } from '../disk-error.ts';
import type { DiskRequest } from '../disk-request.ts';
import { findByKey, provisionDisk, type ProvisionDiskParts } from '../provision-disk.ts';
import type { Snapshot } from '../snapshot.ts';
import { requireDisk, untilTimeIsUp } from '../waiting.ts';
import { dropCloneSnapshots, releaseCloneSnapshots, snapshotForClone } from './clone-snapshot.ts';

/** A disk that is to hold what another one holds. Its tags name the source, by which a clone is known. */
export interface CloneRequest extends DiskRequest {
  readonly sourceDiskId: string;
}

/**
 * Clones a disk by way of a snapshot that goes once the clone is complete. The same request, repeated in any process after
 * any interruption, yields the same clone: of the moment of the first snapshot, as long as that is there.
 * @throws DiskError as `provisionDisk` does, and for the source: `not-found`, `unsupported`, `wrong-state`.
 */
export async function cloneDisk(parts: ProvisionDiskParts, request: CloneRequest, call: Call): Promise<Disk> {
  const existing = await findByKey(parts, request.key, call);
  const disk =
    existing === undefined
      ? await make(parts, request, call)
      : // It is compared, and waited for; the source may be gone by now.
        await provisionDisk(parts, { ...request, snapshotId: existing.sourceSnapshotId }, call);
  await releaseCloneSnapshots(parts, request, call);
  return disk;
}

async function make(parts: ProvisionDiskParts, request: CloneRequest, call: Call): Promise<Disk> {
  try {
    const snapshot = await snapshotForClone(parts, request, call);
    if (snapshot === undefined) {
      return await provisionDisk(parts, await sizedLikeSource(parts, request, call), call);
    }
    await waitForUploadIfNeeded(parts, request, snapshot, call);
    return await fromSnapshot(parts, request, snapshot, call);
  } catch (error) {
    if (isFinal(error)) {
      await dropCloneSnapshots(parts, request, call);
    }
    throw error;
  }
}

/** Another replica may have finished the clone meanwhile, and removed the snapshot: the next call finds the disk. */
async function fromSnapshot(
  parts: ProvisionDiskParts,
  request: CloneRequest,
  { id: snapshotId }: Snapshot,
  call: Call,
): Promise<Disk> {
  try {
    return await provisionDisk(parts, { ...request, snapshotId }, call);
  } catch (error) {
    if (isDiskError(error, 'not-found')) {
      const message = `snapshot ${snapshotId}, from which disk ${request.sourceDiskId} is cloned, has just disappeared; call again`;
      throw new DiskError('busy', message, { cause: error });
    }
    throw error;
  }
}

/** A clone is at least as large as its source, though there is nothing to copy. */
async function sizedLikeSource(
  { cloud }: ProvisionDiskParts,
  request: CloneRequest,
  call: Call,
): Promise<DiskRequest> {
  const source = await requireDisk(cloud, request.sourceDiskId, call);
  const sizeGiB = Math.max(request.sizeGiB, source.sizeGiB);
  if (request.maxSizeGiB !== undefined && sizeGiB > request.maxSizeGiB) {
    const message = `a clone of disk ${source.id} needs ${sizeGiB} GiB, and the limit is ${request.maxSizeGiB} GiB`;
    throw new DiskError('out-of-range', message);
  }
  return { ...request, sizeGiB };
}

/** Only ESSDs can be made from a snapshot that ECS still uploads. */
async function waitForUploadIfNeeded(
  { cloud }: ProvisionDiskParts,
  { categories, sourceDiskId }: CloneRequest,
  snapshot: Snapshot,
  call: Call,
): Promise<void> {
  const canStartNow = categories.some((category) => diskCategories.get(category)?.instantAccess === true);
  if (canStartNow || snapshot.status !== 'progressing') {
    return;
  }
  await untilTimeIsUp(
    cloud.waitForSnapshot(snapshot.id, (now) => now?.status !== 'progressing', call),
    `the clone of disk ${sourceDiskId} waits until ECS has uploaded snapshot ${snapshot.id}`,
  );
}
