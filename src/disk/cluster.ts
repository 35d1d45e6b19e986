import type { Call } from './call.ts';

/**
 * What the guards ask of Kubernetes. Every method rejects with a DiskError: `busy` or `outcome-unknown` when the API
 * server cannot be asked now, `denied` when it refuses us.
 */
export interface Cluster {
  /** The PersistentVolume of a disk, from a cache that an informer keeps; `undefined` when there is none. */
  findVolume(diskId: string, call: Call): Promise<ClusterVolume | undefined>;
  /**
   * The same, as the API server has it now: before a disk is deleted, since the cache may lag, or have lost its watch, and
   * not know of another volume of the disk. It reads all volumes, so it is for what is rare.
   */
  findVolumeNow(diskId: string, call: Call): Promise<ClusterVolume | undefined>;
  /**
   * What the node can attach that the scheduler has chosen for a claim. `undefined` when no node is chosen yet, or nobody
   * can tell: that must not keep a disk from being made. Never rejects.
   */
  findSelectedNode(search: NodeSearch, call: Call): Promise<SelectedNode | undefined>;
  /**
   * Whether the claim of the volume has grown to the size, file system and all. `unknown` when nobody can tell: no
   * cluster, no claim.
   */
  expansionState(volume: ClusterVolume, sizeGiB: number, call: Call): Promise<ExpansionState>;
  /**
   * Finds or makes the VolumeSnapshotContent and the VolumeSnapshot through which a protected disk can be restored.
   * Objects that are there already are compared, and replaced when they lead to an older snapshot of the same disk.
   * @throws DiskError `conflict` when an object of that name is not ours or leads elsewhere, `wrong-state` when the
   *   snapshot CRDs are not installed, `unsupported` when the operator has left no place for records.
   */
  recordProtection(protection: DeleteProtection, call: Call): Promise<RecordedProtection>;
  /** Every protection that this cluster has on record. @throws DiskError `unsupported` without the snapshot CRDs. */
  listProtections(call: Call): Promise<RecordedProtection[]>;
  /** Whether a claim that is not bound yet is to be restored from this protection or from the same snapshot. */
  isBeingRestored(snapshotId: string, call: Call): Promise<boolean>;
  /** Removes the two objects, if they still lead to this snapshot. The snapshot itself is not touched. */
  removeProtection(recorded: RecordedProtection, call: Call): Promise<void>;
  /**
   * Writes an event where the user will look: on the claim or the volume, else to the log. Never rejects and is not
   * waited for; the same event again only raises its count.
   */
  report(event: ClusterEvent): void;
}

/** Where to read which node was chosen. */
export interface NodeSearch {
  /** The node's name, where somebody has told it already. */
  readonly nodeName: string | undefined;
  readonly claim: { readonly namespace: string; readonly name: string } | undefined;
}

export interface SelectedNode {
  readonly nodeName: string;
  /** As the node plugin has labelled the node. */
  readonly categories: readonly string[];
}

export type ExpansionState = 'complete' | 'pending' | 'unknown';

/** A PersistentVolume that a disk stands behind. */
export interface ClusterVolume {
  readonly name: string;
  readonly uid: string;
  readonly diskId: string;
  readonly storageClass: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
  readonly volumeMode: 'Filesystem' | 'Block';
  readonly claim: ClaimReference | undefined;
  /** Where several volumes stand for the disk: the names of those that are bound to a claim. */
  readonly boundAmongSeveral?: readonly string[];
}

export interface ClaimReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
}

/** What the two objects of a protected disk say. */
export interface DeleteProtection {
  readonly diskId: string;
  readonly snapshotId: string;
  readonly sizeGiB: number;
  readonly cutAt: Date;
  /** When ECS deletes the snapshot; `undefined` when it never does. Once on record, it may be kept for longer. */
  readonly expiresAt: Date | undefined;
  /** `undefined` when Kubernetes knows no volume for the disk (any more). */
  readonly volume: ClusterVolume | undefined;
}

/** Where a protection is on record. */
export interface RecordedProtection {
  readonly diskId: string;
  readonly snapshotId: string;
  readonly contentName: string;
  readonly snapshotName: string;
  readonly namespace: string;
  /** The earliest end of the snapshot. */
  readonly expiresAt: Date | undefined;
}

/** Machine-readable reasons of our events. */
export type EventReason =
  | 'SnapshotCreated'
  | 'SnapshotFailed'
  | 'WaitingForSnapshot'
  | 'SnapshotReleased'
  | 'ExpansionFailedSnapshotKept'
  | 'DeleteProtected'
  | 'DeleteRefused'
  | 'ProtectionSwitchedOff'
  | 'ProtectionNotPossible'
  | 'ProtectionNotRecorded'
  | 'InvalidProtectionPolicy'
  | 'ProtectionWeakened'
  | 'ProtectionStrengthened'
  | 'GroupSnapshotRefused'
  | 'GroupSnapshotFailed';

export interface ClusterEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: EventReason;
  readonly message: string;
  readonly diskId: string;
  /** The event goes to its claim (`claim`) or to the volume itself; to the log when it is `undefined`. */
  readonly volume: ClusterVolume | undefined;
  readonly on: 'claim' | 'volume';
  /**
   * Two events with the same key are the same event, in whatever process: a repeated call does not report twice.
   * Without a key, equal messages are counted as repetitions.
   */
  readonly key?: string | undefined;
}
