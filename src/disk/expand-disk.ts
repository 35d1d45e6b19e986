import type { Call } from './call.ts';
import { sizeLimitsOf } from './categories.ts';
import type { Disk, DiskResize } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError, isFinal } from './disk-error.ts';
import { onceSnapshotsAreDone, requireDisk, untilTimeIsUp } from './waiting.ts';

export interface DiskExpansion {
  readonly diskId: string;
  readonly sizeGiB: number;
  readonly maxSizeGiB: number | undefined;
}

/** Decides when the resize of a disk is sent, and what is done before and after it. */
export type AroundResize = (disk: Disk, resize: () => Promise<void>, call: Call) => Promise<void>;

/**
 * Grows a disk to at least the wanted size and returns it with the size that ECS then reports. A disk that is large
 * enough already is left alone.
 * @throws DiskError `not-found`, `out-of-range`, `wrong-state`, or `busy` while ECS is still at it.
 */
export async function expandDisk(
  cloud: DiskCloud,
  expansion: DiskExpansion,
  call: Call,
  aroundResize: AroundResize = (disk, resize) => onceSnapshotsAreDone(cloud, disk.id, resize, call),
): Promise<Disk> {
  const disk = await requireDisk(cloud, expansion.diskId, call);
  assertWithinLimit(disk.sizeGiB, disk, expansion);
  if (disk.sizeGiB >= expansion.sizeGiB) {
    return disk;
  }
  assertOffered(disk, expansion.sizeGiB);
  const settled = await waitUntilSettled(cloud, disk, call);
  const online = settled.status === 'In_use';
  const { sizeGiB } = expansion;
  const resize = () => resizeOnce(cloud, { diskId: disk.id, sizeGiB, online }, call);
  await aroundResize(settled, resize, call);
  return await waitUntilGrown(cloud, expansion, call);
}

/**
 * Without a ClientToken: the size says it all. ECS grows a disk to a size once and refuses what is not larger, however often
 * and by whomever it is asked, while a token that a refusal has used up would answer with that refusal after its cause is
 * gone, such as the upload that the guard has waited for.
 *
 * So what is refused for its size was asked for before, or by another replica, and has worked: its size shows in a while. Any
 * other refusal may have been overtaken by such a request, too: there the size decides.
 */
async function resizeOnce(cloud: DiskCloud, resize: DiskResize, call: Call): Promise<void> {
  try {
    await cloud.resizeDisk(resize, call);
  } catch (error) {
    if (isDiskError(error, 'not-larger')) {
      return;
    }
    const now = isFinal(error) ? await cloud.findDisk(resize.diskId, call) : undefined;
    if (now === undefined || now.sizeGiB < resize.sizeGiB) {
      throw error;
    }
  }
}

function assertWithinLimit(sizeGiB: number, disk: Disk, { maxSizeGiB }: DiskExpansion): void {
  if (maxSizeGiB !== undefined && sizeGiB > maxSizeGiB) {
    const message = `disk ${disk.id} has ${sizeGiB} GiB already, and the limit is ${maxSizeGiB} GiB; disks cannot shrink`;
    throw new DiskError('out-of-range', message);
  }
}

function assertOffered(disk: Disk, sizeGiB: number): void {
  const { maxSizeGiB } = sizeLimitsOf(disk.category, disk.performanceLevel);
  if (sizeGiB > maxSizeGiB) {
    const message = `disk ${disk.id} cannot grow to ${sizeGiB} GiB: ${disk.category} ends at ${maxSizeGiB} GiB`;
    throw new DiskError('out-of-range', message);
  }
}

/** ECS resizes disks that are In_use or Available, not those on their way. */
async function waitUntilSettled(cloud: DiskCloud, disk: Disk, call: Call): Promise<Disk> {
  const isSettled = (now: Disk | undefined) =>
    now === undefined || ['In_use', 'Available'].includes(now.status);
  if (isSettled(disk)) {
    return disk;
  }
  const settled = await untilTimeIsUp(
    cloud.waitForDisk(disk.id, isSettled, call),
    `disk ${disk.id} cannot be expanded while it is ${disk.status}`,
  );
  return settled ?? (await requireDisk(cloud, disk.id, call));
}

async function waitUntilGrown(
  cloud: DiskCloud,
  { diskId, sizeGiB }: DiskExpansion,
  call: Call,
): Promise<Disk> {
  const hasGrown = (disk: Disk | undefined) => disk === undefined || disk.sizeGiB >= sizeGiB;
  const stillDoing = `disk ${diskId} is still being expanded to ${sizeGiB} GiB by ECS`;
  const seen = await untilTimeIsUp(cloud.waitForDisk(diskId, hasGrown, call), stillDoing);
  const disk = seen ?? (await requireDisk(cloud, diskId, call));
  if (disk.sizeGiB < sizeGiB) {
    // Out of sight for one look: a size below the wanted one would become the capacity of the volume.
    throw new DiskError('busy', stillDoing);
  }
  return disk;
}
