import type { Call } from '../../disk/call.ts';
import { cloneDisk } from '../../disk/clone/clone-disk.ts';
import type { Disk } from '../../disk/disk.ts';
import { provisionDisk } from '../../disk/provision-disk.ts';
import type { CreateVolumeRequest__Output } from '../../generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../generated/csi/v1/CreateVolumeResponse.ts';
import { toCsiVolume } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { checkContextSize, volumeContextOf } from '../volume-context.ts';
import { reportAbsentProtection } from './absent-protection.ts';
import type { ControllerParts } from './controller-parts.ts';
import { volumeWishFrom, type VolumeWish } from './volume-wish.ts';

/** Makes a volume, empty, from a snapshot, or as a clone of another; the same name always yields the same disk. */
export function createCreateVolume(
  parts: ControllerParts,
): UnaryRpc<CreateVolumeRequest__Output, CreateVolumeResponse> {
  return async (request, call) => {
    const wish = volumeWishFrom(request, parts);
    checkContextSize(wish, parts.regionId, request.parameters);
    return await parts.lock.run([`volume name ${request.name}`], async () => {
      const disk = await makeDisk(parts, wish, call);
      reportAbsentProtection(parts.guards, disk.id, wish);
      return { volume: toCsiVolume(disk, volumeContextOf(disk, request.parameters)) };
    });
  };
}

async function makeDisk(parts: ControllerParts, wish: VolumeWish, call: Call): Promise<Disk> {
  const { sourceDiskId, selectedNode: nodeName, origin } = wish;
  const { pvcNamespace: namespace, pvcName: name } = origin;
  const claim = namespace === undefined || name === undefined ? undefined : { namespace, name };
  const attachable = await parts.guards.cluster.findSelectedNode({ nodeName, claim }, call);
  return sourceDiskId === undefined
    ? await provisionDisk(parts, { ...wish, attachable }, call)
    : await cloneDisk(parts, { ...wish, sourceDiskId, attachable }, call);
}
