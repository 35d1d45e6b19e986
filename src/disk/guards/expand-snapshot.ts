import type { Call } from '../call.ts';
import { isCloneSnapshot } from '../clone/clone-mark.ts';
import { clientToken } from '../client-token.ts';
import { DiskError } from '../disk-error.ts';
import { makeSnapshot } from '../make-snapshot.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import { reportCreated } from './expand-created.ts';
import { keepOneGuard } from './expand-one.ts';
import { untilRestorable } from './expand-patience.ts';
import { guardsDoneWith } from './expand-release.ts';
import { aliveAmong, expandGuardsAmong } from './guard-order.ts';
import type { ExpandGuardParts, Guarded } from './guard-parts.ts';
import {
  expiryOf,
  guardTags,
  isGuardSnapshot,
  nameStamp,
  roundOf,
  wantedSizeOf,
  windowMs,
} from './guard-snapshot.ts';
import type { ExpandPolicy } from './policy.ts';

const dayMs = 24 * 60 * 60 * 1000;
const retentionDays = 1;
const maxNameOfVolume = 79;
/** Fresh snapshots that one expansion may take while ECS uploads the last one. */
const maxRounds = 3;

/** An expansion that is to be guarded. */
export interface ExpandIntent extends Guarded {
  readonly sizeGiB: number;
  readonly policy: ExpandPolicy;
}

/** What there is when an expansion begins, or goes on. */
export interface FoundGuard {
  /** Serves this expansion, though it may have become too old. */
  readonly serving: Snapshot | undefined;
  /** The last guard snapshot that was made of the disk since it has this size: the next one is made after it. */
  readonly last: Snapshot | undefined;
}

/** Whether the cut is too old to be the way back from a resize that happens now. */
function isStale({ now, maxAgeMs }: ExpandGuardParts, { cutAt }: Snapshot): boolean {
  return cutAt === undefined || now() - cutAt.getTime() > maxAgeMs;
}

/** Too old to rely on, and there may be a fresher one. */
function isOutdated(parts: ExpandGuardParts, snapshot: Snapshot): boolean {
  return isStale(parts, snapshot) && roundOf(snapshot) < maxRounds;
}

/** An old snapshot whose upload is over leads to a fresh one; one that is still uploading would hold it up too. */
export function needsFreshOne(parts: ExpandGuardParts, snapshot: Snapshot): boolean {
  return snapshot.status !== 'progressing' && isOutdated(parts, snapshot);
}

/** ECS may allow the resize during the upload; a cut that is too old must not be relied on then either. */
export function isOldWhileUploading(parts: ExpandGuardParts, snapshot: Snapshot): boolean {
  return snapshot.status === 'progressing' && isOutdated(parts, snapshot);
}

/**
 * The snapshot that guards this expansion already: ours, the newest one, or a recent one of the user that outlives the
 * expansion. What is not cut and available yet is waited for.
 */
export async function findGuard(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  call: Call,
): Promise<FoundGuard> {
  const snapshots = await parts.cloud.findSnapshotsOfDisk(intent.disk.id, call);
  const guards = expandGuardsAmong(snapshots);
  // Those of expansions that are done may go at any moment: one replica would still see what another sees no more.
  const done = guardsDoneWith(intent.disk, guards);
  const last = guards.findLast((guard) => !done.includes(guard));
  const own = aliveAmong(guards).at(-1);
  if (own !== undefined && isForThis(parts, own, intent)) {
    const available = await untilRestorable(parts, intent, own, call);
    // Who made it may have ended before it could drop the one before.
    return {
      serving: guards.length > 1 ? await keepOne(parts, intent, available, call) : available,
      last,
    };
  }
  const serving = snapshots.filter((snapshot) => servesAsGuard(parts, snapshot));
  return { serving: serving.toSorted((a, b) => cutTime(a) - cutTime(b)).at(-1), last };
}

function cutTime({ cutAt }: Snapshot): number {
  return cutAt?.getTime() ?? Number.POSITIVE_INFINITY;
}

/**
 * One that leads to at least this size is released only once the disk has it, and so never under our hands. After a
 * failure it serves only while it is young.
 */
function isForThis(parts: ExpandGuardParts, snapshot: Snapshot, { sizeGiB }: ExpandIntent): boolean {
  const isLargeEnough = (wantedSizeOf(snapshot) ?? 0) >= sizeGiB;
  const goesOn = !snapshot.tags.has(tagKeys.guardOutcome) || !isStale(parts, snapshot);
  return isLargeEnough && (goesOn || snapshot.status === 'progressing');
}

/** Another's snapshot serves when it is restorable, young, and not about to expire. */
function servesAsGuard(parts: ExpandGuardParts, snapshot: Snapshot): boolean {
  const expiry = expiryOf(snapshot)?.getTime() ?? Number.POSITIVE_INFINITY;
  return (
    !isGuardSnapshot(snapshot, 'expand') &&
    // Gone as soon as the clone is complete.
    !isCloneSnapshot(snapshot) &&
    snapshot.status !== 'failed' &&
    isReady(snapshot) &&
    !isStale(parts, snapshot) &&
    expiry - parts.now() >= dayMs - parts.maxAgeMs
  );
}

/**
 * Takes a snapshot for this expansion, waits until it is cut and available, says so on the claim, and drops the ones
 * that it supersedes.
 *
 * Its ClientToken is made from the guard snapshot that came before it, so that ECS makes one successor of each, however
 * many replicas ask for it and whenever they do. The time in its name differs from one minute to the next; ECS then
 * refuses the token, which says that the successor is there.
 */
export async function takeGuard(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  { serving, last }: FoundGuard,
  call: Call,
): Promise<Snapshot> {
  const { disk, sizeGiB } = intent;
  const round = serving !== undefined && isGuardSnapshot(serving, 'expand') ? roundOf(serving) + 1 : 1;
  const windowStart = Math.floor(parts.now() / windowMs) * windowMs;
  const intentText = `${disk.sizeGiB}-${sizeGiB}`;
  const made = await makeSnapshot(
    parts,
    {
      diskId: disk.id,
      name: `volume-expand-auto-snapshot-${volumeNameOf(intent)}-${nameStamp(windowStart)}`,
      description: `before the expansion ${intentText} GiB`,
      retentionDays,
      resourceGroupId: undefined,
      tags: guardTags({ kind: 'expand', intent: intentText, round }, parts.clusterId),
    },
    {
      firstToken: last === undefined ? firstToken(intent) : tokenAfter(last.id),
      async tokenAfter(goneId) {
        await assertNotGrown(parts, intent, call);
        return tokenAfter(goneId);
      },
      async findExisting() {
        const found = (await findGuard(parts, intent, call)).serving;
        return found === undefined || needsFreshOne(parts, found) ? undefined : found;
      },
    },
    call,
  );
  const snapshot = await untilRestorable(parts, intent, made, call);
  reportCreated(parts, intent, snapshot);
  return await keepOne(parts, intent, snapshot, call);
}

/** Disks grow and do not shrink: each of its sizes has one first guard snapshot. */
function firstToken({ disk }: ExpandIntent): string {
  return clientToken('expand-guard', disk.id, 'of-size', disk.sizeGiB);
}

function tokenAfter(snapshotId: string): string {
  return clientToken('expand-guard', 'after', snapshotId);
}

/** A guard snapshot that was there and is gone may have been released, since the expansion is done. */
async function assertNotGrown(
  { cloud }: ExpandGuardParts,
  { disk }: ExpandIntent,
  call: Call,
): Promise<void> {
  const now = await cloud.findDisk(disk.id, call);
  if (now?.sizeGiB !== disk.sizeGiB) {
    throw new DiskError('busy', `disk ${disk.id} has changed meanwhile; call again`);
  }
}

/** The one of ours that counts now; a snapshot of somebody else stays as it is. */
async function keepOne(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  snapshot: Snapshot,
  call: Call,
): Promise<Snapshot> {
  if (!isGuardSnapshot(snapshot, 'expand')) {
    return snapshot;
  }
  const kept = await keepOneGuard(parts, intent.disk.id, call, snapshot);
  if (kept === undefined || !isForThis(parts, kept, intent)) {
    throw new DiskError('busy', `disk ${intent.disk.id} is being expanded by another request; call again`);
  }
  return kept;
}

/**
 * The name that the snapshot shows: that of the PersistentVolume, which a retry must find to be the same. The tag may hold
 * whatever somebody has typed, and ECS would refuse the snapshot for its name.
 */
function volumeNameOf({ disk, volume }: ExpandIntent): string {
  const tagged = disk.tags.get(tagKeys.pvName);
  const name = tagged !== undefined && isVolumeName(tagged) ? tagged : (volume?.name ?? disk.id);
  return name.slice(0, maxNameOfVolume);
}

function isVolumeName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);
}
