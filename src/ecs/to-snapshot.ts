import type { DescribeSnapshotsResponseBodySnapshotsSnapshot } from '@alicloud/ecs20140526';
import type { Snapshot, SnapshotStatus } from '../disk/snapshot.ts';
import { unreadableAnswer } from './ecs-request.ts';
import { UnreadableEntry } from './read-entries.ts';
import type { SdkFields } from './sdk-types.ts';
import { tagMap, textOrUndefined } from './sdk-types.ts';

/** A snapshot as the SDK hands it over. */
export type SdkSnapshot = SdkFields<DescribeSnapshotsResponseBodySnapshotsSnapshot>;

const statuses: readonly SnapshotStatus[] = ['progressing', 'accomplished', 'failed'];

/** Reads one snapshot of an answer; throws a DiskError of kind `outcome-unknown` when what every snapshot has is missing. */
export function toSnapshot(snapshot: SdkSnapshot): Snapshot {
  const { id, sourceDiskSizeGiB } = identityOf(snapshot);
  const status = snapshotStatusOf(snapshot.status);
  return {
    id,
    name: textOrUndefined(snapshot.snapshotName),
    description: textOrUndefined(snapshot.description),
    sourceDiskId: snapshot.sourceDiskId ?? '',
    sourceDiskSizeGiB,
    status,
    progressPercent: status === 'accomplished' ? 100 : progressOf(snapshot.progress),
    available: snapshot.available ?? false,
    cutAt: dateOf(snapshot.creationTime),
    retentionDays: snapshot.retentionDays === 0 ? undefined : snapshot.retentionDays,
    encrypted: snapshot.encrypted ?? false,
    // `image_disk` when there are images, too.
    usedByDisks: snapshot.usage?.toLowerCase().endsWith('disk') ?? false,
    tags: tagMap(snapshot.tags?.tag),
  };
}

/** The status of a snapshot or of a group of them. */
export function snapshotStatusOf(text: string | undefined): SnapshotStatus {
  return statuses.find((known) => known === text?.toLowerCase()) ?? 'Unknown';
}

/** The source disk may be unknown (a copy from another region), its size may not. */
function identityOf(snapshot: SdkSnapshot) {
  const id = textOrUndefined(snapshot.snapshotId);
  const sourceDiskSizeGiB = Number.parseInt(snapshot.sourceDiskSize ?? '', 10);
  if (id === undefined) {
    throw unreadableAnswer('DescribeSnapshots', 'describe snapshot without id');
  }
  if (Number.isNaN(sourceDiskSizeGiB)) {
    throw new UnreadableEntry('DescribeSnapshots', 'describe snapshot', id);
  }
  return { id, sourceDiskSizeGiB };
}

/** ECS writes `37%`. */
function progressOf(text: string | undefined): number {
  const percent = Number.parseInt(text ?? '', 10);
  return Number.isNaN(percent) ? 0 : Math.min(100, Math.max(0, percent));
}

/** Empty until the cut is made. */
function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
