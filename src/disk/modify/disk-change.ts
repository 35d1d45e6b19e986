import {
  defaultPerformanceLevel,
  diskCategories,
  maxProvisionedIopsOfChange,
  minSizeOfBurstingGiB,
  sizeLimitsOf,
} from '../categories.ts';
import type { Disk, Tag } from '../disk.ts';
import { DiskError } from '../disk-error.ts';
import type { SpecChange } from './spec-calls.ts';
import { planTags, type TagPlan } from './tag-plan.ts';

/** What somebody wants of a living disk. What is `undefined` stays as it is. */
export interface DiskChange {
  readonly diskId: string;
  readonly category: string | undefined;
  readonly performanceLevel: string | undefined;
  readonly provisionedIops: number | undefined;
  readonly burstingEnabled: boolean | undefined;
  readonly tags: readonly Tag[];
  readonly removedTagKeys: readonly string[];
}

/** What has still to be done to a disk. */
export interface ChangePlan {
  readonly spec: SpecChange | undefined;
  readonly burstingEnabled: boolean | undefined;
  readonly tags: TagPlan;
}

/** Categories between which ECS changes disks (ModifyDiskSpec): not from, nor to, regional, basic, ephemeral and local ones. */
const changeable = ['cloud_essd', 'cloud_auto', 'cloud_ssd', 'cloud_essd_entry', 'cloud_efficiency'];

/** Whether the change is about more than tags, so that ECS must not be changing the disk otherwise. */
export function touchesSpec(change: DiskChange): boolean {
  return wishesSpec(change) || change.burstingEnabled !== undefined;
}

/** Whether the change names anything of what ECS changes as a task, be the disk so already or not. */
export function wishesSpec({ category, performanceLevel, provisionedIops }: DiskChange): boolean {
  return [category, performanceLevel, provisionedIops].some((wish) => wish !== undefined);
}

/**
 * Whether the disk shows everything that is wanted but the tags. ECS may show no level for one that has levels; it is asked
 * then whether it would change it, and there is nothing to wait for.
 */
export function hasWantedSpec(disk: Disk, change: DiskChange): boolean {
  const hidesLevel =
    disk.performanceLevel === undefined && diskCategories.get(disk.category)?.performanceLevels;
  const shown = hidesLevel === true ? { ...disk, performanceLevel: change.performanceLevel } : disk;
  return specChange(shown, change) === undefined && burstingChange(shown, change) === undefined;
}

/**
 * What has to be done so that the disk becomes what is wanted.
 * @throws DiskError `invalid` for what ECS cannot do with this disk.
 */
export function planChange(disk: Disk, change: DiskChange): ChangePlan {
  const spec = specChange(disk, change);
  const burstingEnabled = burstingChange(disk, change);
  const problems = [
    ...(spec === undefined ? [] : [...problemsOfCategory(disk, change), ...problemsOfSpec(disk, change)]),
    ...(burstingEnabled === true ? problemsOfBursting(disk, change) : []),
  ];
  const [problem] = problems;
  if (problem !== undefined) {
    throw new DiskError('invalid', `disk ${disk.id} cannot be changed so: ${problem}`);
  }
  return { spec, burstingEnabled, tags: planTags(disk, change) };
}

function targetCategory(disk: Disk, { category }: DiskChange): string {
  return category ?? disk.category;
}

function specChange(disk: Disk, change: DiskChange): SpecChange | undefined {
  const target = targetCategory(disk, change);
  const category = target === disk.category ? undefined : target;
  const performanceLevel = unlessSame(change.performanceLevel, category ? undefined : disk.performanceLevel);
  // What a category does not have reads as none of it.
  const provisionedIops = unlessSame(
    change.provisionedIops,
    (category ? undefined : disk.provisionedIops) ?? 0,
  );
  if ([category, performanceLevel, provisionedIops].every((part) => part === undefined)) {
    return undefined;
  }
  // ECS takes provisioned IOPS only beside the category that has them.
  const named = provisionedIops === undefined ? category : target;
  return { diskId: disk.id, category: named, performanceLevel, provisionedIops };
}

function unlessSame<T>(wanted: T | undefined, present: T | undefined): T | undefined {
  return wanted === present ? undefined : wanted;
}

/** ECS switches bursting off when the category changes. */
function burstingChange(disk: Disk, change: DiskChange): boolean | undefined {
  const keepsCategory = targetCategory(disk, change) === disk.category;
  const isBursting = keepsCategory && disk.burstingEnabled === true;
  return change.burstingEnabled === isBursting ? undefined : change.burstingEnabled;
}

function problemsOfCategory(disk: Disk, change: DiskChange): string[] {
  const category = targetCategory(disk, change);
  const stuck = [disk.category, category].find((name) => !changeable.includes(name));
  return [
    ...(disk.multiAttach ? ['multi-attach disks keep their category, level and provisioned IOPS'] : []),
    ...(stuck === undefined ? [] : [`disks of category ${stuck} cannot be changed, or be changed to`]),
  ];
}

function problemsOfSpec(disk: Disk, change: DiskChange): string[] {
  const category = targetCategory(disk, change);
  const { performanceLevel, provisionedIops = 0 } = change;
  return [
    ...problemsOfLevel(disk, category, performanceLevel),
    ...problemsOfSize(disk, category, performanceLevel),
    ...problemsOfIops(disk, category, provisionedIops),
  ];
}

function problemsOfLevel(disk: Disk, category: string, wanted: string | undefined): string[] {
  if (wanted === undefined) {
    return [];
  }
  if (diskCategories.get(category)?.performanceLevels !== true) {
    return [`${category} has no performance levels`];
  }
  const present = category === disk.category ? (disk.performanceLevel ?? defaultPerformanceLevel) : wanted;
  return wanted === 'PL0' && present !== 'PL0' ? [`ECS does not lower ${present} to PL0`] : [];
}

function problemsOfSize(disk: Disk, category: string, wantedLevel: string | undefined): string[] {
  const keptLevel = category === disk.category ? disk.performanceLevel : undefined;
  const level = wantedLevel ?? keptLevel;
  const { minSizeGiB, maxSizeGiB } = sizeLimitsOf(category, level);
  const fits = disk.sizeGiB >= minSizeGiB && disk.sizeGiB <= maxSizeGiB;
  const name = level === undefined ? category : `${category} ${level}`;
  return fits ? [] : [`it has ${disk.sizeGiB} GiB, and ${name} has ${minSizeGiB} to ${maxSizeGiB} GiB`];
}

function problemsOfIops({ sizeGiB }: Disk, category: string, wanted: number): string[] {
  if (wanted > 0 && diskCategories.get(category)?.provisionedIops !== true) {
    return [`${category} has no provisioned IOPS`];
  }
  const most = maxProvisionedIopsOfChange(sizeGiB);
  return wanted > most
    ? [`with ${sizeGiB} GiB it can have ${most} provisioned IOPS at most, not ${wanted}`]
    : [];
}

function problemsOfBursting(disk: Disk, change: DiskChange): string[] {
  const category = targetCategory(disk, change);
  return [
    ...(diskCategories.get(category)?.bursting === true ? [] : [`${category} does not burst`]),
    ...(disk.multiAttach ? ['multi-attach disks do not burst'] : []),
    ...(disk.sizeGiB >= minSizeOfBurstingGiB ? [] : [`disks under ${minSizeOfBurstingGiB} GiB do not burst`]),
  ];
}
