import { isDiskId } from '../../disk/disk.ts';
import { guardBeforeDelete } from '../../disk/guards/before-delete.ts';
import { assertNoOtherVolume } from '../../disk/guards/other-volume.ts';
import { assertOwnRegion } from '../../disk/guards/own-region.ts';
import { removeDisk } from '../../disk/remove-disk.ts';
import type { DeleteVolumeRequest__Output } from '../../generated/csi/v1/DeleteVolumeRequest.ts';
import type { DeleteVolumeResponse } from '../../generated/csi/v1/DeleteVolumeResponse.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import { deletionKeys } from './attachment-keys.ts';
import type { ControllerParts } from './controller-parts.ts';

/**
 * Deletes a volume, after a snapshot of it where its class asks for one. An id that no disk can have counts as deleted;
 * a disk in use is refused.
 */
export function createDeleteVolume(
  parts: ControllerParts,
): UnaryRpc<DeleteVolumeRequest__Output, DeleteVolumeResponse> {
  const beforeDelete = guardBeforeDelete(parts.guards);
  return async (request, call) => {
    const volumeId = requireText(request.volumeId, 'volume_id');
    if (isDiskId(volumeId)) {
      await parts.lock.run(deletionKeys(volumeId), async () => {
        const { cluster } = parts.guards;
        await assertOwnRegion(cluster, parts.regionId, volumeId, call);
        assertNoOtherVolume(volumeId, await cluster.findVolume(volumeId, call));
        await removeDisk(parts.cloud, volumeId, call, beforeDelete);
      });
    }
    return {};
  };
}
