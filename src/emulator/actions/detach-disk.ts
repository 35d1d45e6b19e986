import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { disksOn } from '../lifecycle/attach.ts';
import { flag, required, text } from '../parameters/scalars.ts';
import { findDisk, findInstance } from '../rules/find.ts';
import type { Attachment, Disk, Instance } from '../state/entities.ts';

export const detachDisk = defineAction({
  name: 'DetachDisk',
  parameters: { InstanceId: required(text()), DiskId: required(text()), DeleteWithInstance: flag() },
  run: ({ InstanceId, DiskId, DeleteWithInstance }, context) => {
    const disk = findDisk(context, DiskId);
    const instance = findInstance(context, InstanceId);
    if (disk.multiAttach && DeleteWithInstance === true) {
      throw new EcsError('DeleteWithInstance.Conflict', `The disk is ${disk.id}.`);
    }
    checkAttached(disk, instance);
    checkInstance(context, instance);
    const attachments = disk.attachments.map((attachment): Attachment =>
      attachment.instanceId === instance.id ? { ...attachment, phase: 'detaching' } : attachment,
    );
    context.state.disks.update(disk.id, { attachments });
    const atMs = context.nowMs + context.settings.detachMs;
    context.state.schedule({ what: 'disk-detached', subjectId: disk.id, instanceId: instance.id, atMs });
    return {};
  },
});

function checkAttached(disk: Disk, instance: Instance): void {
  const attachment = disk.attachments.find(({ instanceId }) => instanceId === instance.id);
  if (disk.attachments.length === 0) {
    throw new EcsError('InvalidDisk.AlreadyDetached', `The disk is ${disk.id}.`);
  }
  if (attachment === undefined) {
    const places = disk.attachments.map(({ instanceId }) => instanceId).join(', ');
    throw new EcsError('DependencyViolation', `The disk ${disk.id} is on ${places}, not on ${instance.id}.`);
  }
  if (attachment.phase === 'detaching') {
    throw new EcsError('InvalidOperation.DiskDetachingFromThisEcs', `The disk is ${disk.id}.`);
  }
  if (attachment.phase === 'attaching') {
    throw new EcsError('IncorrectDiskStatus', `The disk ${disk.id} is Attaching.`);
  }
}

function checkInstance({ state, settings }: ActionContext, instance: Instance): void {
  if (instance.status !== 'Running' && instance.status !== 'Stopped') {
    throw new EcsError('IncorrectInstanceStatus', `The instance ${instance.id} is ${instance.status}.`);
  }
  const detaching = disksOn(state, instance.id).filter(({ attachments }) =>
    attachments.some(({ instanceId, phase }) => instanceId === instance.id && phase === 'detaching'),
  );
  const isFree = instance.tags.some(
    ({ key, value }) => key === 'supportConcurrencyDetach' && value === 'true',
  );
  if (!isFree && detaching.length >= settings.parallelDetachesPerInstance) {
    throw new EcsError('DisksDetachingOnEcsExceeded', `The instance is ${instance.id}.`);
  }
}
