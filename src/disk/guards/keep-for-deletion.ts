import type { Call } from '../call.ts';
import { cloneTags, isCloneSnapshot } from '../clone/clone-mark.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { untilTimeIsUp } from '../waiting.ts';
import type { GuardParts } from './guard-parts.ts';
import { maxRetentionDays } from './policy.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

export interface WayBack {
  readonly diskId: string;
  /** The snapshot behind which the disk is deleted; restorable. */
  readonly snapshot: Snapshot;
  /** For how long it is kept, from now on. */
  readonly days: number;
}

/**
 * Makes a snapshot the protection of a disk: kept for as long as the policy says, and, where it was but a step on the way of a
 * clone, nobody's to remove any more. In this order: a call that ends in between leaves it to the keeper, which goes on
 * keeping it for as long as the clone lives.
 */
export async function keepForDeletion(parts: GuardParts, wayBack: WayBack, call: Call): Promise<Snapshot> {
  const { id } = wayBack.snapshot;
  try {
    const kept = await keptForLongEnough(parts, wayBack, call);
    if (isCloneSnapshot(kept)) {
      await parts.cloud.tagSnapshot(id, cloneTags.takenOver, call);
    }
    return kept;
  } catch (error) {
    if (isDiskError(error, 'not-found')) {
      throw new DiskError('busy', `snapshot ${id} has just disappeared; call again`, { cause: error });
    }
    throw error;
  }
}

/** The policy may have been raised since the snapshot was made, and days may have gone by. */
async function keptForLongEnough(
  parts: GuardParts,
  { diskId, snapshot, days }: WayBack,
  call: Call,
): Promise<Snapshot> {
  // ECS counts from the cut, the user from the deletion, which may come days later. A call and its retries are one moment.
  const age = parts.now() - (snapshot.cutAt?.getTime() ?? parts.now());
  const wantedDays = Math.min(days + Math.max(Math.ceil((age - hourMs) / dayMs), 0), maxRetentionDays);
  if (snapshot.retentionDays === undefined || snapshot.retentionDays >= wantedDays) {
    return snapshot;
  }
  // Before, ECS does not extend it.
  const isUploaded = (now: Snapshot | undefined) => now?.status !== 'progressing';
  const waiting = `disk ${diskId} is deleted once its snapshot ${snapshot.id} is uploaded, since ECS keeps it for longer only then`;
  if (!isUploaded(snapshot)) {
    await untilTimeIsUp(parts.cloud.waitForSnapshot(snapshot.id, isUploaded, call), waiting);
  }
  await parts.cloud.extendRetention(snapshot.id, wantedDays, call);
  return { ...snapshot, retentionDays: wantedDays };
}
