import type { Call } from '../call.ts';
import { isCloneSnapshot, isDoneWith, isTakenFor } from '../clone/clone-mark.ts';
import type { Disk } from '../disk.ts';
import { DiskError } from '../disk-error.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { hidden } from '../waiting.ts';

/** Whether a disk that no instance ever had may hold data all the same: those of the snapshot it was made from. */
export function mayHoldData({ wasEverAttached, sourceSnapshotId }: Disk): boolean {
  return wasEverAttached || sourceSnapshotId !== undefined;
}

/**
 * Whether a snapshot stays for as long as the disk may need it. One that is there for a clone only is removed soon, so it is
 * nobody's way back, except that of a clone for which it stays.
 */
export function maySecureDeletion(snapshot: Snapshot, disk: Disk): boolean {
  return !isCloneSnapshot(snapshot) || (isTakenFor(snapshot, disk) && !isDoneWith(snapshot, disk));
}

/**
 * The snapshot that holds all that is in a disk of which ECS makes none, since nothing was ever written to it;
 * `undefined` when the disk is empty.
 * @throws DiskError `failed` when the disk was made from a snapshot that is gone: then it is the only copy of its data.
 */
export async function findInheritedSnapshot(
  cloud: DiskCloud,
  disk: Disk,
  call: Call,
  isReliable: (snapshot: Snapshot, disk: Disk) => boolean = (snapshot) => !isCloneSnapshot(snapshot),
): Promise<Snapshot | undefined> {
  const { id, sourceSnapshotId } = disk;
  if (sourceSnapshotId === undefined) {
    return undefined;
  }
  const source = await cloud.findSnapshot(sourceSnapshotId, call);
  if (source !== undefined && isReady(source) && isReliable(source, disk)) {
    return source;
  }
  if (source === undefined && !(await cloud.isSnapshotProvenAbsent(sourceSnapshotId, call))) {
    throw hidden('snapshot', sourceSnapshotId);
  }
  throw new DiskError(
    'wrong-state',
    `disk ${id} holds the data of snapshot ${sourceSnapshotId}, which is gone or about to go, and ECS makes no snapshot of a disk that was never used; attach it to an instance once, and write to it`,
  );
}
