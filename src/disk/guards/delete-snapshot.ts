import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import { dropSnapshot, makeSnapshot, tokensOf, tokensOfMinute } from '../make-snapshot.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { guardTags, isGuardSnapshot } from './guard-snapshot.ts';
import type { GuardParts } from './guard-parts.ts';
import { mayBeDropped } from './last-look.ts';
import { holdsLastState, isUseUnknown, lastUseOf, unknownUseMs } from './last-state.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What earlier attempts to delete a disk have left. */
export interface FoundProtection {
  /** Holds the last state of the disk, or will. */
  readonly serving: Snapshot | undefined;
  /** The newest one that was taken of the disk, whatever was done with the disk since. */
  readonly last: Snapshot | undefined;
  /** Those that nobody needs any more once there is one that serves. */
  readonly outdated: readonly Snapshot[];
}

/**
 * The snapshot that an earlier attempt made, unless the disk was in use again since: that is another state. Of several,
 * the newest: a record that leads to it already is not replaced by one of an older snapshot.
 */
export async function findProtection(parts: GuardParts, disk: Disk, call: Call): Promise<FoundProtection> {
  const found = await parts.cloud.findSnapshotsOfDisk(disk.id, call);
  const snapshots = found
    .filter(({ status }) => status !== 'failed')
    .toSorted((a, b) => cutTime(b) - cutTime(a) || a.id.localeCompare(b.id));
  const protections = snapshots.filter((snapshot) => isGuardSnapshot(snapshot, 'delete'));
  const holds = (snapshot: Snapshot) => holdsLastState(snapshot, disk, parts.now());
  return {
    serving: protections.find((snapshot) => snapshot.cutAt === undefined || holds(snapshot)),
    last: snapshots.find((one) => isGuardSnapshot(one, 'delete') || isGuardSnapshot(one, 'inherited')),
    outdated: [
      ...protections.filter((snapshot) => isOutdated(snapshot, disk, parts.now())),
      // Without a cut it has no end; the attempt that asked for it may have ended before it could remove it.
      ...found.filter((snapshot) => isGuardSnapshot(snapshot, 'delete') && snapshot.status === 'failed'),
    ],
  };
}

function cutTime({ cutAt }: Snapshot): number {
  return cutAt?.getTime() ?? 0;
}

/**
 * Whether the snapshot is one of a row of attempts of which each takes another one, as nobody knows whether the disk was used in
 * between. No deletion that relied on it can still be on its way. An older one may be of a time before the disk was used.
 */
function isOutdated({ cutAt }: Snapshot, disk: Disk, nowMs: number): boolean {
  const ageMs = nowMs - (cutAt?.getTime() ?? nowMs);
  return isUseUnknown(disk) && ageMs >= 2 * unknownUseMs && ageMs < dayMs;
}

/**
 * @throws DiskError `never-used` when there is nothing in the disk of its own, `busy` when ECS answers with a former snapshot,
 *   which does not hold the last state.
 */
export async function takeProtection(
  parts: GuardParts,
  disk: Disk,
  found: FoundProtection & { readonly days: number },
  call: Call,
): Promise<Snapshot> {
  const made = await make(parts, disk, found, call);
  if (isUseUnknown(disk) && made.status !== 'failed' && !holdsLastState(made, disk, parts.now())) {
    // Where the clocks differ this comes each time: what former calls have taken must not fill the disk's quota.
    if (isReady(made)) {
      await dropOutdated(parts, found.outdated, call);
    }
    const message = `disk ${disk.id} is not deleted: ECS says that its snapshot ${made.id} was cut more than ${unknownUseMs / 60_000} minutes ago, and does not say whether the disk was used since; call again, and if this stays, set the clock of the node`;
    throw new DiskError('busy', message);
  }
  return made;
}

async function make(
  parts: GuardParts,
  disk: Disk,
  { days, last }: Pick<FoundProtection, 'last'> & { readonly days: number },
  call: Call,
): Promise<Snapshot> {
  // The last use makes the intent: used again, the disk has another last state. By the attach too, as ECS may not have
  // the detach yet, or never: the token would lead to the snapshot of the state before for ever.
  const lastUse = lastUseOf(disk);
  const intent = lastUse === 0 ? 'unused' : new Date(lastUse).toISOString();
  const tokens = tokensOf('delete-guard', disk.id, intent);
  // Where the last use is not known, each has one successor.
  const before = isUseUnknown(disk) ? last : undefined;
  const firstToken = before === undefined ? tokens.firstToken : tokens.tokenAfter(before.id);
  const tokensAfterRefusal = tokensOfMinute(parts.now());
  const wish = {
    diskId: disk.id,
    name: `${disk.id}-delprotect`,
    description: `before the deletion of disk ${disk.id}`,
    retentionDays: days,
    resourceGroupId: undefined,
    tags: guardTags({ kind: 'delete', intent, round: 1 }, parts.clusterId),
  };
  const findExisting = async () => (await findProtection(parts, disk, call)).serving;
  const askWith = (token: string) => {
    return makeSnapshot(
      parts,
      wish,
      { ...tokens, firstToken: token, tokensAfterRefusal, findExisting },
      call,
    );
  };
  try {
    return await askWith(firstToken);
  } catch (error) {
    if (!isDiskError(error, 'never-used') || !isUseUnknown(disk)) {
      throw error;
    }
    // ECS may have said so to an earlier attempt, and repeat it by the token though the disk was used since.
    return await askWith(tokensAfterRefusal(firstToken).at(-1) ?? firstToken);
  }
}

/** Drops what is outdated now that another one can be restored from. What ECS keeps is left to its end of life. */
export async function dropOutdated(
  parts: GuardParts,
  outdated: readonly Snapshot[],
  call: Call,
): Promise<void> {
  for (const { id } of outdated) {
    try {
      const isNeeded = await parts.cluster.isBeingRestored(id, call);
      if (!isNeeded && (await mayBeDropped(parts.cloud, id, 'delete', call))) {
        await dropSnapshot(parts, id, call);
      }
    } catch (error) {
      if (!isDiskError(error)) {
        throw error;
      }
    }
  }
}
