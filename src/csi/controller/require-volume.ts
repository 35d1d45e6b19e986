import type { Call } from '../../disk/call.ts';
import { isDiskId, type Disk } from '../../disk/disk.ts';
import type { DiskCloud } from '../../disk/disk-cloud.ts';
import { requireDisk } from '../../disk/waiting.ts';
import { notFound } from '../status.ts';
import { requireText } from '../validate.ts';

/** The id of a volume that may exist. @throws StatusError INVALID_ARGUMENT, or NOT_FOUND when no disk has such an id. */
export function requireVolumeId(volumeId: string, field = 'volume_id'): string {
  requireText(volumeId, field);
  if (!isDiskId(volumeId)) {
    throw notFound(`volume ${volumeId} does not exist: ids of volumes look like d-2ze0example`);
  }
  return volumeId;
}

/** The disk behind a volume id. @throws NOT_FOUND when it is proven that there is none. */
export async function requireVolume(cloud: DiskCloud, volumeId: string, call: Call): Promise<Disk> {
  return await requireDisk(cloud, requireVolumeId(volumeId), call);
}
