import type { Call } from '../call.ts';
import { DiskError } from '../disk-error.ts';
import { removeFailed, type MakeSnapshotParts } from '../make-snapshot.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { untilTimeIsUp } from '../waiting.ts';

/**
 * The snapshot once it can be restored.
 * @param stillDoing what to say when our time is up first; the same text each time.
 * @throws DiskError `failed` when ECS gave up (the remains are removed first), `busy` while ECS is still at it.
 */
export async function untilAvailable(
  parts: MakeSnapshotParts,
  snapshot: Snapshot,
  stillDoing: string,
  call: Call,
): Promise<Snapshot> {
  const decided = (now: Snapshot | undefined) => now === undefined || now.status === 'failed' || isReady(now);
  const available = decided(snapshot)
    ? snapshot
    : await untilTimeIsUp(parts.cloud.waitForSnapshot(snapshot.id, decided, call), stillDoing);
  if (available === undefined) {
    throw new DiskError('busy', `snapshot ${snapshot.id} has just disappeared; call again`);
  }
  return available.status === 'failed' ? await removeFailed(parts, available, call) : available;
}
