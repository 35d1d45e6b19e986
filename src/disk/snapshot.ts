import type { Tag } from './disk.ts';

export type SnapshotStatus = 'progressing' | 'accomplished' | 'failed' | 'Unknown';

/** A snapshot as ECS describes it. */
export interface Snapshot {
  readonly id: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly sourceDiskId: string;
  readonly sourceDiskSizeGiB: number;
  readonly status: SnapshotStatus;
  /** Upload progress, 0 to 100. */
  readonly progressPercent: number;
  /** Can be restored from; instant access makes that true long before the upload is accomplished. */
  readonly available: boolean;
  /** The moment whose data the snapshot holds; `undefined` until the cut is made. */
  readonly cutAt: Date | undefined;
  /** Days from the cut until ECS deletes it; `undefined` when it is kept for ever. */
  readonly retentionDays: number | undefined;
  readonly encrypted: boolean;
  /** Disks were made from it, or are being made. */
  readonly usedByDisks: boolean;
  readonly tags: ReadonlyMap<string, string>;
}

/** A snapshot to be made. */
export interface NewSnapshot {
  readonly diskId: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly retentionDays: number | undefined;
  readonly resourceGroupId: string | undefined;
  /** In a fixed order, so that a retry is byte-identical. */
  readonly tags: readonly Tag[];
  readonly clientToken: string;
}

const snapshotIdPattern = /^s-[0-9a-z]{1,64}$/;

/** Whether a text has the form of a snapshot id. Anything else never reaches ECS. */
export function isSnapshotId(text: string): boolean {
  return snapshotIdPattern.test(text);
}

/** Whether the snapshot's moment is fixed: what is written to the disk from now on is not in it. */
export function isCut(snapshot: Snapshot): boolean {
  return snapshot.cutAt !== undefined;
}

/** Whether a disk can be made from the snapshot now. */
export function isReady(snapshot: Snapshot): boolean {
  return isCut(snapshot) && (snapshot.available || snapshot.status === 'accomplished');
}
