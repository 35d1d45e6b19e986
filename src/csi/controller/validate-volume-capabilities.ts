import type { ValidateVolumeCapabilitiesRequest__Output as Request } from '../../generated/csi/v1/ValidateVolumeCapabilitiesRequest.ts';
import type { ValidateVolumeCapabilitiesResponse as Response } from '../../generated/csi/v1/ValidateVolumeCapabilitiesResponse.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import { requireCapabilities, unsupportedCapability } from '../volume-capability.ts';
import type { ControllerParts } from './controller-parts.ts';
import { requireVolume } from './require-volume.ts';

/** Confirms that a volume can be used in all the given ways, or says why not. */
export function createValidateVolumeCapabilities(parts: ControllerParts): UnaryRpc<Request, Response> {
  return async (request, call) => {
    requireText(request.volumeId, 'volume_id');
    requireCapabilities(request.volumeCapabilities);
    const disk = await requireVolume(parts.cloud, request.volumeId, call);
    const unsupported = unsupportedCapability(request.volumeCapabilities, disk.multiAttach);
    if (unsupported !== undefined) {
      return { message: unsupported };
    }
    // Context and parameters are left out, since nothing of them is checked: a living volume may have changed since its class.
    return { confirmed: { volumeCapabilities: request.volumeCapabilities } };
  };
}
