import { instanceTypes, zones } from '../catalog.ts';
import type { Emulator } from '../emulator.ts';
import { newId } from '../ids.ts';
import type { Instance, InstanceStatus, Tag } from '../state/entities.ts';
import { choiceField, textField } from './body-fields.ts';
import { ControlError, jsonBody, onlyFields, type ControlCall, type Route } from './route.ts';

/** Instances are made, started and stopped here only; the emulated API just shows them. */
export const instanceRoutes: readonly Route[] = [
  { method: 'POST', path: 'instances', handle: createInstance },
  { method: 'POST', path: 'instances/:id', handle: changeInstance },
];

const statuses: readonly InstanceStatus[] = ['Pending', 'Running', 'Starting', 'Stopping', 'Stopped'];

async function createInstance(call: ControlCall): Promise<Instance> {
  const body = await jsonBody(call);
  onlyFields(body, 'zoneId', 'instanceType', 'tags', 'status', 'name');
  const { state, clock, regionId } = call.emulator;
  const zoneId = textField(body, 'zoneId', `${regionId}-h`);
  const zone = zones.find(({ id }) => id === zoneId);
  if (zone === undefined) {
    throw new ControlError(400, `zoneId is ${zoneId}, there are ${zones.map(({ id }) => id).join(', ')}.`);
  }
  const names = instanceTypes.map(({ name }) => name);
  return state.instances.put({
    id: newId('i', zone.regionId),
    sequence: state.nextSequence(),
    name: textField(body, 'name', ''),
    regionId: zone.regionId,
    zoneId,
    instanceType: choiceField('instanceType', body['instanceType'] ?? 'ecs.g7se.large', names),
    status: choiceField('status', body['status'] ?? 'Running', statuses),
    createdAtMs: clock.now(),
    tags: tagsFrom(body['tags'] ?? {}),
  });
}

async function changeInstance(call: ControlCall): Promise<Instance> {
  const body = await jsonBody(call);
  onlyFields(body, 'status', 'tags');
  const instance = instanceOf(call.emulator, call.path[0] ?? '');
  return call.emulator.state.instances.update(instance.id, {
    status: choiceField('status', body['status'] ?? instance.status, statuses),
    tags: body['tags'] === undefined ? instance.tags : tagsFrom(body['tags']),
  });
}

function tagsFrom(value: unknown): Tag[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(400, 'tags must be an object: {"key": "value"}.');
  }
  return Object.entries(value).map(([key, one]: [string, unknown]) => ({ key, value: String(one) }));
}

export function instanceOf(emulator: Emulator, id: string): Instance {
  const instance = emulator.state.instances.get(id);
  if (instance === undefined) {
    throw new ControlError(404, `There is no instance ${id}.`);
  }
  return instance;
}
