import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import { dropSnapshot } from '../make-snapshot.ts';
import type { Snapshot } from '../snapshot.ts';
import { expandGuardsAmong } from './guard-order.ts';
import { report, type Guarded, type GuardParts } from './guard-parts.ts';
import { wantedSizeOf } from './guard-snapshot.ts';
import { mayBeDropped } from './last-look.ts';

/**
 * Those whose expansion the size of the disk shows to be done: nobody relies on them any more. One of a larger expansion
 * may be all that somebody else has who is about to resize the disk.
 */
export function guardsDoneWith({ sizeGiB }: Disk, guards: readonly Snapshot[]): Snapshot[] {
  return guards.filter((guard) => (wantedSizeOf(guard) ?? Infinity) <= sizeGiB);
}

/** Deletes the guard snapshots of expansions that are complete, but for one that is needed for something else. */
export async function releaseGuards(parts: GuardParts, guarded: Guarded, call: Call): Promise<void> {
  const snapshots = await parts.cloud.findSnapshotsOfDisk(guarded.disk.id, call);
  for (const snapshot of guardsDoneWith(guarded.disk, expandGuardsAmong(snapshots))) {
    if (await isFree(parts, snapshot, call)) {
      await releaseGuard(parts, guarded, snapshot, call);
    }
  }
}

/** Whether nobody has come to need the snapshot for something else: a claim, or the deletion of a disk made from it. */
export async function isFree({ cluster, cloud }: GuardParts, { id }: Snapshot, call: Call): Promise<boolean> {
  return !(await cluster.isBeingRestored(id, call)) && (await mayBeDropped(cloud, id, 'expand', call));
}

/** Deletes the guard snapshot of an expansion that is complete, and says so. Only right after a look whether it is free. */
export async function releaseGuard(
  parts: GuardParts,
  guarded: Guarded,
  { id }: Snapshot,
  call: Call,
): Promise<void> {
  await dropSnapshot(parts, id, call);
  const message = `disk ${guarded.disk.id} was expanded to ${guarded.disk.sizeGiB} GiB; its snapshot ${id} is no longer needed and was deleted`;
  const key = `snapshot-released-${id}`;
  report(parts, guarded, { type: 'Normal', reason: 'SnapshotReleased', on: 'claim', message, key });
}
