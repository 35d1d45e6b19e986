import { assertOwnRegion } from '../../disk/guards/own-region.ts';
import { withVolume } from '../../disk/guards/guard-parts.ts';
import { reportPolicyChange } from '../../disk/guards/policy-change.ts';
import type { DiskChange } from '../../disk/modify/disk-change.ts';
import { modifyDisk } from '../../disk/modify/modify-disk.ts';
import type { ControllerModifyVolumeRequest__Output } from '../../generated/csi/v1/ControllerModifyVolumeRequest.ts';
import type { ControllerModifyVolumeResponse } from '../../generated/csi/v1/ControllerModifyVolumeResponse.ts';
import { parseVolumeAttributesClass, protectionTagsOf } from '../parameters/volume-attributes-class.ts';
import type { UnaryRpc } from '../unary.ts';
import { checkMap, requireText } from '../validate.ts';
import type { ControllerParts } from './controller-parts.ts';
import { requireVolumeId } from './require-volume.ts';

/**
 * Makes a living volume what its VolumeAttributesClass says: category, performance, tags, and protection. INVALID_ARGUMENT,
 * after which csi-resizer lets the user choose another class, means that nothing was changed.
 */
export function createControllerModifyVolume(
  parts: ControllerParts,
): UnaryRpc<ControllerModifyVolumeRequest__Output, ControllerModifyVolumeResponse> {
  return async (request, call) => {
    requireText(request.volumeId, 'volume_id');
    const wanted = parseVolumeAttributesClass(checkMap(request.mutableParameters, 'mutable_parameters'));
    const protectionTags = protectionTagsOf(wanted);
    const diskId = requireVolumeId(request.volumeId);
    const change: DiskChange = { ...wanted, diskId, tags: [...wanted.tags, ...protectionTags] };
    return await parts.lock.run([`volume ${diskId}`], async () => {
      await assertOwnRegion(parts.guards.cluster, parts.regionId, diskId, call);
      await modifyDisk(parts, change, call, async (disk, { tags, spec }) => {
        const guarded = await withVolume(parts.guards, disk, call);
        const put = tags.put.filter(({ key }) => protectionTags.some((tag) => tag.key === key));
        reportPolicyChange(parts.guards, guarded, { tags: put, category: spec?.category });
      });
      return {};
    });
  };
}
