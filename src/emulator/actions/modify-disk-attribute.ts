import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { clearableDescription, resourceName } from '../parameters/names.ts';
import { list } from '../parameters/repeated.ts';
import { flag, text } from '../parameters/scalars.ts';
import type { Values } from '../parameters/schema.ts';
import { checkBurst, knownCategory } from '../rules/disk-spec.ts';
import { findDisk } from '../rules/find.ts';
import { runningTask } from '../rules/tasks.ts';
import type { Disk } from '../state/entities.ts';

const parameters = {
  DiskId: text(),
  DiskIds: list({ max: 100, tooMany: 'InvalidDiskIds.Malformed' }),
  DiskName: resourceName('InvalidDiskName.Malformed'),
  Description: clearableDescription(),
  DeleteWithInstance: flag(),
  DeleteAutoSnapshot: flag(),
  BurstingEnabled: flag(),
};

type Wish = Values<typeof parameters>;

export const modifyDiskAttribute = defineAction({
  name: 'ModifyDiskAttribute',
  parameters,
  accepts: ['EnableAutoSnapshot'],
  run: (values, context) => {
    const disks = idsOf(values).map((id) => findDisk(context, id));
    const { DiskId, DiskIds, ...changes } = values;
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new EcsError('NoAttributeToModify', `For ${DiskId ?? DiskIds.join(', ')}.`);
    }
    disks.forEach((disk) => {
      check(values, disk, context);
    });
    disks.forEach((disk) => context.state.disks.update(disk.id, changed(values, disk)));
    return {};
  },
});

function idsOf(values: Wish): readonly string[] {
  if (values.DiskId !== undefined && values.DiskIds.length > 0) {
    throw new EcsError('InvalidParameter.DiskIds', 'Give DiskId or DiskIds.N, not both.');
  }
  if (values.DiskId === undefined && values.DiskIds.length === 0) {
    throw new EcsError('MissingParameter.DiskId', 'Give DiskId or DiskIds.N.');
  }
  return values.DiskId === undefined ? [...new Set(values.DiskIds)] : [values.DiskId];
}

function check(values: Wish, disk: Disk, { state }: ActionContext): void {
  if (values.DeleteWithInstance === true && disk.multiAttach) {
    throw new EcsError('DeleteWithInstance.Conflict', `The disk is ${disk.id}.`);
  }
  checkBurst(knownCategory(disk.category), disk.sizeGiB, values.BurstingEnabled);
  if (values.BurstingEnabled === true && disk.multiAttach) {
    throw new EcsError('BurstingEnabledForMultiAttachDiskUnsupported', `The disk is ${disk.id}.`);
  }
  if (values.BurstingEnabled !== undefined && runningTask(state, disk.id) !== undefined) {
    throw new EcsError('BurstingEnabledForModifyingDiskUnsupported', `The disk is ${disk.id}.`);
  }
}

function changed(values: Wish, disk: Disk): Partial<Disk> {
  const { DeleteWithInstance: deleteWithInstance } = values;
  return {
    name: values.DiskName ?? disk.name,
    description: values.Description ?? disk.description,
    deleteAutoSnapshot: values.DeleteAutoSnapshot ?? disk.deleteAutoSnapshot,
    burstingEnabled: values.BurstingEnabled ?? disk.burstingEnabled,
    attachments:
      deleteWithInstance === undefined
        ? disk.attachments
        : disk.attachments.map((attachment) => ({ ...attachment, deleteWithInstance })),
  };
}
