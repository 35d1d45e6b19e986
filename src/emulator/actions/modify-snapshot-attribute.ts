import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { expiryOf, planExpiry } from '../lifecycle/snapshot-events.ts';
import { clearableDescription, retentionDays, snapshotName } from '../parameters/names.ts';
import { required, text } from '../parameters/scalars.ts';
import { findSnapshot } from '../rules/find.ts';
import type { Snapshot } from '../state/entities.ts';

export const modifySnapshotAttribute = defineAction({
  name: 'ModifySnapshotAttribute',
  parameters: {
    SnapshotId: required(text()),
    SnapshotName: snapshotName(),
    Description: clearableDescription(),
    RetentionDays: retentionDays(),
  },
  accepts: ['DisableInstantAccess'],
  run: ({ SnapshotId, SnapshotName, Description, RetentionDays }, context) => {
    const snapshot = findSnapshot(context, SnapshotId);
    if ([SnapshotName, Description, RetentionDays].every((value) => value === undefined)) {
      throw new EcsError('NoAttributeToModify', `For ${SnapshotId}.`);
    }
    if (snapshot.status === 'progressing') {
      throw new EcsError('InvalidSnapshotId.NotReady', `The snapshot is ${snapshot.id}.`);
    }
    if (RetentionDays !== undefined) {
      keepLonger(context, snapshot, RetentionDays);
    }
    context.state.snapshots.update(snapshot.id, {
      name: SnapshotName ?? snapshot.name,
      description: Description ?? snapshot.description,
      modifiedAtMs: context.nowMs,
    });
    return {};
  },
});

/** Retention counts from the cut. A snapshot that is kept for ever cannot be given an end. */
function keepLonger({ state }: ActionContext, snapshot: Snapshot, retentionDays: number): void {
  const keptDays = snapshot.retentionDays ?? Number.POSITIVE_INFINITY;
  if (retentionDays < keptDays) {
    throw new EcsError('InvalidOperation.DecreaseRetentionDaysUnsupported', `It has ${keptDays} days.`);
  }
  const expiresAtMs = expiryOf(state.snapshots.update(snapshot.id, { retentionDays }));
  if (expiresAtMs !== null) {
    planExpiry(state, snapshot.id, expiresAtMs);
  }
}
