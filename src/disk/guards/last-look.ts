import type { Call } from '../call.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import { isGuardSnapshot, type GuardKind } from './guard-snapshot.ts';

/**
 * The look right before a guard snapshot is dropped: whether it is still one of its kind, and no disk was made from it.
 *
 * The list in which it was found may be a while old. Meanwhile the deletion of a disk that was restored from it may have made
 * it the protection of that disk, with another mark. As long as the disk is there, ECS says that the snapshot is used; once
 * it is gone, the mark is there, for the deletion has seen it. So this look tells, whenever it comes.
 */
export async function mayBeDropped(
  cloud: DiskCloud,
  snapshotId: string,
  kind: GuardKind,
  call: Call,
): Promise<boolean> {
  const now = await cloud.findSnapshot(snapshotId, call);
  return now !== undefined && isGuardSnapshot(now, kind) && !now.usedByDisks;
}
