import type { Disk } from '../disk/disk.ts';
import type { ReadGroup } from '../disk/groups/read-group.ts';
import { isReady, type Snapshot } from '../disk/snapshot.ts';
import type { Snapshot as CsiSnapshot } from '../generated/csi/v1/Snapshot.ts';
import { tagKeys } from '../disk/tags.ts';
import type { VolumeContentSource } from '../generated/csi/v1/VolumeContentSource.ts';
import type { VolumeGroupSnapshot } from '../generated/csi/v1/VolumeGroupSnapshot.ts';
import type { Volume } from '../generated/csi/v1/Volume.ts';
import { bytesOf } from './capacity.ts';
import { topologyOf } from './topology.ts';

/** A disk in the words of the standard. */
export function toCsiVolume(disk: Disk, volumeContext: Record<string, string> = {}): Volume {
  return {
    volumeId: disk.id,
    capacityBytes: bytesOf(disk.sizeGiB),
    volumeContext,
    contentSource: contentSourceOf(disk),
    accessibleTopology: topologyOf(disk),
  };
}

/** The snapshot by way of which a clone came to be is nobody's business. */
function contentSourceOf({ tags, sourceSnapshotId: snapshotId }: Disk): VolumeContentSource | null {
  const volumeId = tags.get(tagKeys.clonedFrom);
  if (volumeId !== undefined) {
    return { volume: { volumeId } };
  }
  return snapshotId === undefined ? null : { snapshot: { snapshotId } };
}

/**
 * A snapshot that is cut, in the words of the standard. The size is the least that a restored volume needs.
 * @param groupId the living group that it belongs to; for others, csi-snapshotter would wait for ever for the group.
 */
export function toCsiSnapshot(snapshot: Snapshot, groupId = ''): CsiSnapshot {
  return {
    snapshotId: snapshot.id,
    sourceVolumeId: snapshot.sourceDiskId,
    sizeBytes: bytesOf(snapshot.sourceDiskSizeGiB),
    creationTime: toTimestamp(snapshot.cutAt),
    readyToUse: isReady(snapshot),
    groupSnapshotId: groupId,
  };
}

/** A group that is cut, with its members, in the words of the standard. */
export function toCsiGroupSnapshot(group: Omit<ReadGroup, 'gap'>): VolumeGroupSnapshot {
  return {
    groupSnapshotId: group.id,
    snapshots: group.snapshots.map((snapshot) => toCsiSnapshot(snapshot, group.id)),
    creationTime: toTimestamp(group.cutAt),
    readyToUse: group.isReady,
  };
}

function toTimestamp(date: Date | undefined): { seconds: number; nanos: number } | null {
  if (date === undefined) {
    return null;
  }
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: (milliseconds - seconds * 1000) * 1_000_000 };
}
