import type { Call } from '../call.ts';
import { isDiskError, isFinal, type DiskError } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import { hasWaitedLongEnough } from './expand-patience.ts';
import type { ExpandIntent } from './expand-snapshot.ts';
import { aliveAmong, expandGuardsAmong, firstFailureAmong, keptAmong } from './guard-order.ts';
import { report, type ExpandGuardParts } from './guard-parts.ts';
import { expiryOf, isGuardSnapshot, outcomes, wantedSizeOf } from './guard-snapshot.ts';
import { restoreCommand } from './restore-command.ts';

/** A resize that was refused, and what it was sent under. */
export interface FailedResize {
  readonly intent: ExpandIntent;
  readonly snapshot: Snapshot;
  readonly error: unknown;
}

/**
 * Marks the snapshot of a resize that ECS refused for good, so that the first such one is kept and the next attempt
 * starts with a fresh one, and says where the way back is. Rejects with nothing of its own: the refusal is what counts.
 */
export async function keepAfterFailure(
  parts: ExpandGuardParts,
  failed: FailedResize,
  call: Call,
): Promise<void> {
  const { intent, snapshot, error } = failed;
  if (!isFinal(error)) {
    return;
  }
  const { wayBack, text, key } = isGuardSnapshot(snapshot, 'expand')
    ? await markFailed(parts, failed, call)
    : notOurs(snapshot);
  const restore =
    wayBack === undefined
      ? ''
      : `. To restore it: ${restoreCommand(wayBack, intent.volume, parts.driverName)}`;
  report(parts, intent, {
    type: 'Warning',
    reason: 'ExpansionFailedSnapshotKept',
    on: 'claim',
    message: `disk ${intent.disk.id} was not expanded: ${error.message}. ${text}${restore}`,
    key: `expansion-failed-${snapshot.id}-${key}`,
  });
}

/** What becomes of the snapshot. It has a key, since a later attempt may be able to promise more. */
interface Fate {
  readonly wayBack: Snapshot | undefined;
  readonly text: string;
  readonly key: string;
}

function notOurs(snapshot: Snapshot): Fate {
  const text = `Snapshot snapshotId[${snapshot.id}], which the guard did not take and does not delete, holds its data`;
  return { wayBack: snapshot, text, key: 'not-ours' };
}

async function markFailed(parts: ExpandGuardParts, failed: FailedResize, call: Call): Promise<Fate> {
  const { snapshot } = failed;
  try {
    return await mark(parts, failed, call);
  } catch (error) {
    if (!isDiskError(error)) {
      throw error;
    }
    return replaceable(snapshot, `, since it could not be marked: ${error.message}`);
  }
}

/**
 * Marks the snapshot as the one that is kept, unless there is one already or a newer one has its place. Only a look
 * afterwards tells what may be promised: who deletes it now has looked before it was marked, and had a reason that can be
 * seen by now, either a newer snapshot or its age.
 */
async function mark(parts: ExpandGuardParts, failed: FailedResize, call: Call): Promise<Fate> {
  const { intent, snapshot } = failed;
  const look = async () => expandGuardsAmong(await parts.cloud.findSnapshotsOfDisk(intent.disk.id, call));
  const before = await look();
  const keptBefore = firstFailureAmong(before);
  if (keptBefore?.id === snapshot.id) {
    return isSafe(parts, failed, before)
      ? keptForItsDay(keptBefore)
      : { wayBack: keptBefore, text: `Its snapshot is still snapshotId[${snapshot.id}]`, key: 'still' };
  }
  const isFirst = keptBefore === undefined && isNewest(snapshot, before);
  const problem = await tag(parts, snapshot, isFirst ? outcomes.failed : outcomes.failedAgain, call);
  const after = await look();
  return fateAmong(after, parts, failed, problem);
}

function fateAmong(
  guards: readonly Snapshot[],
  parts: ExpandGuardParts,
  failed: FailedResize,
  problem: DiskError | undefined,
): Fate {
  const { id } = failed.snapshot;
  const now = guards.find((guard) => guard.id === id);
  const kept = firstFailureAmong(guards);
  if (now === undefined) {
    const wayBack = kept ?? keptAmong(guards);
    return { wayBack, text: `Its snapshot snapshotId[${id}] is gone meanwhile`, key: 'gone' };
  }
  if (kept?.id === id) {
    return isSafe(parts, failed, guards) ? keptForItsDay(kept) : replaceable(kept);
  }
  if (kept !== undefined) {
    const first = `that of the first failure is snapshotId[${kept.id}], which ends at ${endOf(kept)}, or once the disk has ${wantedSizeOf(kept)} GiB`;
    return replaceable(now, `; ${first}`);
  }
  const isUnmarked = problem !== undefined && !now.tags.has(tagKeys.guardOutcome);
  return replaceable(now, isUnmarked ? `, since it could not be marked: ${problem.message}` : '');
}

/** Whether nobody can be about to delete it who has not seen the mark. */
function isSafe(
  parts: ExpandGuardParts,
  { intent, snapshot }: FailedResize,
  guards: readonly Snapshot[],
): boolean {
  return isNewest(snapshot, guards) && !hasWaitedLongEnough(parts, intent, snapshot);
}

function keptForItsDay(snapshot: Snapshot): Fate {
  const text = `Its snapshot snapshotId[${snapshot.id}] is kept until ${endOf(snapshot)}. Once the disk has ${wantedSizeOf(snapshot)} GiB, it is deleted sooner`;
  return { wayBack: snapshot, text, key: 'kept' };
}

function replaceable(snapshot: Snapshot, more = ''): Fate {
  const text = `Its snapshot snapshotId[${snapshot.id}] is kept until a later attempt goes on without it${more}`;
  return { wayBack: snapshot, text, key: 'replaceable' };
}

function isNewest({ id }: Snapshot, guards: readonly Snapshot[]): boolean {
  return aliveAmong(guards).at(-1)?.id === id;
}

/** @returns why it may not be marked; the answer may have been lost only. */
async function tag(
  { cloud }: ExpandGuardParts,
  { id }: Snapshot,
  value: string,
  call: Call,
): Promise<DiskError | undefined> {
  try {
    await cloud.tagSnapshot(id, { key: tagKeys.guardOutcome, value }, call);
    return undefined;
  } catch (error) {
    if (!isDiskError(error)) {
      throw error;
    }
    return error;
  }
}

function endOf(snapshot: Snapshot): string {
  return expiryOf(snapshot)?.toISOString() ?? 'you delete it';
}
