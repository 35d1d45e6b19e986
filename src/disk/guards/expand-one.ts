import type { Call } from '../call.ts';
import { isDiskError } from '../disk-error.ts';
import { dropSnapshot } from '../make-snapshot.ts';
import type { Snapshot } from '../snapshot.ts';
import { isFree } from './expand-release.ts';
import type { GuardParts } from './guard-parts.ts';
import { expandGuardsAmong, keptAmong, supersededAmong } from './guard-order.ts';

/** What could not be dropped at first is tried once more, since an answer gets lost more often than two do. */
const tries = 2;

/**
 * Leaves one guard snapshot of the disk, within this call: drops what the newest one that can be restored supersedes.
 * What ECS does not let go is left to the next call, to the keeper, and to its end of life: it must not hold up an
 * expansion.
 * @param made one that can be restored, as we know, though a search may not show it yet, or not as it is.
 * @returns the one that counts now; it may be one that another replica has made meanwhile.
 */
export async function keepOneGuard(
  parts: GuardParts,
  diskId: string,
  call: Call,
  made?: Snapshot,
): Promise<Snapshot | undefined> {
  for (let left = tries; ; left -= 1) {
    const found = await parts.cloud.findSnapshotsOfDisk(diskId, call);
    const guards = expandGuardsAmong(made === undefined ? found : withKnown(found, made));
    if ((await dropAll(parts, supersededAmong(guards), call)) || left <= 1) {
      return keptAmong(guards);
    }
  }
}

/**
 * What was found, but for one of which we know more; that it has failed is always news, and so are the tags that it got
 * meanwhile.
 */
function withKnown(found: readonly Snapshot[], known: Snapshot): Snapshot[] {
  const others = found.filter(({ id }) => id !== known.id);
  const same = found.find(({ id }) => id === known.id);
  const merged = { ...known, tags: new Map([...known.tags, ...(same?.tags ?? [])]) };
  return [...others, same?.status === 'failed' ? same : merged];
}

/** Leaves alone what is needed for something else. @returns whether all others are gone. */
async function dropAll(parts: GuardParts, guards: readonly Snapshot[], call: Call): Promise<boolean> {
  let areGone = true;
  for (const guard of guards) {
    try {
      if (await isFree(parts, guard, call)) {
        await dropSnapshot(parts, guard.id, call);
      }
    } catch (error) {
      if (!isDiskError(error)) {
        throw error;
      }
      areGone = false;
    }
  }
  return areGone;
}
