import type { Emulator } from '../emulator.ts';
import { attachDisk, nextDevice } from '../lifecycle/attach.ts';
import { detachNow } from '../lifecycle/disk-events.ts';
import type { Disk, Instance } from '../state/entities.ts';
import { textField } from './body-fields.ts';
import { instanceOf } from './instances.ts';
import { ControlError, jsonBody, onlyFields, type ControlCall, type Route } from './route.ts';

/** Attaching and detaching without delay and without the API, as if another operator had done it. */
export const attachmentRoutes: readonly Route[] = [
  { method: 'POST', path: 'disks/:id/attach', handle: attachAtOnce },
  { method: 'POST', path: 'disks/:id/detach', handle: detachAtOnce },
];

function diskOf({ emulator, path: [id = ''] }: ControlCall): Disk {
  const disk = emulator.state.disks.get(id);
  if (disk === undefined) {
    throw new ControlError(404, `There is no disk ${id}.`);
  }
  return disk;
}

/** Puts a disk In_use at once, also one that is still being created or on its way off the instance. */
async function attachAtOnce(call: ControlCall): Promise<object> {
  const body = await jsonBody(call);
  onlyFields(body, 'instanceId');
  const { state, clock } = call.emulator;
  const disk = diskOf(call);
  const wanted = textField(body, 'instanceId', '');
  const instance = wanted === '' ? runningInstance(call.emulator, disk) : instanceOf(call.emulator, wanted);
  const elsewhere = disk.attachments.find(({ instanceId }) => instanceId !== instance.id);
  if (elsewhere !== undefined && !disk.multiAttach) {
    throw new ControlError(
      409,
      `The disk ${disk.id} is attached to ${elsewhere.instanceId}: detach it first.`,
    );
  }
  const usable = state.disks.update(disk.id, { isCreating: false });
  const device = nextDevice(state, instance.id);
  attachDisk(state, usable, { instanceId: instance.id, device, nowMs: clock.now() });
  return { diskId: disk.id, instanceId: instance.id };
}

function runningInstance(emulator: Emulator, disk: Disk): Instance {
  const isNear = ({ zoneId, regionId }: Instance): boolean =>
    disk.zoneId === '' ? regionId === disk.regionId : zoneId === disk.zoneId;
  const instance = emulator.state.instances.all().find((one) => one.status === 'Running' && isNear(one));
  if (instance === undefined) {
    throw new ControlError(
      409,
      `No instance runs in the zone of disk ${disk.id}: POST /__emulator/instances.`,
    );
  }
  return instance;
}

async function detachAtOnce(call: ControlCall): Promise<object> {
  onlyFields(await jsonBody(call));
  const disk = diskOf(call);
  for (const { instanceId } of disk.attachments) {
    detachNow(call.emulator.state, diskOf(call), instanceId, call.emulator.clock.now());
  }
  return { diskId: disk.id };
}
