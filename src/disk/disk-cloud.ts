import type { AttachmentCalls } from './attach/attachment-calls.ts';
import type { Call } from './call.ts';
import type { Disk, DiskResize, NewDisk, Tag } from './disk.ts';
import type { NewSnapshot, Snapshot } from './snapshot.ts';

/**
 * What the domain asks of a cloud. Every method rejects with a DiskError; when `call.signal` aborts first, with
 * its reason or, of a change that may have been made, with `outcome-unknown`.
 *
 * - Reads may be repeated inside (throttling, lost replies) until `call.signal` aborts; concurrent reads of single
 *   ids are merged into few requests, and neither a bad id nor another caller's abort fails them.
 * - Mutating methods send their request once. A throttled request, which ECS has not executed, is sent again; one
 *   whose outcome is unknown is not, and rejects with `outcome-unknown`.
 * - A resource that is missing from an answer is `undefined` here, which is no proof that it is gone: a caller
 *   without RAM rights gets the same empty answer. `isDiskProvenAbsent` and its like are the proof.
 */
export interface DiskCloud extends DiskCalls, AttachmentCalls, SnapshotCalls, AccountCalls {}

export interface DiskCalls {
  /** @returns the new disk's id, before the disk is usable. */
  readonly createDisk: (disk: NewDisk, call: Call) => Promise<string>;
  /** Absent counts as deleted. */
  readonly deleteDisk: (diskId: string, call: Call) => Promise<void>;
  readonly resizeDisk: (resize: DiskResize, call: Call) => Promise<void>;
  readonly findDisk: (diskId: string, call: Call) => Promise<Disk | undefined>;
  /** In the order of the ids, without those that are not there. */
  readonly findDisks: (diskIds: readonly string[], call: Call) => Promise<Disk[]>;
  /** At most 1,000: the limit of ECS for a search by tag. */
  readonly findDisksByTag: (tag: Tag, call: Call) => Promise<Disk[]>;
  readonly findDisksMadeFrom: (snapshotId: string, call: Call) => Promise<Disk[]>;
  /** Looks in shared rounds until `until` holds; rejects with the signal's reason if that comes first. */
  readonly waitForDisk: (
    diskId: string,
    until: (disk: Disk | undefined) => boolean,
    call: Call,
  ) => Promise<Disk | undefined>;
  /** False when the disk exists but is not shown to us. */
  readonly isDiskProvenAbsent: (diskId: string, call: Call) => Promise<boolean>;
  /** Every disk id that carries the tag, sorted; complete, however many there are. */
  readonly listDiskIds: (tag: Tag, call: Call) => Promise<string[]>;
}

export interface SnapshotCalls {
  /** @returns the new snapshot's id, before its moment is cut. */
  readonly createSnapshot: (snapshot: NewSnapshot, call: Call) => Promise<string>;
  /** Absent counts as deleted. `force` is needed once disks were made from it. */
  readonly deleteSnapshot: (
    snapshotId: string,
    options: { readonly force: boolean },
    call: Call,
  ) => Promise<void>;
  /** Counted from the cut; it can only grow. */
  readonly extendRetention: (snapshotId: string, retentionDays: number, call: Call) => Promise<void>;
  readonly tagSnapshot: (snapshotId: string, tag: Tag, call: Call) => Promise<void>;
  readonly findSnapshot: (snapshotId: string, call: Call) => Promise<Snapshot | undefined>;
  /** In the order of the ids, without those that are not there. */
  readonly findSnapshots: (snapshotIds: readonly string[], call: Call) => Promise<Snapshot[]>;
  /**
   * Snapshots with exactly this name. `shared`: many look-ups at once share a listing of what this driver made, which
   * does not show what others made; `alone`: one request of its own, which shows all.
   */
  readonly findSnapshotsByName: (name: string, search: 'shared' | 'alone', call: Call) => Promise<Snapshot[]>;
  readonly findSnapshotsOfDisk: (diskId: string, call: Call) => Promise<Snapshot[]>;
  readonly waitForSnapshot: (
    snapshotId: string,
    until: (snapshot: Snapshot | undefined) => boolean,
    call: Call,
  ) => Promise<Snapshot | undefined>;
  readonly isSnapshotProvenAbsent: (snapshotId: string, call: Call) => Promise<boolean>;
  /** Every snapshot id that carries the tag, sorted; complete, however many there are. */
  readonly listSnapshotIds: (tag: Tag, call: Call) => Promise<string[]>;
}

export interface AccountCalls {
  /** One cheap signed read; rejects with the reason when end point, region, credentials or rights are not right. */
  readonly checkAccess: (call: Call) => Promise<void>;
}
