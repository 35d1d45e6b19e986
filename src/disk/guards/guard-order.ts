import { isReady, type Snapshot } from '../snapshot.ts';
import { isGuardSnapshot, isKeptAfterFailure } from './guard-snapshot.ts';

/** The snapshots that guard expansions, oldest first. */
export function expandGuardsAmong(snapshots: readonly Snapshot[]): Snapshot[] {
  return snapshots.filter((snapshot) => isGuardSnapshot(snapshot, 'expand')).toSorted(compareGuards);
}

/** Those of them that are, or may become, a way back. */
export function aliveAmong(guards: readonly Snapshot[]): Snapshot[] {
  return guards.filter(({ status }) => status !== 'failed');
}

/** The one that counts: the newest that can be restored. */
export function keptAmong(guards: readonly Snapshot[]): Snapshot | undefined {
  return aliveAmong(guards).toSorted(compareGuards).findLast(isReady);
}

/**
 * The one of the first resize that failed: what came after it may hold the damage. It was promised to the user for its
 * day, so no later one takes its place; only the completed expansion ends it sooner. Where two processes have marked one
 * each, the newer one: whoever marked the older one saw the newer one afterwards, and promised nothing.
 */
export function firstFailureAmong(guards: readonly Snapshot[]): Snapshot | undefined {
  return aliveAmong(guards)
    .toSorted(compareGuards)
    .findLast((guard) => isKeptAfterFailure(guard) && isReady(guard));
}

/** So many sizes of a disk, each with its restore point, may wait for a file system; of more, those between may go. */
const maxSizes = 3;

/**
 * What may go for the sake of a newer one. Whoever looks comes to the same answer, and the newest one that can be restored
 * is never in it; nothing is while there is none. One that was cut when the disk was smaller is no older copy of the same:
 * the disk has grown since, its file system maybe not, and what was cut then may hold the damage. It goes when its expansion
 * is complete.
 */
export function supersededAmong(guards: readonly Snapshot[]): Snapshot[] {
  const kept = keptAmong(guards);
  if (kept === undefined) {
    return [];
  }
  const stay = [firstFailureAmong(guards), ...restorePointsAmong(guards)];
  return guards.filter((other) => compareGuards(other, kept) < 0 && !stay.includes(other));
}

/**
 * The newest one of each size that the disk had. A row of requests whose file system never grows must not fill the quota:
 * of many sizes, that before it all and the last ones.
 */
function restorePointsAmong(guards: readonly Snapshot[]): Snapshot[] {
  const bySize = Map.groupBy(guards, ({ sourceDiskSizeGiB }) => sourceDiskSizeGiB);
  const points = [...bySize]
    .toSorted(([a], [b]) => a - b)
    .map(([, ofSize]) => keptAmong(ofSize))
    .filter((point) => point !== undefined);
  return points.length <= maxSizes ? points : [...points.slice(0, 1), ...points.slice(1 - maxSizes)];
}

/** Failed ones first, then by the cut, then what is not cut yet; of two of one second, the smaller id is the older. */
function compareGuards(a: Snapshot, b: Snapshot): number {
  const [cutOfA, cutOfB] = [cutTime(a), cutTime(b)];
  if (cutOfA === cutOfB) {
    return a.id < b.id ? -1 : Number(a.id > b.id);
  }
  return cutOfA < cutOfB ? -1 : 1;
}

function cutTime({ status, cutAt }: Snapshot): number {
  return status === 'failed' ? Number.NEGATIVE_INFINITY : (cutAt?.getTime() ?? Number.POSITIVE_INFINITY);
}
