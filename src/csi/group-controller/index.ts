import type { Clock } from '../clock.ts';
import type { ControllerParts } from '../controller/controller-parts.ts';
import { createCreateVolumeGroupSnapshot } from './create-volume-group-snapshot.ts';
import { createDeleteVolumeGroupSnapshot } from './delete-volume-group-snapshot.ts';
import { createGetVolumeGroupSnapshot } from './get-volume-group-snapshot.ts';
import { createGroupControllerGetCapabilities } from './group-controller-get-capabilities.ts';
import { holdRepeatedRefusals } from './hold-refusals.ts';

/** The GroupController service: one file per RPC. */
export function createGroupController(parts: ControllerParts, clock: Pick<Clock, 'sleep'>) {
  const groupParts = { ...parts, cluster: parts.guards.cluster };
  return {
    GroupControllerGetCapabilities: createGroupControllerGetCapabilities(),
    CreateVolumeGroupSnapshot: holdRepeatedRefusals(createCreateVolumeGroupSnapshot(groupParts), clock),
    GetVolumeGroupSnapshot: createGetVolumeGroupSnapshot(groupParts),
    DeleteVolumeGroupSnapshot: createDeleteVolumeGroupSnapshot(groupParts),
  };
}
