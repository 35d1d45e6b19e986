import type { Call } from '../call.ts';
import { diskCategories } from '../categories.ts';
import type { Disk } from '../disk.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import { attachableOf, candidatesOfSize } from '../disk-request.ts';
import { findInheritedSnapshot } from '../guards/inherited-snapshot.ts';
import { findByKey, provisionDisk, useExisting, type ProvisionDiskParts } from '../provision-disk.ts';
import type { Snapshot } from '../snapshot.ts';
import { requireDisk, untilTimeIsUp } from '../waiting.ts';
import {
  findCloneSnapshot,
  releaseCloneSnapshots,
  takeCloneSnapshot,
  untilRestorable,
  type CloneRequest,
} from './clone-snapshot.ts';

/**
 * Clones a disk by way of a snapshot that goes once the clone is complete. The same request, repeated in any process after
 * any interruption, yields the same clone: of the moment of the first snapshot, as long as that is there. So a refusal, also
 * one that is final for the caller, leaves the snapshot to the next try, and to ECS, which ends it in the end.
 * @throws DiskError as `provisionDisk` does, and for the source: `not-found`, `unsupported`, `wrong-state`.
 */
export async function cloneDisk(parts: ProvisionDiskParts, request: CloneRequest, call: Call): Promise<Disk> {
  const existing = await findByKey(parts, request.key, call);
  const disk =
    existing === undefined
      ? await make(parts, request, call)
      : // The source, and the snapshot in between, may be gone by now.
        await useExisting(parts, existing, request, call);
  await releaseCloneSnapshots(parts, request, disk, call);
  return disk;
}

async function make(parts: ProvisionDiskParts, request: CloneRequest, call: Call): Promise<Disk> {
  const { cloud } = parts;
  const existing = await findCloneSnapshot(cloud, request, call);
  if (existing !== undefined) {
    return await fromSnapshot(parts, request, await untilRestorable(parts, existing, call), call);
  }
  const source = await requireDisk(cloud, request.sourceDiskId, call);
  const asLarge = atLeastAsLargeAs(source, request);
  // Before anything is done to the source for a clone that nobody can have.
  attachableOf(asLarge, candidatesOfSize(asLarge, asLarge.sizeGiB));
  const snapshot = await takeCloneSnapshot(parts, request, source, call);
  if (snapshot !== undefined) {
    return await fromSnapshot(parts, request, await untilRestorable(parts, snapshot, call), call);
  }
  // What was never written to holds what it was made of: the data of a snapshot, or nothing.
  const inherited = await findInheritedSnapshot(cloud, source, call);
  return inherited === undefined
    ? await provisionDisk(parts, asLarge, call)
    : await fromSnapshot(parts, asLarge, inherited, call);
}

/** Another replica may have finished the clone meanwhile, and removed the snapshot: the next call finds the disk. */
async function fromSnapshot(
  parts: ProvisionDiskParts,
  request: CloneRequest,
  snapshot: Snapshot,
  call: Call,
): Promise<Disk> {
  const { id: snapshotId } = snapshot;
  await waitForUploadIfNeeded(parts, request, snapshot, call);
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

/** Though there may be less to copy. */
function atLeastAsLargeAs(source: Disk, request: CloneRequest): CloneRequest {
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
