import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import { isCloneSnapshot } from '../clone/clone-snapshot.ts';
import { isDiskError } from '../disk-error.ts';
import { dropSnapshot, makeSnapshot } from '../make-snapshot.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import { untilAvailable } from './available-snapshot.ts';
import type { ExpandGuardParts } from './guard-parts.ts';
import { reportCreated } from './expand-created.ts';
import { expiryOf, guardTags, intentOf, isGuardSnapshot, nameStamp, roundOf } from './guard-snapshot.ts';
import type { Guarded } from './guard-parts.ts';

const dayMs = 24 * 60 * 60 * 1000;
const retentionDays = 1;
/** Retries within one window ask for the snapshot with the very same parameters: name and token hold its start. */
const windowMs = 60_000;
const maxNameOfVolume = 79;

/** An expansion that is to be guarded. */
export interface ExpandIntent extends Guarded {
  readonly sizeGiB: number;
}

function intentText({ disk, sizeGiB }: ExpandIntent): string {
  return `${disk.sizeGiB}-${sizeGiB}`;
}

/** Whether the cut is too old to be the way back from a resize that happens now. */
export function isStale({ now, maxAgeMs }: ExpandGuardParts, { cutAt }: Snapshot): boolean {
  return cutAt === undefined || now() - cutAt.getTime() > maxAgeMs;
}

/**
 * The snapshot that guards this expansion already: ours, the newest one, or a recent one of the user that outlives the
 * expansion. What is not cut and available yet is waited for.
 */
export async function findGuard(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  call: Call,
): Promise<Snapshot | undefined> {
  const snapshots = await parts.cloud.findSnapshotsOfDisk(intent.disk.id, call);
  const alive = snapshots.filter(({ status }) => status !== 'failed');
  const ours = alive.filter((snapshot) => isGuardSnapshot(snapshot, 'expand'));
  const own = newest(ours);
  if (own !== undefined && isForThis(parts, own, intent)) {
    const available = await untilAvailable(parts, own, waitingFor(own), call);
    if (ours.length > 1) {
      // The call that made it ended before it could drop the one before.
      await dropSuperseded(parts, intent.disk, available, call);
    }
    return available;
  }
  return newest(alive.filter((snapshot) => servesAsGuard(parts, snapshot)));
}

/** One of an earlier expansion, or of one that failed, serves only while it is young. */
function isForThis(parts: ExpandGuardParts, snapshot: Snapshot, intent: ExpandIntent): boolean {
  const goesOn = intentOf(snapshot) === intentText(intent) && !snapshot.tags.has(tagKeys.guardOutcome);
  return goesOn || !isStale(parts, snapshot) || snapshot.status === 'progressing';
}

/** Another's snapshot serves when it is restorable, young, and not about to expire. */
function servesAsGuard(parts: ExpandGuardParts, snapshot: Snapshot): boolean {
  const expiry = expiryOf(snapshot)?.getTime() ?? Number.POSITIVE_INFINITY;
  const isOurs = isGuardSnapshot(snapshot, 'expand');
  return (
    !isOurs &&
    // Gone as soon as the clone is complete.
    !isCloneSnapshot(snapshot) &&
    isReady(snapshot) &&
    !isStale(parts, snapshot) &&
    expiry - parts.now() >= dayMs - parts.maxAgeMs
  );
}

function newest(snapshots: readonly Snapshot[]): Snapshot | undefined {
  const age = ({ cutAt }: Snapshot) => cutAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return snapshots.toSorted((a, b) => age(b) - age(a) || b.id.localeCompare(a.id))[0];
}

/** Cut before the other one; of two of one second, the one of the smaller id counts as older. */
function isOlder(one: Snapshot, other: Snapshot): boolean {
  const difference = (one.cutAt?.getTime() ?? Infinity) - (other.cutAt?.getTime() ?? Infinity);
  return difference < 0 || (one.cutAt?.getTime() === other.cutAt?.getTime() && one.id < other.id);
}

/**
 * Takes a snapshot for this expansion, waits until it is cut and available, says so on the claim, and drops the ones
 * that it supersedes: there is one live guard snapshot of a disk.
 * @param previous the guard snapshot that has become too old.
 */
export async function takeGuard(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  previous: Snapshot | undefined,
  call: Call,
): Promise<Snapshot> {
  const round = previous !== undefined && isGuardSnapshot(previous, 'expand') ? roundOf(previous) + 1 : 1;
  const windowStart = Math.floor(parts.now() / windowMs) * windowMs;
  const name = `volume-expand-auto-snapshot-${volumeNameOf(intent)}-${nameStamp(windowStart)}`;
  const made = await makeSnapshot(
    parts,
    {
      diskId: intent.disk.id,
      name,
      description: `before the expansion ${intentText(intent)} GiB`,
      retentionDays,
      resourceGroupId: undefined,
      tags: guardTags({ kind: 'expand', intent: intentText(intent), round }, parts.clusterId),
    },
    {
      intent: ['expand-guard', intent.disk.id, intentText(intent), String(round), String(windowStart)],
      findExisting: () => findGuard(parts, intent, call),
    },
    call,
  );
  const snapshot = await untilAvailable(parts, made, waitingFor(made), call);
  reportCreated(parts, intent, snapshot);
  await dropSuperseded(parts, intent.disk, snapshot, call);
  return snapshot;
}

/** The name that the snapshot shows: that of the PersistentVolume, which a retry must find to be the same. */
function volumeNameOf({ disk, volume }: ExpandIntent): string {
  const name = disk.tags.get(tagKeys.pvName) ?? volume?.name ?? disk.id;
  return name.slice(0, maxNameOfVolume);
}

/** What a call says whose time ends before the snapshot can be restored. */
function waitingFor({ id }: Snapshot): string {
  return `snapshot ${id} is not available yet; ECS is still at it`;
}

/**
 * Only once the new one can be restored; what cannot be dropped now expires, or the keeper drops it. Only older ones:
 * a replica that has just made another would drop ours in turn, and none would be left.
 */
async function dropSuperseded(
  parts: ExpandGuardParts,
  disk: Disk,
  keep: Snapshot,
  call: Call,
): Promise<void> {
  const snapshots = await parts.cloud.findSnapshotsOfDisk(disk.id, call);
  const superseded = snapshots.filter((other) => isGuardSnapshot(other, 'expand') && isOlder(other, keep));
  for (const { id } of superseded) {
    try {
      await dropSnapshot(parts, id, call);
    } catch (error) {
      if (!isDiskError(error)) {
        throw error;
      }
    }
  }
}
