import { detachDisk, detachEverywhere } from '../../disk/attach/detach-disk.ts';
import { isDiskId } from '../../disk/disk.ts';
import { assertOwnRegion } from '../../disk/guards/own-region.ts';
import { isInstanceId } from '../../disk/instance.ts';
import type { ControllerUnpublishVolumeRequest__Output as Request } from '../../generated/csi/v1/ControllerUnpublishVolumeRequest.ts';
import type { ControllerUnpublishVolumeResponse as Response } from '../../generated/csi/v1/ControllerUnpublishVolumeResponse.ts';
import type { UnaryRpc } from '../unary.ts';
import { checkNodeId, requireText } from '../validate.ts';
import { placeKey, placesOf } from './attachment-keys.ts';
import type { ControllerParts } from './controller-parts.ts';

/**
 * Detaches a volume from a node, or from all nodes when none is named. Ids that no disk or no instance can have count as
 * detached.
 */
export function createControllerUnpublishVolume(parts: ControllerParts): UnaryRpc<Request, Response> {
  return async (request, call) => {
    const volumeId = requireText(request.volumeId, 'volume_id');
    const nodeId = checkNodeId(request.nodeId);
    if (!isDiskId(volumeId) || (nodeId !== '' && !isInstanceId(nodeId))) {
      return {};
    }
    const unpublish = async () => {
      const disk =
        nodeId === ''
          ? await detachEverywhere(parts.attach, volumeId, call)
          : await detachDisk(parts.attach, { diskId: volumeId, instanceId: nodeId }, call);
      if (disk === 'absent') {
        // In the wrong region every disk is absent, and the volume would count as detached while it is in use.
        await assertOwnRegion(parts.guards.cluster, parts.regionId, volumeId, call);
      }
      return {};
    };
    // Without a node it is about all of them, so nothing else may go on.
    return nodeId === ''
      ? await parts.lock.run([placesOf(volumeId)], unpublish)
      : await parts.lock.run([placeKey(volumeId, nodeId)], unpublish, [placesOf(volumeId)]);
  };
}
