/** What the emulated cloud sells: regions, zones, disk categories and instance types. */

export interface Zone {
  readonly id: string;
  readonly regionId: string;
  readonly localName: string;
  readonly categories: readonly string[];
}

export interface Category {
  readonly name: string;
  readonly minGiB: number;
  readonly maxGiB: number;
  readonly isRegional: boolean;
  readonly hasPerformanceLevel: boolean;
  readonly hasProvisionedIops: boolean;
  readonly hasBurst: boolean;
  readonly canMultiAttach: boolean;
  readonly canSnapshot: boolean;
  readonly canResizeOnline: boolean;
  readonly canChangeSpec: boolean;
}

export interface InstanceType {
  readonly name: string;
  readonly categories: readonly string[];
  readonly hasNvme: boolean;
}

export const regions: readonly { id: string; localName: string }[] = [
  { id: 'cn-hangzhou', localName: 'China (Hangzhou)' },
  { id: 'cn-beijing', localName: 'China (Beijing)' },
];

const zonal: Category = {
  name: '',
  minGiB: 20,
  maxGiB: 32_768,
  isRegional: false,
  hasPerformanceLevel: false,
  hasProvisionedIops: false,
  hasBurst: false,
  canMultiAttach: false,
  canSnapshot: true,
  canResizeOnline: true,
  canChangeSpec: true,
};

const ephemeral: Category = {
  ...zonal,
  minGiB: 64,
  maxGiB: 8192,
  canSnapshot: false,
  canChangeSpec: false,
};

export const categories: readonly Category[] = [
  {
    ...zonal,
    name: 'cloud_essd',
    minGiB: 1,
    maxGiB: 65_536,
    hasPerformanceLevel: true,
    canMultiAttach: true,
  },
  {
    ...zonal,
    name: 'cloud_auto',
    minGiB: 1,
    maxGiB: 65_536,
    hasProvisionedIops: true,
    hasBurst: true,
    canMultiAttach: true,
  },
  { ...zonal, name: 'cloud_essd_entry', minGiB: 10 },
  {
    ...zonal,
    name: 'cloud_regional_disk_auto',
    minGiB: 10,
    maxGiB: 65_536,
    isRegional: true,
    canChangeSpec: false,
  },
  { ...zonal, name: 'cloud_ssd' },
  { ...zonal, name: 'cloud_efficiency' },
  { ...zonal, name: 'cloud', minGiB: 5, maxGiB: 2000, canResizeOnline: false, canChangeSpec: false },
  { ...ephemeral, name: 'elastic_ephemeral_disk_standard' },
  { ...ephemeral, name: 'elastic_ephemeral_disk_premium' },
];

const essdFamily = ['cloud_essd', 'cloud_auto', 'cloud_essd_entry', 'cloud_regional_disk_auto'];
const everything = [
  ...essdFamily,
  'cloud_ssd',
  'cloud_efficiency',
  'elastic_ephemeral_disk_standard',
  'elastic_ephemeral_disk_premium',
];

export const zones: readonly Zone[] = [
  zone('cn-hangzhou', 'h', everything),
  zone('cn-hangzhou', 'i', [...everything, 'cloud']),
  zone('cn-hangzhou', 'j', everything),
  zone('cn-hangzhou', 'k', essdFamily),
  zone('cn-beijing', 'h', everything),
  zone('cn-beijing', 'l', essdFamily),
];

function zone(regionId: string, letter: string, sold: readonly string[]): Zone {
  return {
    id: `${regionId}-${letter}`,
    regionId,
    localName: `Zone ${letter.toUpperCase()}`,
    categories: sold,
  };
}

export const instanceTypes: readonly InstanceType[] = [
  { name: 'ecs.g7se.large', categories: everything, hasNvme: true },
  { name: 'ecs.g8i.xlarge', categories: essdFamily, hasNvme: true },
  { name: 'ecs.g6.large', categories: [...everything, 'cloud'], hasNvme: false },
  {
    name: 'ecs.c5.large',
    categories: ['cloud', 'cloud_ssd', 'cloud_efficiency', 'cloud_essd'],
    hasNvme: false,
  },
];

export function categoryNamed(name: string): Category | undefined {
  return categories.find((category) => category.name === name);
}

export function zoneNamed(id: string): Zone | undefined {
  return zones.find((one) => one.id === id);
}

export function instanceTypeNamed(name: string): InstanceType | undefined {
  return instanceTypes.find((type) => type.name === name);
}

export const performanceLevels = ['PL0', 'PL1', 'PL2', 'PL3'] as const;

const levelMinGiB: Readonly<Record<string, number>> = { PL0: 1, PL1: 20, PL2: 461, PL3: 1261 };

/** The smallest disk of a category, at a performance level where the category has them. */
export function minSizeGiB(category: Category, performanceLevel: string): number {
  return category.hasPerformanceLevel ? (levelMinGiB[performanceLevel] ?? category.minGiB) : category.minGiB;
}

/** IOPS that can be provisioned on top of what a cloud_auto disk of this size has anyway. */
export function maxProvisionedIops(sizeGiB: number): number {
  if (sizeGiB <= 3) {
    return 0;
  }
  const baseline = Math.max(Math.min(1800 + 50 * sizeGiB, 50_000), 3000);
  return Math.max(Math.min(50_000, 1000 * sizeGiB - baseline), 0);
}
