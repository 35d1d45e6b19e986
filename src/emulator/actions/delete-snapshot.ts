import { defineAction } from '../action.ts';
import { EcsError } from '../errors.ts';
import { removeSnapshot } from '../lifecycle/snapshot-events.ts';
import { flag, required, text } from '../parameters/scalars.ts';
import { findSnapshot } from '../rules/find.ts';

export const deleteSnapshot = defineAction({
  name: 'DeleteSnapshot',
  parameters: { SnapshotId: required(text()), Force: flag() },
  run: ({ SnapshotId, Force }, context) => {
    const { state, settings } = context;
    if (state.snapshots.get(SnapshotId) === undefined && settings.deleteMissing === 'ignore') {
      return {};
    }
    const snapshot = findSnapshot(context, SnapshotId);
    if (snapshot.isUsedByImage) {
      throw new EcsError('SnapshotCreatedImage', `The snapshot is ${snapshot.id}.`);
    }
    const disk = state.disksBySnapshot.rows(snapshot.id)[0];
    if (disk !== undefined && Force !== true) {
      throw new EcsError('SnapshotCreatedDisk', `One is ${disk.id}.`);
    }
    removeSnapshot(state, snapshot);
    return {};
  },
});
