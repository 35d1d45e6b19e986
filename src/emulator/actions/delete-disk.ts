import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { diskStatus } from '../lifecycle/disk-status.ts';
import { unfinishedSnapshots } from '../lifecycle/snapshot-progress.ts';
import { required, text } from '../parameters/scalars.ts';
import { findDisk } from '../rules/find.ts';
import type { Disk } from '../state/entities.ts';

export const deleteDisk = defineAction({
  name: 'DeleteDisk',
  parameters: { DiskId: required(text()) },
  run: ({ DiskId }, context) => {
    const { state, settings } = context;
    if (state.disks.get(DiskId) === undefined && settings.deleteMissing === 'ignore') {
      return {};
    }
    const disk = findDisk(context, DiskId);
    checkStatus(disk);
    checkSnapshots(context, disk);
    state.disks.delete(disk.id);
    state.data.delete(disk.dataId);
    return {};
  },
});

function checkStatus(disk: Disk): void {
  const status = diskStatus(disk);
  if (status === 'Creating') {
    throw new EcsError('IncorrectDiskStatus.Initializing', `The disk is ${disk.id}.`);
  }
  if (status === 'In_use') {
    throw new EcsError('DiskStillAttached', `The disk is ${disk.id}.`);
  }
  if (status !== 'Available') {
    throw new EcsError('IncorrectDiskStatus', `The disk ${disk.id} is ${status}.`);
  }
}

/** An instantly available snapshot does not hold up the deletion, unless the settings say so; any other does. */
function checkSnapshots({ state, settings }: ActionContext, disk: Disk): void {
  const inTheWay = unfinishedSnapshots(state, disk.id).filter(
    ({ isAvailable }) => !isAvailable || settings.deleteDuringUpload === 'refuse',
  );
  if (inTheWay[0] !== undefined) {
    throw new EcsError('DiskCreatingSnapshot', `The snapshot is ${inTheWay[0].id}.`);
  }
}
