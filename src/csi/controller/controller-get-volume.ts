import type { ControllerGetVolumeRequest__Output } from '../../generated/csi/v1/ControllerGetVolumeRequest.ts';
import type { ControllerGetVolumeResponse } from '../../generated/csi/v1/ControllerGetVolumeResponse.ts';
import { toCsiVolume } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { volumeStatusOf } from '../volume-status.ts';
import type { ControllerParts } from './controller-parts.ts';
import { requireVolume } from './require-volume.ts';

/** One volume as it is now, with the nodes that hold it and its condition. */
export function createControllerGetVolume(
  parts: ControllerParts,
): UnaryRpc<ControllerGetVolumeRequest__Output, ControllerGetVolumeResponse> {
  return async (request, call) => {
    const disk = await requireVolume(parts.cloud, request.volumeId, call);
    return { volume: toCsiVolume(disk), status: volumeStatusOf(disk) };
  };
}
