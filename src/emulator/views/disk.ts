import { isoSeconds } from '../clock.ts';
import { shownDiskStatus } from '../lifecycle/disk-status.ts';
import type { Settings } from '../settings.ts';
import type { Disk } from '../state/entities.ts';
import { tagKeyTags, timeOrEmpty } from './tags.ts';

export interface DiskViewOptions {
  readonly nowMs: number;
  readonly withPlacement: boolean;
  readonly settings: Settings;
}

/** A disk as DescribeDisks shows it. The tags, places and times are in the forms that ECS uses there. */
export function diskView(disk: Disk, { nowMs, withPlacement, settings }: DiskViewOptions): object {
  return {
    ...identity(disk),
    Status: shownDiskStatus(disk, nowMs),
    Size: disk.sizeGiB,
    ...performance(disk),
    ...attachmentFields(disk, settings),
    Encrypted: disk.encrypted,
    KMSKeyId: disk.kmsKeyId,
    ResourceGroupId: disk.resourceGroupId,
    StorageClusterId: disk.storageClusterId,
    SourceSnapshotId: disk.sourceSnapshotId,
    CreationTime: isoSeconds(disk.createdAtMs),
    ExpiredTime: '2999-09-08T16:00Z',
    OperationLocks: { OperationLock: [] },
    Tags: tagKeyTags(disk.tags),
    ...(withPlacement ? { Placement: { ZoneIds: disk.zoneId } } : {}),
  };
}

function identity(disk: Disk): object {
  return {
    DiskId: disk.id,
    DiskName: disk.name,
    Description: disk.description,
    SerialNumber: disk.id.replace(/^d-/, ''),
    RegionId: disk.regionId,
    ZoneId: disk.zoneId,
    Category: disk.category,
    Type: 'data',
    DiskChargeType: 'PostPaid',
    ImageId: '',
    ProductCode: '',
    AutoSnapshotPolicyId: '',
    EnableAutoSnapshot: true,
    EnableAutomatedSnapshotPolicy: false,
  };
}

function performance(disk: Disk): object {
  return {
    PerformanceLevel: disk.performanceLevel,
    ...(disk.provisionedIops === null ? {} : { ProvisionedIops: disk.provisionedIops }),
    BurstingEnabled: disk.burstingEnabled,
  };
}

function attachmentFields(disk: Disk, settings: Settings): object {
  const shown = disk.attachments.filter(({ phase }) => phase !== 'attaching');
  const single = disk.multiAttach ? undefined : shown[0];
  return {
    MultiAttach: disk.multiAttach ? 'Enabled' : 'Disabled',
    InstanceId: single?.instanceId ?? '',
    Device: single?.device ?? '',
    Attachments: {
      Attachment: shown.map(({ instanceId, device, attachedAtMs }) => ({
        InstanceId: instanceId,
        Device: device,
        AttachedTime: isoSeconds(attachedAtMs),
      })),
    },
    MountInstances: { MountInstance: [] },
    MountInstanceNum: 0,
    ...times(disk, settings),
    Portable: true,
    DeleteWithInstance: single?.deleteWithInstance ?? false,
    DeleteAutoSnapshot: disk.deleteAutoSnapshot,
  };
}

function times(disk: Disk, { multiAttachTimes }: Settings): object {
  const isShown = !disk.multiAttach || multiAttachTimes === 'of-disk';
  return {
    AttachedTime: isShown ? timeOrEmpty(disk.lastAttachedAtMs) : '',
    DetachedTime: isShown ? timeOrEmpty(disk.lastDetachedAtMs) : '',
  };
}
