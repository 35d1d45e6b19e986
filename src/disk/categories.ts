/** What ECS offers for a disk category. Sizes in GiB. Numbers: CreateDisk and "Use snapshot instant access" of ECS. */
export interface DiskCategory {
  readonly minSizeGiB: number;
  readonly maxSizeGiB: number;
  /** Snapshots can be restored from within seconds, and restored to this category before their upload ends. */
  readonly instantAccess: boolean;
  /** Can be part of a snapshot-consistent group. */
  readonly snapshotGroups: boolean;
  /** Lives in a region rather than a zone: ECS refuses a zone for it. */
  readonly regional: boolean;
  readonly performanceLevels: boolean;
  readonly provisionedIops: boolean;
  readonly bursting: boolean;
  readonly multiAttach: boolean;
  /** Cannot be made from a snapshot, nor have one. */
  readonly ephemeral: boolean;
}

const plain: DiskCategory = {
  minSizeGiB: 20,
  maxSizeGiB: 32768,
  instantAccess: false,
  snapshotGroups: false,
  regional: false,
  performanceLevels: false,
  provisionedIops: false,
  bursting: false,
  multiAttach: false,
  ephemeral: false,
};
const essd: DiskCategory = {
  ...plain,
  minSizeGiB: 1,
  maxSizeGiB: 65536,
  instantAccess: true,
  snapshotGroups: true,
};
const ephemeral: DiskCategory = { ...plain, minSizeGiB: 64, maxSizeGiB: 8192, ephemeral: true };

export const diskCategories: ReadonlyMap<string, DiskCategory> = new Map([
  ['cloud_essd', { ...essd, performanceLevels: true, multiAttach: true }],
  ['cloud_auto', { ...essd, provisionedIops: true, bursting: true, multiAttach: true }],
  ['cloud_essd_entry', { ...essd, minSizeGiB: 10, maxSizeGiB: 32768 }],
  ['cloud_regional_disk_auto', { ...essd, minSizeGiB: 10, regional: true }],
  ['cloud_ssd', plain],
  ['cloud_efficiency', plain],
  ['cloud', { ...plain, minSizeGiB: 5, maxSizeGiB: 2000 }],
  ['elastic_ephemeral_disk_standard', ephemeral],
  ['elastic_ephemeral_disk_premium', ephemeral],
  ['cloud_essd_xc0', { ...plain, minSizeGiB: 40, maxSizeGiB: 65536, snapshotGroups: true }],
  ['cloud_essd_xc1', { ...plain, minSizeGiB: 40, maxSizeGiB: 65536, snapshotGroups: true }],
]);

/** Whether disks of the category live in a region rather than a zone. */
export function isRegional(category: string): boolean {
  return diskCategories.get(category)?.regional === true;
}

const createDisk =
  'https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createdisk';
const ofCreateDisk = `CreateDisk, parameter Size: <${createDisk}>`;
const ofExistingDriver = 'the existing driver, pkg/disk/category.go; not in the reference of ECS';

/** Where the sizes of each category come from. */
export const sourceOfSizes: ReadonlyMap<string, string> = new Map([
  ['cloud_essd', ofCreateDisk],
  ['cloud_auto', ofCreateDisk],
  ['cloud_essd_entry', `${ofCreateDisk}; the existing driver allows 65536`],
  ['cloud_regional_disk_auto', ofCreateDisk],
  ['cloud_ssd', `${ofCreateDisk}; the existing driver allows 65536`],
  ['cloud_efficiency', `${ofCreateDisk}; the existing driver allows 65536`],
  ['cloud', ofCreateDisk],
  ['elastic_ephemeral_disk_standard', ofCreateDisk],
  ['elastic_ephemeral_disk_premium', ofCreateDisk],
  ['cloud_essd_xc0', ofExistingDriver],
  ['cloud_essd_xc1', ofExistingDriver],
]);

/** What an ESSD performance level asks for and gives. */
export interface PerformanceLevel {
  readonly minSizeGiB: number;
  readonly maxIops: number;
}

/** The levels of cloud_essd. Numbers: CreateDisk, parameters Size and PerformanceLevel. */
export const performanceLevels: ReadonlyMap<string, PerformanceLevel> = new Map([
  ['PL0', { minSizeGiB: 1, maxIops: 10_000 }],
  ['PL1', { minSizeGiB: 20, maxIops: 50_000 }],
  ['PL2', { minSizeGiB: 461, maxIops: 100_000 }],
  ['PL3', { minSizeGiB: 1261, maxIops: 1_000_000 }],
]);

/** Smallest size of each ESSD performance level, in GiB. */
export const minSizeOfPerformanceLevel: ReadonlyMap<string, number> = new Map(
  [...performanceLevels].map(([level, { minSizeGiB }]) => [level, minSizeGiB]),
);

/** Smallest cloud_auto disk that takes provisioned IOPS, and that bursts. CreateDisk, ProvisionedIops and BurstingEnabled. */
export const minSizeOfProvisionedIopsGiB = 4;
export const minSizeOfBurstingGiB = 4;

/** IOPS that a cloud_auto disk has without any provisioned ones. CreateDisk, parameter ProvisionedIops. */
export function baselineIops(sizeGiB: number): number {
  return Math.max(Math.min(1800 + 50 * sizeGiB, 50_000), 3000);
}

/** The most IOPS that can be provisioned on top of the baseline. CreateDisk, parameter ProvisionedIops. */
export function maxProvisionedIops(sizeGiB: number): number {
  return sizeGiB < minSizeOfProvisionedIopsGiB
    ? 0
    : Math.max(0, Math.min(1000 * sizeGiB - baselineIops(sizeGiB), 50_000));
}

/**
 * The same for a living disk. ModifyDiskSpec, parameter ProvisionedIops, which knows no least baseline: ECS decides between
 * the two for disks under 24 GiB.
 */
export function maxProvisionedIopsOfChange(sizeGiB: number): number {
  const baseline = Math.min(1800 + 50 * sizeGiB, 50_000);
  return Math.max(0, Math.min(1000 * sizeGiB - baseline, 50_000));
}

/** The level that ECS gives a cloud_essd disk when none is asked for. */
export const defaultPerformanceLevel = 'PL1';

export interface SizeLimits {
  readonly minSizeGiB: number;
  readonly maxSizeGiB: number;
}

/** The sizes that ECS accepts; for a category we do not know, it is left to ECS to decide. */
export function sizeLimitsOf(category: string, performanceLevel: string | undefined): SizeLimits {
  const known = diskCategories.get(category);
  if (known === undefined) {
    return { minSizeGiB: 1, maxSizeGiB: Number.MAX_SAFE_INTEGER };
  }
  if (!known.performanceLevels) {
    return known;
  }
  const minOfLevel = minSizeOfPerformanceLevel.get(performanceLevel ?? defaultPerformanceLevel);
  return { minSizeGiB: minOfLevel ?? known.minSizeGiB, maxSizeGiB: known.maxSizeGiB };
}
