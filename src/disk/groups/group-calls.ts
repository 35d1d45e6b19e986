import type { Call } from '../call.ts';
import type { Tag } from '../disk.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import type { DiskErrorKind } from '../disk-error.ts';
import type { NewSnapshotGroup, SnapshotGroup } from './snapshot-group.ts';

/** A cloud that makes snapshots of several disks at one moment, too. The guards need none of that. */
export interface GroupCloud extends DiskCloud, GroupCalls {}

/** What the domain asks of a cloud about snapshot-consistent groups; the rules of DiskCloud hold. */
export interface GroupCalls {
  /** @returns the new group's id, before its moment is cut. */
  readonly createSnapshotGroup: (group: NewSnapshotGroup, call: Call) => Promise<string>;
  /**
   * Deletes the group with its members, also while they are being made. Absent counts as deleted.
   * @returns the members that ECS did not delete: they stay although the request as such succeeded.
   */
  readonly deleteSnapshotGroup: (groupId: string, call: Call) => Promise<KeptMember[]>;
  /** Puts a tag on the group; one of the same key is replaced. */
  readonly tagSnapshotGroup: (groupId: string, tag: Tag, call: Call) => Promise<void>;
  readonly findSnapshotGroup: (groupId: string, call: Call) => Promise<SnapshotGroup | undefined>;
  /** In the order of the ids, without those that are not there. */
  readonly findSnapshotGroups: (groupIds: readonly string[], call: Call) => Promise<SnapshotGroup[]>;
  /** Groups with exactly this name; `search` as with `findSnapshotsByName`. */
  readonly findSnapshotGroupsByName: (
    name: string,
    search: 'shared' | 'alone',
    call: Call,
  ) => Promise<SnapshotGroup[]>;
  /** All of them, though a search by tag ends at 1,000. */
  readonly findSnapshotGroupsByTag: (tag: Tag, call: Call) => Promise<SnapshotGroup[]>;
  /** Looks in rounds that all who wait share until `until` holds; rejects with the signal's reason if that comes first. */
  readonly waitForSnapshotGroup: (
    groupId: string,
    until: (group: SnapshotGroup | undefined) => boolean,
    call: Call,
  ) => Promise<SnapshotGroup | undefined>;
  /** False when the group exists but is not shown to us. */
  readonly isSnapshotGroupProvenAbsent: (groupId: string, call: Call) => Promise<boolean>;
}

/** A member that ECS kept when its group was to be deleted, and why. */
export interface KeptMember {
  readonly snapshotId: string;
  readonly kind: DiskErrorKind;
  /** What ECS says about it, with what to do. */
  readonly reason: string;
}
