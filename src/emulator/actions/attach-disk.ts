import { defineAction, type ActionContext } from '../action.ts';
import { categoryNamed, instanceTypeNamed } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { disksOn, nextDevice } from '../lifecycle/attach.ts';
import { diskStatus } from '../lifecycle/disk-status.ts';
import { flag, required, text } from '../parameters/scalars.ts';
import { findDisk, findInstance } from '../rules/find.ts';
import type { Attachment, Disk, Instance } from '../state/entities.ts';

export const attachDisk = defineAction({
  name: 'AttachDisk',
  parameters: {
    InstanceId: required(text()),
    DiskId: required(text()),
    Device: text({ pattern: /^\/dev\/xvd[b-z]{1,2}$/ }),
    DeleteWithInstance: flag(),
    Force: flag(),
  },
  accepts: ['Bootable', 'Password', 'KeyPairName'],
  run: ({ InstanceId, DiskId, Device, DeleteWithInstance, Force }, context) => {
    const instance = findInstance(context, InstanceId);
    const disk = findDisk(context, DiskId);
    checkInstance(instance, disk);
    checkDeleteWithInstance(disk, DeleteWithInstance);
    const kept = attachmentsToKeep(context, disk, instance, Force === true);
    checkInstanceLimits(context, disk, instance);
    const attachment: Attachment = {
      instanceId: instance.id,
      device: Device ?? nextDevice(context.state, instance.id),
      attachedAtMs: context.nowMs,
      visibleAtMs: context.nowMs + context.settings.attachVisibleAfterMs,
      phase: 'attaching',
      deleteWithInstance: DeleteWithInstance ?? false,
    };
    context.state.disks.update(disk.id, { attachments: [...kept, attachment] });
    const atMs = context.nowMs + context.settings.attachMs;
    context.state.schedule({ what: 'disk-attached', subjectId: disk.id, instanceId: instance.id, atMs });
    return {};
  },
});

function checkInstance(instance: Instance, disk: Disk): void {
  if (instance.status !== 'Running' && instance.status !== 'Stopped') {
    throw new EcsError('IncorrectInstanceStatus', `The instance ${instance.id} is ${instance.status}.`);
  }
  if (disk.zoneId !== '' && disk.zoneId !== instance.zoneId) {
    throw new EcsError(
      'ResourcesNotInSameZone',
      `The disk is in ${disk.zoneId}, the instance in ${instance.zoneId}.`,
    );
  }
  const type = instanceTypeNamed(instance.instanceType);
  if (type?.categories.includes(disk.category) !== true) {
    throw new EcsError(
      'InvalidInstanceType.NotSupportDiskCategory',
      `${instance.instanceType}, ${disk.category}.`,
    );
  }
  if (disk.multiAttach && !type.hasNvme) {
    throw new EcsError('InvalidInstanceType.NvmeRequired', `The instance type is ${instance.instanceType}.`);
  }
}

function checkDeleteWithInstance(disk: Disk, asked: boolean | undefined): void {
  if (disk.multiAttach && asked === true) {
    throw new EcsError('DeleteWithInstance.Conflict', `The disk is ${disk.id}.`);
  }
  if (disk.category.startsWith('elastic_ephemeral') && asked !== true) {
    throw new EcsError('InvalidParameter.DeleteWithInstance', `The disk is ${disk.id}.`);
  }
}

/** The attachments that stay beside the new one; throws if these leave no room for it. */
function attachmentsToKeep(
  context: ActionContext,
  disk: Disk,
  instance: Instance,
  isForced: boolean,
): readonly Attachment[] {
  if (isForced) {
    checkForce(context, disk, instance);
    return [];
  }
  const status = diskStatus(disk);
  if (disk.multiAttach && status === 'In_use') {
    checkMultiAttach(context, disk, instance);
    return disk.attachments;
  }
  checkAvailable(disk);
  return [];
}

function checkAvailable(disk: Disk): void {
  const status = diskStatus(disk);
  if (status === 'In_use') {
    throw new EcsError('InvalidDisk.InUse', `It is on ${disk.attachments[0]?.instanceId ?? ''}.`);
  }
  if (status !== 'Available') {
    throw new EcsError('IncorrectDiskStatus', `The disk ${disk.id} is ${status}.`);
  }
}

/** Only a regional disk can be taken off an instance by attaching it to one in another zone. */
function checkForce({ state }: ActionContext, disk: Disk, instance: Instance): void {
  if (categoryNamed(disk.category)?.isRegional !== true) {
    throw new EcsError('InvalidParameterForce.NotSupported', `The disk ${disk.id} is ${disk.category}.`);
  }
  const present = state.instances.get(disk.attachments[0]?.instanceId ?? '');
  if (present === undefined) {
    checkAvailable(disk);
  } else if (present.zoneId === instance.zoneId) {
    throw new EcsError('InvalidInstance.ZoneConflict', `Both are in ${instance.zoneId}.`);
  }
}

function checkMultiAttach({ settings }: ActionContext, disk: Disk, instance: Instance): void {
  if (disk.attachments.some(({ instanceId }) => instanceId === instance.id)) {
    throw new EcsError('InvalidDisk.InUse', `It is on ${instance.id} already.`);
  }
  if (disk.attachments.length >= settings.instancesPerMultiAttachDisk) {
    throw new EcsError('DiskAttachedNumberExceeded', `It is on ${disk.attachments.length}.`);
  }
}

/** An instance takes a limited number of disks and, unless its tags say otherwise, attaches one at a time. */
function checkInstanceLimits({ state, settings }: ActionContext, disk: Disk, instance: Instance): void {
  const others = disksOn(state, instance.id).filter(({ id }) => id !== disk.id);
  const systemDisks = 1;
  if (systemDisks + others.length >= settings.disksPerInstance) {
    throw new EcsError('InstanceDiskLimitExceeded', `The instance ${instance.id} has ${others.length}.`);
  }
  const attaching = others.filter(({ attachments }) =>
    attachments.some(({ instanceId, phase }) => instanceId === instance.id && phase === 'attaching'),
  );
  const isFree = instance.tags.some(
    ({ key, value }) => key === 'supportConcurrencyAttach' && value === 'true',
  );
  if (!isFree && attaching.length >= settings.parallelAttachesPerInstance) {
    throw new EcsError('OperationConflict.DisksAttachingParallellyExceed', `The instance is ${instance.id}.`);
  }
}
