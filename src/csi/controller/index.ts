import { createControllerExpandVolume } from './controller-expand-volume.ts';
import { createControllerGetCapabilities } from './controller-get-capabilities.ts';
import { createControllerGetVolume } from './controller-get-volume.ts';
import { createControllerPublishVolume } from './controller-publish-volume.ts';
import { createControllerUnpublishVolume } from './controller-unpublish-volume.ts';
import { createControllerModifyVolume } from './controller-modify-volume.ts';
import type { ControllerParts } from './controller-parts.ts';
import { createCreateSnapshot } from './create-snapshot.ts';
import { createCreateVolume } from './create-volume.ts';
import { createDeleteSnapshot } from './delete-snapshot.ts';
import { createDeleteVolume } from './delete-volume.ts';
import { createGetSnapshot } from './get-snapshot.ts';
import { createListSnapshots } from './list-snapshots.ts';
import { createListVolumes } from './list-volumes.ts';
import { createValidateVolumeCapabilities } from './validate-volume-capabilities.ts';

/** The Controller service: one file per RPC. RPCs that are not here answer UNIMPLEMENTED. */
export function createController(parts: ControllerParts) {
  return {
    ControllerGetCapabilities: createControllerGetCapabilities(),
    CreateVolume: createCreateVolume(parts),
    DeleteVolume: createDeleteVolume(parts),
    ControllerPublishVolume: createControllerPublishVolume(parts),
    ControllerUnpublishVolume: createControllerUnpublishVolume(parts),
    ValidateVolumeCapabilities: createValidateVolumeCapabilities(parts),
    ListVolumes: createListVolumes(parts),
    ControllerGetVolume: createControllerGetVolume(parts),
    ControllerExpandVolume: createControllerExpandVolume(parts),
    ControllerModifyVolume: createControllerModifyVolume(parts),
    CreateSnapshot: createCreateSnapshot(parts),
    DeleteSnapshot: createDeleteSnapshot(parts),
    ListSnapshots: createListSnapshots(parts),
    GetSnapshot: createGetSnapshot(parts),
  };
}
