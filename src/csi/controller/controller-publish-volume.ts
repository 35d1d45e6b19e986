import type { Call } from '../../disk/call.ts';
import { attachDisk } from '../../disk/attach/attach-disk.ts';
import { isOn, type Disk } from '../../disk/disk.ts';
import { DiskError, isDiskError } from '../../disk/disk-error.ts';
import { assertOwnRegion } from '../../disk/guards/own-region.ts';
import { isInstanceId } from '../../disk/instance.ts';
import { requireDisk } from '../../disk/waiting.ts';
import type { ControllerPublishVolumeRequest__Output as Request } from '../../generated/csi/v1/ControllerPublishVolumeRequest.ts';
import type { ControllerPublishVolumeResponse as Response } from '../../generated/csi/v1/ControllerPublishVolumeResponse.ts';
import type { VolumeCapability__Output } from '../../generated/csi/v1/VolumeCapability.ts';
import { alreadyExists, invalidArgument, notFound } from '../status.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireNodeId, requireText } from '../validate.ts';
import { dangerousCapability, isShared, requireCapability } from '../volume-capability.ts';
import { placeKey, placesOf } from './attachment-keys.ts';
import type { ControllerParts } from './controller-parts.ts';
import { requireVolumeId } from './require-volume.ts';

/** Attaches a volume to a node; `serialNumber` is what the node plugin finds the device by. */
export function createControllerPublishVolume(parts: ControllerParts): UnaryRpc<Request, Response> {
  return async (request, call) => {
    requireText(request.volumeId, 'volume_id');
    const nodeId = requireNodeId(request.nodeId);
    const capability = requireCapability(request.volumeCapability);
    const volumeId = requireVolumeId(request.volumeId);
    const publish = async () => {
      const disk = await requireDiskHere(parts, volumeId, call);
      if (!isInstanceId(nodeId)) {
        throw notFound(
          `volume ${volumeId} cannot be published: node ${nodeId} does not exist; ids of nodes look like i-2ze0example`,
        );
      }
      assertUsable(disk, nodeId, capability, request.readonly);
      const serialNumber = serialNumberOf(disk);
      const wish = { instanceId: nodeId, shared: isShared(capability) };
      await attachDisk(parts.attach, disk, wish, call);
      return { publishContext: { serialNumber } };
    };
    return await parts.lock.run([placeKey(volumeId, nodeId)], publish, [placesOf(volumeId)]);
  };
}

/** The disk; one that is absent because it lives in another region is not called missing. */
async function requireDiskHere(parts: ControllerParts, diskId: string, call: Call): Promise<Disk> {
  try {
    return await requireDisk(parts.cloud, diskId, call);
  } catch (error) {
    if (isDiskError(error, 'not-found')) {
      await assertOwnRegion(parts.guards.cluster, parts.regionId, diskId, call);
    }
    throw error;
  }
}

function assertUsable(
  disk: Disk,
  nodeId: string,
  capability: VolumeCapability__Output,
  isReadOnly: boolean,
): void {
  const reason = isReadOnly
    ? 'read-only publishing is not supported'
    : dangerousCapability(capability, disk.multiAttach);
  if (reason === undefined) {
    return;
  }
  throw isOn(disk, nodeId)
    ? alreadyExists(`volume ${disk.id} is published at node ${nodeId} in another way: ${reason}`)
    : invalidArgument(`volume ${disk.id} cannot be published at node ${nodeId}: ${reason}`);
}

function serialNumberOf(disk: Disk): string {
  if (disk.serialNumber === undefined) {
    const message = `ECS names no serial number of disk ${disk.id}, so its device could not be found on the node`;
    throw new DiskError('unsupported', message);
  }
  return disk.serialNumber;
}
