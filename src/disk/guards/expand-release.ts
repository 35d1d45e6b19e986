import type { Call } from '../call.ts';
import { dropSnapshot } from '../make-snapshot.ts';
import { isGuardSnapshot } from './guard-snapshot.ts';
import { report, type Guarded, type GuardParts } from './guard-parts.ts';

/** Deletes the guard snapshots of an expansion that is complete, and says so. */
export async function releaseGuards(parts: GuardParts, guarded: Guarded, call: Call): Promise<void> {
  const snapshots = await parts.cloud.findSnapshotsOfDisk(guarded.disk.id, call);
  for (const snapshot of snapshots.filter((one) => isGuardSnapshot(one, 'expand'))) {
    await dropSnapshot(parts, snapshot.id, call);
    const message = `disk ${guarded.disk.id} was expanded to ${guarded.disk.sizeGiB} GiB; its snapshot ${snapshot.id} is no longer needed and was deleted`;
    const key = `snapshot-released-${snapshot.id}`;
    report(parts, guarded, { type: 'Normal', reason: 'SnapshotReleased', on: 'claim', message, key });
  }
}
