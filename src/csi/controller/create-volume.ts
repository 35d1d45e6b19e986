import type { DiskRequest } from '../../disk/disk-request.ts';
import { provisionDisk } from '../../disk/provision-disk.ts';
import { tagKeys } from '../../disk/tags.ts';
import type { CreateVolumeRequest__Output } from '../../generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../generated/csi/v1/CreateVolumeResponse.ts';
import { toCsiVolume } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { volumeContextOf } from '../volume-context.ts';
import type { ControllerParts } from './controller-parts.ts';
import { diskRequestFrom } from './disk-request-from.ts';

/** Makes a volume, empty or from a snapshot; the same name always yields the same disk. */
export function createCreateVolume(
  parts: ControllerParts,
): UnaryRpc<CreateVolumeRequest__Output, CreateVolumeResponse> {
  return async (request, call) => {
    const diskRequest = diskRequestFrom(request, parts);
    return await parts.lock.run([`volume name ${request.name}`], async () => {
      const disk = await provisionDisk(parts, diskRequest, call);
      if (!parts.guards.isSwitchedOn) {
        warnOfAbsentProtection(parts, disk.id, diskRequest);
      }
      return { volume: toCsiVolume(disk, volumeContextOf(disk, request.parameters)) };
    });
  };
}

/** The wish for protection is kept in the disk's tags, but nothing acts on it now: never silently. */
function warnOfAbsentProtection(parts: ControllerParts, volumeId: string, request: DiskRequest): void {
  const keys: readonly string[] = [tagKeys.expandPolicy, tagKeys.deleteSnapshotRetentionDays];
  const wishes = request.tags.filter(({ key, value }) => keys.includes(key) && value !== 'closed');
  if (wishes.length > 0) {
    const message =
      'the StorageClass asks for automatic snapshots, which are switched off (VOLUME_DEL_AUTO_SNAP)';
    parts.warn({ volumeId, wishes }, message);
  }
}
