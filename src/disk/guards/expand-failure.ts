import type { Call } from '../call.ts';
import { isDiskError, type DiskError, type DiskErrorKind } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import type { ExpandIntent } from './expand-snapshot.ts';
import { expandGuardsAmong, firstFailureAmong } from './guard-order.ts';
import { report, type ExpandGuardParts } from './guard-parts.ts';
import { expiryOf, isGuardSnapshot } from './guard-snapshot.ts';
import { restoreCommand } from './restore-command.ts';

/** After these nothing is known about the resize: the snapshot stays as it is, and the call is repeated. */
const undecided: readonly DiskErrorKind[] = [
  'busy',
  'throttled',
  'timed-out',
  'cancelled',
  'outcome-unknown',
  'unauthenticated',
  'unreadable',
];

export function isUndecided({ kind }: DiskError): boolean {
  return undecided.includes(kind);
}

/**
 * Marks the snapshot of a resize that ECS refused for good, so that the next attempt starts with a fresh one and this
 * one is kept, and says where the way back is. Never rejects.
 */
export async function keepAfterFailure(
  parts: ExpandGuardParts,
  { intent, snapshot, error }: { intent: ExpandIntent; snapshot: Snapshot; error: unknown },
  call: Call,
): Promise<void> {
  if (!isDiskError(error) || isUndecided(error)) {
    return;
  }
  const { id } = snapshot;
  const isOurs = isGuardSnapshot(snapshot, 'expand');
  if (isOurs) {
    const tag = { key: tagKeys.guardOutcome, value: 'resize-failed' };
    await parts.cloud.tagSnapshot(id, tag, call).catch(() => undefined);
  }
  const first = isOurs ? await firstFailure(parts, intent, call) : undefined;
  const command = restoreCommand(snapshot, intent.volume, parts.driverName);
  const kept =
    first === undefined || first.id === id
      ? `Its snapshot snapshotId[${id}] is kept until ${endOf(snapshot)}`
      : `Its snapshot snapshotId[${id}] is kept until a later attempt takes a fresh one; that of the first failure, snapshotId[${first.id}], until ${endOf(first)}`;
  const message = `disk ${intent.disk.id} was not expanded: ${error.message}. ${kept}. To restore it: ${command}`;
  const key = `expansion-failed-${id}`;
  report(parts, intent, {
    type: 'Warning',
    reason: 'ExpansionFailedSnapshotKept',
    on: 'claim',
    message,
    key,
  });
}

/** What cannot be looked up is not spoken of. */
async function firstFailure(
  { cloud }: ExpandGuardParts,
  { disk }: ExpandIntent,
  call: Call,
): Promise<Snapshot | undefined> {
  const snapshots = await cloud.findSnapshotsOfDisk(disk.id, call).catch(() => []);
  return firstFailureAmong(expandGuardsAmong(snapshots));
}

function endOf(snapshot: Snapshot): string {
  return expiryOf(snapshot)?.toISOString() ?? 'you delete it';
}
