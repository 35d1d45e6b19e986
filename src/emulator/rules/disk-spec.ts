import {
  categoryNamed,
  maxProvisionedIops,
  minSizeGiB,
  performanceLevels,
  type Category,
} from '../catalog.ts';
import { EcsError, type ErrorCode } from '../errors.ts';

/** The category of that name; throws InvalidDiskCategory.ValueNotSupported. */
export function knownCategory(name: string): Category {
  const category = categoryNamed(name);
  if (category === undefined) {
    throw new EcsError('InvalidDiskCategory.ValueNotSupported', `It is ${name}.`);
  }
  return category;
}

/** The performance level that a disk gets: PL1 if none is asked for, none outside of cloud_essd. */
export function performanceLevelFor(
  category: Category,
  asked: string | undefined,
  notForCategory: ErrorCode = 'InvalidPerformanceLevel.ValueNotSupported',
): string {
  if (asked !== undefined && !performanceLevels.some((level) => level === asked)) {
    throw new EcsError('InvalidPerformanceLevel.Malformed', `It is ${asked}.`);
  }
  if (!category.hasPerformanceLevel) {
    if (asked !== undefined) {
      throw new EcsError(notForCategory, `The category is ${category.name}.`);
    }
    return '';
  }
  return asked ?? 'PL1';
}

/** Checks the size of a new disk against its category and performance level. */
export function checkNewSize(category: Category, performanceLevel: string, sizeGiB: number): void {
  if (sizeGiB < category.minGiB || sizeGiB > category.maxGiB) {
    const limits = `${category.name} has ${category.minGiB} to ${category.maxGiB} GiB`;
    throw new EcsError('InvalidDiskSize.NotSupported', `It is ${sizeGiB} GiB; ${limits}.`);
  }
  checkLevelSize(category, performanceLevel, sizeGiB);
}

/** Checks that the disk is large enough for its performance level. */
export function checkLevelSize(category: Category, performanceLevel: string, sizeGiB: number): void {
  const min = minSizeGiB(category, performanceLevel);
  if (sizeGiB < min) {
    const need = `${performanceLevel} needs at least ${min} GiB`;
    throw new EcsError('OperationDenied.PerformanceLevelNotMatch', `It is ${sizeGiB} GiB; ${need}.`);
  }
}

/** The provisioned IOPS of a disk: 0 if none are asked for, null for categories without them. */
export function provisionedIopsFor(
  category: Category,
  sizeGiB: number,
  asked: number | null | undefined,
): number | null {
  if (!category.hasProvisionedIops) {
    if (typeof asked === 'number') {
      throw new EcsError('ProvisionedIopsForDiskCategoryUnsupported', `The category is ${category.name}.`);
    }
    return null;
  }
  const max = maxProvisionedIops(sizeGiB);
  if (typeof asked === 'number' && asked > max) {
    throw new EcsError(
      'InvalidProvisionedIops.LimitExceed',
      `It is ${asked}; ${sizeGiB} GiB can have ${max}.`,
    );
  }
  return asked ?? 0;
}

/** Checks a wish to switch performance burst on or off. */
export function checkBurst(category: Category, sizeGiB: number, asked: boolean | undefined): void {
  if (asked === undefined) {
    return;
  }
  if (!category.hasBurst) {
    throw new EcsError('BurstingEnabledForDiskCategoryUnsupported', `The category is ${category.name}.`);
  }
  if (asked && sizeGiB <= 3) {
    throw new EcsError('InvalidBurstingEnabled.DiskSizeTooSmall', `It has ${sizeGiB} GiB.`);
  }
}
