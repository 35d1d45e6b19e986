import { snapshotPercent } from '../lifecycle/snapshot-progress.ts';
import type { Snapshot } from '../state/entities.ts';
import { isoSeconds } from '../clock.ts';
import { tagKeyTags, timeOrEmpty } from './tags.ts';

export type SnapshotUsage = 'none' | 'disk' | 'image' | 'image_disk';

/** What a snapshot is used for, given the number of disks that were made from it and still exist. */
export function usageOf(snapshot: Snapshot, diskCount: number): SnapshotUsage {
  if (diskCount === 0) {
    return snapshot.isUsedByImage ? 'image' : 'none';
  }
  return snapshot.isUsedByImage ? 'image_disk' : 'disk';
}

/** A snapshot as DescribeSnapshots shows it. CreationTime is empty until it is cut. */
export function snapshotView(snapshot: Snapshot, usage: SnapshotUsage, nowMs: number): object {
  return {
    SnapshotId: snapshot.id,
    SnapshotName: snapshot.name,
    Description: snapshot.description,
    RegionId: snapshot.regionId,
    SnapshotType: 'user',
    Category: 'standard',
    SnapshotLinkId: snapshot.id.replace(/^s-/, 'sl-'),
    SnapshotSN: `64472-${snapshot.sequence}`,
    ProductCode: '',
    SourceDiskId: snapshot.sourceDiskId,
    SourceDiskSize: String(snapshot.sourceDiskSizeGiB),
    SourceDiskType: 'data',
    SourceStorageType: 'disk',
    SourceSnapshotId: '',
    SourceRegionId: '',
    ...progress(snapshot, nowMs),
    Usage: usage,
    Encrypted: snapshot.encrypted,
    KMSKeyId: snapshot.kmsKeyId,
    ResourceGroupId: snapshot.resourceGroupId,
    InstantAccess: snapshot.isInstantAccess,
    Tags: tagKeyTags(snapshot.tags),
  };
}

function progress(snapshot: Snapshot, nowMs: number): object {
  const remainMs =
    snapshot.status === 'progressing' && snapshot.cutAtMs !== null
      ? snapshot.cutAtMs + snapshot.uploadMs - nowMs
      : 0;
  return {
    Status: snapshot.status,
    Progress: `${snapshotPercent(snapshot, nowMs)}%`,
    Available: snapshot.isAvailable,
    RemainTime: Math.max(Math.ceil(remainMs / 1000), 0),
    CreationTime: timeOrEmpty(snapshot.cutAtMs),
    LastModifiedTime: isoSeconds(snapshot.modifiedAtMs),
    ...(snapshot.retentionDays === null ? {} : { RetentionDays: snapshot.retentionDays }),
  };
}
