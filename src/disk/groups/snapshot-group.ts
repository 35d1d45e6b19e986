import { createHash } from 'node:crypto';
import type { Tag } from '../disk.ts';
import type { SnapshotStatus } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';

/** A snapshot-consistent group as ECS describes it: snapshots of several disks, cut at one moment. */
export interface SnapshotGroup {
  readonly id: string;
  readonly name: string | undefined;
  /** `failed` as soon as one member has failed, `accomplished` when all are. */
  readonly status: SnapshotStatus;
  readonly members: readonly GroupMember[];
  readonly tags: ReadonlyMap<string, string>;
}

/** What the description of a group says of a member; its size and the moment of its cut only the snapshot itself tells. */
export interface GroupMember {
  readonly snapshotId: string;
  readonly sourceDiskId: string;
  /** Can be restored from; see `Snapshot.available`. */
  readonly available: boolean;
}

/** A group to be made. */
export interface NewSnapshotGroup {
  /** In a fixed order, so that a retry is byte-identical. */
  readonly diskIds: readonly string[];
  readonly name: string;
  readonly resourceGroupId: string | undefined;
  /** In a fixed order too. */
  readonly tags: readonly Tag[];
  readonly clientToken: string;
}

const groupIdPattern = /^ssg-[0-9a-z]{1,64}$/;

/** Whether a text has the form of a group id. Anything else never reaches ECS. */
export function isSnapshotGroupId(text: string): boolean {
  return groupIdPattern.test(text);
}

/** The value of a group's tag that tells of which disks it was meant to be: the same for any order of the same disks. */
export function markOfDisks(diskIds: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(diskIds.toSorted())).digest('hex').slice(0, 32);
  return `${diskIds.length}.${hash}`;
}

/** Of how many disks the group was meant to be; `undefined` for groups that others made. */
export function intendedSize({ tags }: Pick<SnapshotGroup, 'tags'>): number | undefined {
  const [, size] = /^(\d{1,4})\./.exec(tags.get(tagKeys.groupDisks) ?? '') ?? [];
  return size === undefined ? undefined : Number(size);
}

/** The tag of a group of ours that has failed: it stays one although its failed members are gone already. */
export const failedMark: Tag = { key: tagKeys.groupOutcome, value: 'failed' };

export function hasFailed({ status, tags }: SnapshotGroup): boolean {
  return status === 'failed' || tags.get(failedMark.key) === failedMark.value;
}

/**
 * Whether nothing more will become of the group of these disks by itself: each has its member, which can be restored, or
 * ECS is done with it one way or the other. The list of members may fill up one by one.
 */
export function isSettled(group: SnapshotGroup, diskIds: readonly string[]): boolean {
  if (hasFailed(group) || group.status === 'accomplished') {
    return true;
  }
  const restorable = new Set(
    group.members.filter(({ available }) => available).map(({ sourceDiskId }) => sourceDiskId),
  );
  return diskIds.every((diskId) => restorable.has(diskId));
}
