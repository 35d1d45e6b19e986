import { guardBeforeExpand, releaseAfterExpand } from '../../disk/guards/before-expand.ts';
import { assertOwnRegion } from '../../disk/guards/own-region.ts';
import { expandDisk } from '../../disk/expand-disk.ts';
import type { ControllerExpandVolumeRequest__Output } from '../../generated/csi/v1/ControllerExpandVolumeRequest.ts';
import type { ControllerExpandVolumeResponse } from '../../generated/csi/v1/ControllerExpandVolumeResponse.ts';
import { bytesOf, sizeRangeFrom } from '../capacity.ts';
import { invalidArgument } from '../status.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import type { ControllerParts } from './controller-parts.ts';
import { requireVolumeId } from './require-volume.ts';

/** Grows a volume, in use or not, under the guard that its class asks for; answers with the size that ECS reports afterwards. */
export function createControllerExpandVolume(
  parts: ControllerParts,
): UnaryRpc<ControllerExpandVolumeRequest__Output, ControllerExpandVolumeResponse> {
  return async (request, call) => {
    requireText(request.volumeId, 'volume_id');
    const { sizeGiB, maxSizeGiB } = sizeRangeFrom(request.capacityRange);
    if (sizeGiB === undefined) {
      throw invalidArgument('capacity_range.required_bytes is missing');
    }
    const diskId = requireVolumeId(request.volumeId);
    return await parts.lock.run([`volume ${diskId}`], async () => {
      await assertOwnRegion(parts.guards.cluster, parts.regionId, diskId, call);
      const guard = guardBeforeExpand(parts.guards, sizeGiB);
      const disk = await expandDisk(parts.cloud, { diskId, sizeGiB, maxSizeGiB }, call, guard);
      // A raw block device grows by itself; a file system has to be told on the node.
      const nodeExpansionRequired = request.volumeCapability?.block == null;
      await releaseAfterExpand(parts.guards, disk, nodeExpansionRequired, call);
      return { capacityBytes: bytesOf(disk.sizeGiB), nodeExpansionRequired };
    });
  };
}
