import type { Call } from '../call.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import { dropSnapshot } from '../make-snapshot.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { untilTimeIsUp } from '../waiting.ts';
import { untilAvailable } from './available-snapshot.ts';
import type { ExpandIntent } from './expand-snapshot.ts';
import type { ExpandGuardParts } from './guard-parts.ts';
import { isGuardSnapshot, requestedBefore } from './guard-snapshot.ts';

/** Whether `besteffort` goes on without the snapshot: so long after its cut, or after its request where no cut comes. */
export function hasWaitedLongEnough(
  { now, besteffortWaitMs }: ExpandGuardParts,
  { policy }: ExpandIntent,
  snapshot: Snapshot,
): boolean {
  const since = snapshot.cutAt ?? requestedBefore(snapshot);
  return policy === 'besteffort' && since !== undefined && now() - since.getTime() > besteffortWaitMs;
}

/**
 * The snapshot once it can be restored. `besteffort` gives it up when that takes too long, so that ECS may resize the disk.
 * @throws DiskError `failed` when ECS gave up, or we do; `busy` while ECS is still at it.
 */
export async function untilRestorable(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  snapshot: Snapshot,
  call: Call,
): Promise<Snapshot> {
  const isOver = (now: Snapshot | undefined) =>
    now === undefined || now.status === 'failed' || isReady(now) || hasWaitedLongEnough(parts, intent, now);
  const stillDoing = `snapshot ${snapshot.id} is not available yet; ECS is still at it`;
  const now = isOver(snapshot)
    ? snapshot
    : await untilTimeIsUp(parts.cloud.waitForSnapshot(snapshot.id, isOver, call), stillDoing);
  if (now !== undefined && now.status !== 'failed' && !isReady(now)) {
    return await giveUpUncut(parts, now, call);
  }
  return await untilAvailable(parts, now ?? snapshot, stillDoing, call);
}

/**
 * ECS may not let go of a snapshot that it is about to cut. It stays with its marks then: should it be cut after all, it
 * serves, and it goes once the disk has grown.
 */
async function giveUpUncut(parts: ExpandGuardParts, snapshot: Snapshot, call: Call): Promise<never> {
  if (isGuardSnapshot(snapshot, 'expand')) {
    try {
      await dropSnapshot(parts, snapshot.id, call);
    } catch (error) {
      if (!isDiskError(error)) {
        throw error;
      }
    }
  }
  throw new DiskError('failed', `snapshot ${snapshot.id} does not become available in time`);
}
