import type { Snapshot } from '../snapshot.ts';
import { report, type Guarded, type GuardParts } from './guard-parts.ts';
import { isGuardSnapshot } from './guard-snapshot.ts';

/** Says on the claim that a guard snapshot was made; once, however often it is found. Another's is not spoken of. */
export function reportCreated(parts: GuardParts, guarded: Guarded, snapshot: Snapshot): void {
  if (!isGuardSnapshot(snapshot, 'expand')) {
    return;
  }
  const key = `snapshot-created-${snapshot.id}`;
  const message = `ControllerExpandVolume:: Snapshot create successful: snapshotName[${snapshot.name ?? ''}], sourceId[${guarded.disk.id}], snapshotId[${snapshot.id}]`;
  report(parts, guarded, { type: 'Normal', reason: 'SnapshotCreated', on: 'claim', message, key });
}
