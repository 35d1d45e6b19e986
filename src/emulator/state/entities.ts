/** What the emulator knows about each resource. Plain data, so that it can be written to the state file. */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Attachment {
  readonly instanceId: string;
  readonly device: string;
  readonly attachedAtMs: number;
  /** When the state Attaching starts to show: until then the disk still looks Available. */
  readonly visibleAtMs: number;
  readonly phase: 'attaching' | 'attached' | 'detaching';
  readonly deleteWithInstance: boolean;
}

export interface Disk {
  readonly id: string;
  /** Grows from resource to resource; lists are ordered by it, newest first. */
  readonly sequence: number;
  readonly name: string;
  readonly description: string;
  readonly regionId: string;
  /** Empty for a regional disk. */
  readonly zoneId: string;
  readonly category: string;
  /** Empty unless the category is cloud_essd. */
  readonly performanceLevel: string;
  readonly sizeGiB: number;
  readonly isCreating: boolean;
  readonly createdAtMs: number;
  readonly lastAttachedAtMs: number | null;
  readonly lastDetachedAtMs: number | null;
  readonly wasUsed: boolean;
  readonly attachments: readonly Attachment[];
  readonly multiAttach: boolean;
  readonly encrypted: boolean;
  readonly kmsKeyId: string;
  readonly provisionedIops: number | null;
  readonly burstingEnabled: boolean;
  readonly deleteAutoSnapshot: boolean;
  readonly resourceGroupId: string;
  readonly storageClusterId: string;
  readonly sourceSnapshotId: string;
  readonly tags: readonly Tag[];
  /** Names the disk's bytes in the block store. */
  readonly dataId: string;
}

export interface Snapshot {
  readonly id: string;
  readonly sequence: number;
  readonly name: string;
  readonly description: string;
  readonly regionId: string;
  readonly groupId: string;
  readonly sourceDiskId: string;
  readonly sourceDiskSizeGiB: number;
  readonly sourceDiskCategory: string;
  /** The instance that the disk was attached to, or empty. */
  readonly instanceId: string;
  readonly status: 'progressing' | 'accomplished' | 'failed';
  readonly isAvailable: boolean;
  readonly isInstantAccess: boolean;
  readonly acceptedAtMs: number;
  /** The moment whose bytes it holds; null until it is cut. */
  readonly cutAtMs: number | null;
  readonly availableAfterCutMs: number;
  readonly uploadMs: number;
  /** How it ends; set when it is made, so that a fault can decide it. */
  readonly outcome: 'accomplished' | 'failed' | 'failed-before-cut';
  /** Set by an operator to hold the upload at a percentage. */
  readonly heldProgress: number | null;
  readonly modifiedAtMs: number;
  readonly retentionDays: number | null;
  readonly encrypted: boolean;
  readonly kmsKeyId: string;
  readonly resourceGroupId: string;
  readonly isUsedByImage: boolean;
  readonly tags: readonly Tag[];
  /** Names its bytes in the block store; empty until it is cut. */
  readonly dataId: string;
}

export interface SnapshotGroup {
  readonly id: string;
  readonly sequence: number;
  readonly name: string;
  readonly description: string;
  readonly regionId: string;
  readonly createdAtMs: number;
  /** Empty unless all disks were on this one instance. */
  readonly instanceId: string;
  readonly resourceGroupId: string;
  readonly snapshotIds: readonly string[];
  readonly tags: readonly Tag[];
}

export type InstanceStatus = 'Pending' | 'Running' | 'Starting' | 'Stopping' | 'Stopped';

export interface Instance {
  readonly id: string;
  readonly sequence: number;
  readonly name: string;
  readonly regionId: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly status: InstanceStatus;
  readonly createdAtMs: number;
  readonly tags: readonly Tag[];
}

/** A change of a disk's specification under way or done. */
export interface Task {
  readonly id: string;
  readonly sequence: number;
  readonly regionId: string;
  readonly diskId: string;
  readonly status: 'Processing' | 'Finished' | 'Failed';
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
  readonly target: Pick<Disk, 'category' | 'performanceLevel' | 'provisionedIops'>;
}

/** What a ClientToken was used for. */
export interface TokenUse {
  /** action, account and token. */
  readonly id: string;
  readonly parameters: string;
  readonly usedAtMs: number;
  readonly outcome: TokenOutcome;
}

export type TokenOutcome =
  | { readonly kind: 'answered'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly code: string };

/** Something that is going to happen at a time of the emulator's clock. */
export interface PendingEvent {
  readonly id: string;
  readonly sequence: number;
  readonly atMs: number;
  readonly what: EventKind;
  readonly subjectId: string;
  readonly instanceId?: string;
}

export type EventKind =
  | 'disk-created'
  | 'disk-attached'
  | 'disk-detached'
  | 'disk-modified'
  | 'snapshot-cut'
  | 'snapshot-available'
  | 'snapshot-finished'
  | 'snapshot-expired'
  | 'group-cut';
