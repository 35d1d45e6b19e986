import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { diskStatus } from '../lifecycle/disk-status.ts';
import { unfinishedSnapshots } from '../lifecycle/snapshot-progress.ts';
import { clientToken } from '../parameters/names.ts';
import { integer, required, text } from '../parameters/scalars.ts';
import { knownCategory } from '../rules/disk-spec.ts';
import { findDisk } from '../rules/find.ts';
import { checkNotBeingModified } from '../rules/tasks.ts';
import type { Disk } from '../state/entities.ts';

export const resizeDisk = defineAction({
  name: 'ResizeDisk',
  parameters: {
    DiskId: required(text()),
    NewSize: required(integer({ min: 1, code: 'InvalidDiskSize' })),
    Type: text({ oneOf: ['offline', 'online'] }),
    ClientToken: clientToken(),
  },
  tokenBusyCode: 'LastTokenProcessing',
  run: ({ DiskId, NewSize, Type }, context) => {
    const disk = findDisk(context, DiskId);
    checkStatus(disk);
    checkSize(disk, NewSize);
    if (Type === 'online') {
      checkOnline(context, disk);
    }
    const unfinished = unfinishedSnapshots(context.state, disk.id)[0];
    if (unfinished !== undefined && context.settings.resizeDuringUpload === 'refuse') {
      throw new EcsError('DiskCreatingSnapshot', `The snapshot is ${unfinished.id}.`);
    }
    checkNotBeingModified(context.state, disk);
    context.state.disks.update(disk.id, { sizeGiB: NewSize });
    return {};
  },
});

function checkStatus(disk: Disk): void {
  const status = diskStatus(disk);
  if (status !== 'In_use' && status !== 'Available') {
    throw new EcsError('IncorrectDiskStatus', `The disk ${disk.id} is ${status}.`);
  }
}

function checkSize(disk: Disk, newSizeGiB: number): void {
  const { maxGiB } = knownCategory(disk.category);
  if (newSizeGiB <= disk.sizeGiB) {
    throw new EcsError('InvalidDiskSize.TooSmall', `It has ${disk.sizeGiB} GiB already.`);
  }
  if (newSizeGiB > maxGiB) {
    throw new EcsError('InvalidDiskSize.TooLarge', `${disk.category} goes up to ${maxGiB} GiB.`);
  }
}

function checkOnline({ state }: ActionContext, disk: Disk): void {
  if (!knownCategory(disk.category).canResizeOnline) {
    throw new EcsError('InvalidDiskSize.NotSupportResizeOnline', `The category is ${disk.category}.`);
  }
  const stopped = disk.attachments.find(
    ({ instanceId }) => state.instances.get(instanceId)?.status !== 'Running',
  );
  if (stopped !== undefined) {
    throw new EcsError('InvalidInstanceStatus.NotRunning', `The instance is ${stopped.instanceId}.`);
  }
}
