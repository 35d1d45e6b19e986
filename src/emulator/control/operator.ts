import { instanceTypeNamed, zoneNamed } from '../catalog.ts';
import type { Emulator } from '../emulator.ts';
import { newId } from '../ids.ts';
import { attachDisk, nextDevice } from '../lifecycle/attach.ts';
import { detachNow } from '../lifecycle/disk-events.ts';
import { finishSnapshot } from '../lifecycle/snapshot-events.ts';
import type { Disk, Instance, InstanceStatus, Snapshot, Tag } from '../state/entities.ts';
import { ControlError, jsonBody, onlyFields, type ControlCall, type Route } from './route.ts';

/** Things that an operator of the emulated cloud can do and the API cannot. */
export const operatorRoutes: readonly Route[] = [
  { method: 'POST', path: 'instances', handle: createInstance },
  { method: 'POST', path: 'instances/:id', handle: changeInstance },
  { method: 'POST', path: 'disks/:id/attach', handle: attachAtOnce },
  { method: 'POST', path: 'disks/:id/detach', handle: detachAtOnce },
  { method: 'POST', path: 'snapshots/:id', handle: changeSnapshot },
];

const instanceStatuses: readonly InstanceStatus[] = ['Pending', 'Running', 'Starting', 'Stopping', 'Stopped'];

async function createInstance(call: ControlCall): Promise<object> {
  const body = await jsonBody(call);
  onlyFields(body, 'zoneId', 'instanceType', 'tags', 'status', 'name');
  const zone = zoneNamed(String(body['zoneId'] ?? `${call.emulator.regionId}-h`));
  if (zone === undefined) {
    throw new ControlError(400, `There is no zone ${String(body['zoneId'])}.`);
  }
  const instanceType = instanceTypeNamed(String(body['instanceType'] ?? 'ecs.g7se.large'));
  if (instanceType === undefined) {
    throw new ControlError(400, `There is no instance type ${String(body['instanceType'])}.`);
  }
  const { state, clock } = call.emulator;
  return state.instances.put({
    id: newId('i', zone.regionId),
    sequence: state.nextSequence(),
    name: String(body['name'] ?? ''),
    regionId: zone.regionId,
    zoneId: zone.id,
    instanceType: instanceType.name,
    status: statusFrom(body['status'] ?? 'Running'),
    createdAtMs: clock.now(),
    tags: tagsFrom(body['tags'] ?? {}),
  });
}

async function changeInstance(call: ControlCall): Promise<object> {
  const body = await jsonBody(call);
  onlyFields(body, 'status', 'tags');
  const instance = instanceOf(call.emulator, call.path[0] ?? '');
  return call.emulator.state.instances.update(instance.id, {
    status: statusFrom(body['status'] ?? instance.status),
    tags: body['tags'] === undefined ? instance.tags : tagsFrom(body['tags']),
  });
}

function statusFrom(value: unknown): InstanceStatus {
  const status = instanceStatuses.find((one) => one === value);
  if (status === undefined) {
    throw new ControlError(400, `status must be one of ${instanceStatuses.join(', ')}.`);
  }
  return status;
}

function tagsFrom(value: unknown): Tag[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(400, 'tags must be an object: {"key": "value"}.');
  }
  return Object.entries(value).map(([key, one]: [string, unknown]) => ({ key, value: String(one) }));
}

function instanceOf(emulator: Emulator, id: string): Instance {
  const instance = emulator.state.instances.get(id);
  if (instance === undefined) {
    throw new ControlError(404, `There is no instance ${id}.`);
  }
  return instance;
}

function diskOf({ emulator, path: [id = ''] }: ControlCall): Disk {
  const disk = emulator.state.disks.get(id);
  if (disk === undefined) {
    throw new ControlError(404, `There is no disk ${id}.`);
  }
  return disk;
}

/** Puts a disk In_use at once, also one that is still being created. */
async function attachAtOnce(call: ControlCall): Promise<object> {
  const body = await jsonBody(call);
  onlyFields(body, 'instanceId');
  const { state, clock } = call.emulator;
  const disk = diskOf(call);
  const instance =
    body['instanceId'] === undefined
      ? runningInstance(call.emulator, disk)
      : instanceOf(call.emulator, String(body['instanceId']));
  const present = disk.attachments.find(({ phase }) => phase === 'attached');
  if (present !== undefined && !disk.multiAttach && present.instanceId !== instance.id) {
    throw new ControlError(409, `The disk ${disk.id} is attached to ${present.instanceId}: detach it first.`);
  }
  const device = nextDevice(state, instance.id);
  state.disks.update(disk.id, { isCreating: false });
  const attached = attachDisk(state, diskOf(call), { instanceId: instance.id, device, nowMs: clock.now() });
  return { diskId: attached.id, instanceId: instance.id };
}

function runningInstance(emulator: Emulator, disk: Disk): Instance {
  const instance = emulator.state.instances
    .all()
    .find(
      ({ status, zoneId, regionId }) =>
        status === 'Running' && (disk.zoneId === '' ? regionId === disk.regionId : zoneId === disk.zoneId),
    );
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

async function changeSnapshot(call: ControlCall): Promise<object> {
  const body = await jsonBody(call);
  onlyFields(body, 'status', 'progress', 'isUsedByImage');
  const { state, clock } = call.emulator;
  const id = call.path[0] ?? '';
  const snapshot = state.snapshots.get(id);
  if (snapshot === undefined) {
    throw new ControlError(404, `There is no snapshot ${id}.`);
  }
  if (body['isUsedByImage'] !== undefined) {
    state.snapshots.update(id, { isUsedByImage: body['isUsedByImage'] === true });
  }
  if (body['progress'] !== undefined) {
    state.snapshots.update(id, { heldProgress: percent(body['progress']) });
  }
  if (body['status'] !== undefined) {
    finish(call.emulator, snapshot, body['status']);
  }
  return state.snapshots.get(id) ?? {};

  function percent(value: unknown): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 99) {
      throw new ControlError(
        400,
        'progress must be a whole number from 0 to 99; the upload then stays there.',
      );
    }
    return value;
  }

  function finish(emulator: Emulator, one: Snapshot, status: unknown): void {
    if (status !== 'accomplished' && status !== 'failed') {
      throw new ControlError(400, 'status must be accomplished or failed.');
    }
    if (status === 'accomplished' && one.cutAtMs === null) {
      throw new ControlError(409, `The snapshot ${one.id} is not cut yet: advance the clock first.`);
    }
    finishSnapshot(emulator.state, one, status, clock.now());
  }
}
