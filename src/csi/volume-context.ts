import { defaultPerformanceLevel, diskCategories } from '../disk/categories.ts';
import type { Disk } from '../disk/disk.ts';
import { candidatesFor, type DiskRequest } from '../disk/disk-request.ts';
import { topologyKeys } from './topology.ts';
import { checkMap } from './validate.ts';

const labelPrefix = 'csi.alibabacloud.com/label-prefix/';
const annotationPrefix = 'csi.alibabacloud.com/annotation-prefix/';
const diskTypeLabel = 'csi.alibabacloud.com/disktype';
const nodeDiskTypeLabel = 'node.csi.alibabacloud.com/disktype.';

/** What of a disk its context speaks of. */
type Described = Pick<Disk, 'category' | 'performanceLevel' | 'zoneId' | 'regionId'>;

/** Parameters that describe the request rather than the volume. */
const leftOut: readonly string[] = [
  ...['allowVolumeExpansion', 'reclaimPolicy', 'storageclassName', 'volume.kubernetes.io/selected-node'],
  ...['csi.alibabacloud.com/disk-snapshot-id'],
];

/** Left empty they say nothing; a policy that is empty would mean nothing later. */
const leftOutWhenEmpty: readonly string[] = ['volumeExpandAutoSnapshot', 'volumeDeleteSnapshotRetentionDays'];

/**
 * Whatever becomes of the request, its context must fit into an answer, and that is known before anything is made.
 * @throws StatusError INVALID_ARGUMENT when the class says too much.
 */
export function checkContextSize(
  request: DiskRequest,
  regionId: string,
  parameters: Readonly<Record<string, string>>,
): void {
  for (const candidate of candidatesFor(request)) {
    const hasLevels = diskCategories.get(candidate.category)?.performanceLevels === true;
    const performanceLevel = hasLevels ? (candidate.performanceLevel ?? defaultPerformanceLevel) : undefined;
    const context = volumeContextOf({ ...candidate, performanceLevel, regionId }, parameters);
    checkMap(context, 'the volume context that is made of parameters');
  }
}

/**
 * The volume context: what the class said, the category and level that the disk really has, and the labels and
 * annotations that the existing driver's helpers read. Names are those of the existing driver.
 */
export function volumeContextOf(
  disk: Described,
  parameters: Readonly<Record<string, string>>,
): Record<string, string> {
  const context: Record<string, string> = {};
  for (const [key, value] of Object.entries(parameters)) {
    const saysNothing = value === '' && leftOutWhenEmpty.includes(key);
    if (!leftOut.includes(key) && !saysNothing && !key.startsWith('csi.storage.k8s.io/')) {
      context[key] = value;
    }
  }
  return { ...context, ...kindOf(disk), ...labelsOf(disk), ...annotationsOf(disk) };
}

function kindOf(disk: Described): Record<string, string> {
  return disk.performanceLevel === undefined
    ? { type: disk.category }
    : { type: disk.category, performanceLevel: disk.performanceLevel };
}

function labelsOf(disk: Described): Record<string, string> {
  const zone = disk.zoneId === undefined ? {} : { [`${labelPrefix}${topologyKeys.zone}`]: disk.zoneId };
  return {
    [`${labelPrefix}${topologyKeys.region}`]: disk.regionId,
    ...zone,
    [`${labelPrefix}${diskTypeLabel}`]: diskTypeOf(disk),
  };
}

/** `cloud_essd.PL1`: a cloud_essd disk always has a level, others have none. */
function diskTypeOf(disk: Described): string {
  const hasLevels = diskCategories.get(disk.category)?.performanceLevels === true;
  return hasLevels ? `${disk.category}.${disk.performanceLevel ?? defaultPerformanceLevel}` : disk.category;
}

/** A node selector on the label by which the node plugin says which categories its instance can attach. */
function annotationsOf(disk: Described): Record<string, string> {
  const expression = { key: `${nodeDiskTypeLabel}${disk.category}`, operator: 'In', values: ['available'] };
  const selector = { nodeSelectorTerms: [{ matchExpressions: [expression] }] };
  return { [`${annotationPrefix}csi.alibabacloud.com/volume-topology`]: JSON.stringify(selector) };
}
