import { zones } from './catalog.ts';
import { newId } from './ids.ts';
import type { EmulatorState } from './state/state.ts';

/** One running instance in each zone, so that disks can be attached at once. */
export function addDefaultInstances(state: EmulatorState, nowMs: number): void {
  for (const zone of zones) {
    state.instances.put({
      id: newId('i', zone.regionId),
      sequence: state.nextSequence(),
      name: `default-${zone.id}`,
      regionId: zone.regionId,
      zoneId: zone.id,
      instanceType: 'ecs.g7se.large',
      status: 'Running',
      createdAtMs: nowMs,
      tags: [],
    });
  }
}
