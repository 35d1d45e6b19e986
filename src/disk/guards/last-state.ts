import type { Disk } from '../disk.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * So young the cut must be where ECS does not say when the disk was used: long enough for an attempt and its quick repetitions,
 * too short for a volume that was kept to be bound, used and let go again.
 */
export const unknownUseMs = 5 * 60_000;

/** When an instance last got or let go of the disk, in milliseconds since 1970; 0 when none did, as far as ECS says. */
export function lastUseOf({ lastAttachedAt, lastDetachedAt }: Disk): number {
  return Math.max(lastAttachedAt?.getTime() ?? 0, lastDetachedAt?.getTime() ?? 0);
}

/** Of a multi-attach disk ECS says when it was attached beside each instance, and so maybe nothing once it is free. */
export function isUseUnknown(disk: Disk): boolean {
  return disk.multiAttach && lastUseOf(disk) === 0;
}

/** Whether no instance has had the disk since the cut. */
export function holdsLastState({ cutAt }: Snapshot, disk: Disk, nowMs: number): boolean {
  const since = isUseUnknown(disk) ? nowMs - unknownUseMs : lastUseOf(disk);
  return cutAt !== undefined && cutAt.getTime() >= since;
}
