import type { DescribeDisksResponseBodyDisksDisk } from '@alicloud/ecs20140526';
import { isRegional } from '../disk/categories.ts';
import type { Attachment, Disk, DiskStatus } from '../disk/disk.ts';
import { unreadableAnswer } from './ecs-request.ts';
import { UnreadableEntry } from './read-entries.ts';
import type { SdkFields } from './sdk-types.ts';
import { tagMap, textOrUndefined } from './sdk-types.ts';

/** A disk as the SDK hands it over. */
export type SdkDisk = SdkFields<DescribeDisksResponseBodyDisksDisk>;

const statuses: readonly DiskStatus[] = [
  'Creating',
  'Available',
  'Attaching',
  'In_use',
  'Detaching',
  'ReIniting',
];

/** Reads one disk of an answer; throws a DiskError of kind `outcome-unknown` when what every disk has is missing. */
export function toDisk(disk: SdkDisk): Disk {
  const id = textOrUndefined(disk.diskId);
  if (id === undefined) {
    throw unreadableAnswer('DescribeDisks', 'describe disk without id');
  }
  if (disk.size === undefined) {
    throw new UnreadableEntry('DescribeDisks', 'describe disk', id);
  }
  return {
    id,
    name: textOrUndefined(disk.diskName),
    status: statuses.find((status) => status === disk.status) ?? 'Unknown',
    category: disk.category ?? '',
    sizeGiB: disk.size,
    ...performanceOf(disk),
    ...placeOf(disk),
    encrypted: disk.encrypted ?? false,
    kmsKeyId: textOrUndefined(disk.KMSKeyId),
    multiAttach: disk.multiAttach === 'Enabled',
    sourceSnapshotId: textOrUndefined(disk.sourceSnapshotId),
    attachments: attachmentsOf(disk),
    wasEverAttached: wasEverAttached(disk),
    lastAttachedAt: dateOf(disk.attachedTime),
    lastDetachedAt: dateOf(disk.detachedTime),
    tags: tagMap(disk.tags?.tag),
    lockReasons: (disk.operationLocks?.operationLock ?? []).map((lock) => lock.lockReason ?? 'unknown'),
    createdAt: textOrUndefined(disk.creationTime),
  };
}

function performanceOf(disk: SdkDisk) {
  return {
    performanceLevel: textOrUndefined(disk.performanceLevel),
    provisionedIops: disk.provisionedIops,
    burstingEnabled: disk.burstingEnabled,
  };
}

function placeOf(disk: SdkDisk) {
  return {
    regionId: disk.regionId ?? '',
    // A zone that ECS might name for one would tie it, and its volume, to that zone.
    zoneId: isRegional(disk.category ?? '') ? undefined : textOrUndefined(disk.zoneId),
    serialNumber: textOrUndefined(disk.serialNumber),
    resourceGroupId: textOrUndefined(disk.resourceGroupId),
    storageClusterId: textOrUndefined(disk.storageClusterId),
  };
}

/**
 * `InstanceId` is empty for multi-attach disks and lags behind for others, so it counts only where the list of attachments
 * is empty: an old instance beside the new one would make the disk look attached to both.
 */
function attachmentsOf(disk: SdkDisk): Attachment[] {
  const listed = (disk.attachments?.attachment ?? []).flatMap(({ instanceId, device, attachedTime }) => {
    const attachedAt = dateOf(attachedTime);
    return instanceId === undefined || instanceId === ''
      ? []
      : [
          {
            instanceId,
            device: textOrUndefined(device),
            ...(attachedAt === undefined ? {} : { attachedAt }),
          },
        ];
  });
  const instanceId = textOrUndefined(disk.instanceId);
  return listed.length > 0 || instanceId === undefined
    ? listed
    : [{ instanceId, device: textOrUndefined(disk.device) }];
}

function wasEverAttached(disk: SdkDisk): boolean {
  const times = [disk.attachedTime, disk.detachedTime];
  return attachmentsOf(disk).length > 0 || times.some((time) => textOrUndefined(time) !== undefined);
}

/** A text that is no date reads as none. */
function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
