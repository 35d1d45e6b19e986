import { defaultPerformanceLevel, diskCategories } from './categories.ts';
import type { Disk } from './disk.ts';
import { tagKeys } from './tags.ts';
import { candidatesFor, type DiskRequest } from './disk-request.ts';

/** In what an existing disk differs from the request, wherever it is; empty when it is what was asked for. */
export function differences(disk: Disk, request: DiskRequest): string[] {
  return [
    ...differingSize(disk, request),
    ...differingKind(disk, request),
    ...differingSettings(disk, request),
    ...differingProtection(disk, request),
  ];
}

/** Whether an existing disk is where the request wants it. */
export function isInWantedZone(disk: Disk, request: DiskRequest): boolean {
  return candidatesFor(request).some(
    ({ category, zoneId }) => category === disk.category && (zoneId === undefined || zoneId === disk.zoneId),
  );
}

/** Whether the node for which the volume is wanted can attach an existing disk, as far as anybody knows. */
export function isAttachable({ category }: Disk, { attachable }: DiskRequest): boolean {
  return attachable === undefined || attachable.categories.includes(category);
}

function differingSize(disk: Disk, request: DiskRequest): string[] {
  const tooSmall = disk.sizeGiB < request.sizeGiB;
  const tooLarge = request.maxSizeGiB !== undefined && disk.sizeGiB > request.maxSizeGiB;
  return tooSmall || tooLarge ? [`its size is ${disk.sizeGiB} GiB`] : [];
}

function differingKind(disk: Disk, request: DiskRequest): string[] {
  const candidates = candidatesFor(request);
  const sameCategory = candidates.filter((candidate) => candidate.category === disk.category);
  if (sameCategory.length === 0) {
    return [`its category is ${disk.category}`];
  }
  // ECS may not show the level that it gives when none is asked for.
  const level = disk.performanceLevel ?? defaultPerformanceLevel;
  const sameLevel = sameCategory.filter(
    ({ performanceLevel }) => performanceLevel === undefined || performanceLevel === level,
  );
  return sameLevel.length === 0 ? [`its performance level is ${disk.performanceLevel ?? 'not set'}`] : [];
}

/**
 * A class may have been changed, or another one named, between two attempts: a volume must not be called done with another
 * protection than it was asked for.
 */
function differingProtection(disk: Disk, request: DiskRequest): string[] {
  const ofNone: [parameter: string, tagKey: string, none: string][] = [
    ['volumeExpandAutoSnapshot', tagKeys.expandPolicy, 'closed'],
    ['volumeDeleteSnapshotRetentionDays', tagKeys.deleteSnapshotRetentionDays, ''],
  ];
  return ofNone.flatMap(([parameter, tagKey, none]) => {
    const actual = disk.tags.get(tagKey) ?? none;
    const wanted = request.tags.find(({ key }) => key === tagKey)?.value ?? actual;
    return actual === wanted ? [] : [`its ${parameter} is ${actual === '' ? 'none' : actual}`];
  });
}

function differingSettings(disk: Disk, request: DiskRequest): string[] {
  const category = diskCategories.get(disk.category);
  // What was not asked for may have been filled in by ECS, so only what was asked for is compared.
  type Setting = string | number | boolean | undefined;
  const pairs: [name: string, actual: Setting, wanted: Setting][] = [
    ['encryption', disk.encrypted, request.encrypted || undefined],
    ['multi-attach', disk.multiAttach, request.multiAttach],
    ['resource group', disk.resourceGroupId, request.resourceGroupId],
    ['storage cluster', disk.storageClusterId, request.storageClusterId],
    [
      'provisioned IOPS',
      disk.provisionedIops,
      category?.provisionedIops ? request.provisionedIops : undefined,
    ],
    ['bursting', disk.burstingEnabled, category?.bursting ? request.burstingEnabled : undefined],
  ];
  const differing = pairs
    .filter(([, actual, wanted]) => wanted !== undefined && actual !== wanted)
    .map(([name, actual]) => `its ${name} is ${String(actual ?? 'not set')}`);
  return [...differing, ...differingKey(disk, request), ...differingSource(disk, request)];
}

/**
 * Which key an alias stands for only the key service knows, and ECS may show the key itself: a disk that was made for the
 * request must not be taken for another one then.
 */
function differingKey({ kmsKeyId }: Disk, { encrypted, kmsKeyId: wanted }: DiskRequest): string[] {
  const isComparable = !isKeyAlias(wanted) || kmsKeyId === undefined || isKeyAlias(kmsKeyId);
  const isSame = !encrypted || wanted === undefined || kmsKeyId === wanted;
  return isSame || !isComparable ? [] : [`its KMS key is ${kmsKeyId ?? 'not set'}`];
}

/** `alias/<name>`, alone or at the end of a resource name. */
function isKeyAlias(text: string | undefined): boolean {
  return text !== undefined && /(^|:)alias\//.test(text);
}

function differingSource(disk: Disk, request: DiskRequest): string[] {
  const clonedFrom = disk.tags.get(tagKeys.clonedFrom);
  if (clonedFrom !== request.tags.find(({ key }) => key === tagKeys.clonedFrom)?.value) {
    return [clonedFrom === undefined ? 'it is no clone' : `it is a clone of ${clonedFrom}`];
  }
  // A clone is known by its source: the snapshot in between may be another one, or gone.
  return clonedFrom !== undefined || disk.sourceSnapshotId === request.snapshotId
    ? []
    : [`its source snapshot is ${disk.sourceSnapshotId ?? 'none'}`];
}
