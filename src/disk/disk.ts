/** Disk states of ECS; a state that ECS adds later reads as `Unknown`, which nothing treats as usable. */
export type DiskStatus =
  'Creating' | 'Available' | 'Attaching' | 'In_use' | 'Detaching' | 'ReIniting' | 'Unknown';

export interface Attachment {
  readonly instanceId: string;
  readonly device: string | undefined;
  /** When the disk came to this instance, where ECS says so; another one for each instance of a multi-attach disk. */
  readonly attachedAt?: Date;
}

/** What is the same of a disk that is asked for, that is made, and that is there. */
export interface DiskTraits {
  readonly encrypted: boolean;
  readonly kmsKeyId: string | undefined;
  readonly multiAttach: boolean;
  readonly provisionedIops: number | undefined;
  readonly burstingEnabled: boolean | undefined;
  readonly resourceGroupId: string | undefined;
  readonly storageClusterId: string | undefined;
}

/** A disk as ECS describes it. Text that ECS leaves empty is `undefined`. */
export interface Disk extends DiskTraits {
  readonly id: string;
  readonly name: string | undefined;
  readonly status: DiskStatus;
  readonly category: string;
  readonly performanceLevel: string | undefined;
  readonly sizeGiB: number;
  readonly regionId: string;
  /** `undefined` for a regional disk, which has no single zone. */
  readonly zoneId: string | undefined;
  readonly serialNumber: string | undefined;
  readonly sourceSnapshotId: string | undefined;
  readonly attachments: readonly Attachment[];
  /** A disk that was never attached holds no data of its own, and ECS makes no snapshot of it. */
  readonly wasEverAttached: boolean;
  /** When an instance last got and last let go of the disk; `undefined` when that never happened. */
  readonly lastAttachedAt: Date | undefined;
  readonly lastDetachedAt: Date | undefined;
  readonly tags: ReadonlyMap<string, string>;
  /** Why ECS locked the disk (`financial`, `security`, ...); empty when it did not. */
  readonly lockReasons: readonly string[];
  /** ISO 8601, as ECS gives it. */
  readonly createdAt: string | undefined;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A disk to be made. Fields that are `undefined` are not sent, so ECS applies its default. */
export interface NewDisk extends DiskTraits {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly category: string;
  readonly performanceLevel: string | undefined;
  /** `undefined` for regional categories: ECS refuses a zone for them. */
  readonly zoneId: string | undefined;
  readonly sizeGiB: number;
  readonly snapshotId: string | undefined;
  /** In a fixed order, so that a retry is byte-identical. */
  readonly tags: readonly Tag[];
  readonly clientToken: string;
}

export interface DiskResize {
  readonly diskId: string;
  readonly sizeGiB: number;
  /** Online for a disk in use: no restart of the instance is needed. */
  readonly online: boolean;
}

const diskIdPattern = /^d-[0-9a-z]{1,64}$/;

/** Whether a text has the form of a disk id. Anything else never reaches ECS: one odd id would fail its whole batch. */
export function isDiskId(text: string): boolean {
  return diskIdPattern.test(text);
}

/** Whether some instance holds the disk, or is about to, or is not yet rid of it. */
export function isInUse(disk: Disk): boolean {
  return disk.attachments.length > 0 || ['In_use', 'Attaching', 'Detaching'].includes(disk.status);
}

/** Whether ECS shows the disk on the instance, be it on its way there or off it. */
export function isOn(disk: Disk, instanceId: string): boolean {
  return disk.attachments.some((attachment) => attachment.instanceId === instanceId);
}
