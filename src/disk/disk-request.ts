import type { SelectedNode } from './cluster.ts';
import { diskCategories, isRegional, sizeLimitsOf } from './categories.ts';
import type { DiskTraits, NewDisk, Tag } from './disk.ts';
import { DiskError } from './disk-error.ts';
import { ecsNameFor } from './ecs-name.ts';

/** A disk that somebody wants, before it is decided which category and zone it gets. */
export interface DiskRequest extends DiskTraits {
  /** Names the intent: one key, one disk. */
  readonly key: string;
  readonly sizeGiB: number;
  readonly maxSizeGiB: number | undefined;
  /** In order of preference, like performance levels and zones. */
  readonly categories: readonly string[];
  /** For cloud_essd only; empty leaves the level to ECS. */
  readonly performanceLevels: readonly string[];
  readonly zoneIds: readonly string[];
  readonly snapshotId: string | undefined;
  readonly tags: readonly Tag[];
  /** What the node can attach for which the disk is meant; `undefined` when nobody knows. */
  readonly attachable?: SelectedNode | undefined;
}

/** One way to make the disk. */
export interface Candidate {
  readonly category: string;
  readonly performanceLevel: string | undefined;
  readonly zoneId: string | undefined;
}

/** Every way to make the disk, best first: the first zone with each category and level, then the next zone. */
export function candidatesFor(request: DiskRequest): Candidate[] {
  const zonal = request.zoneIds.flatMap((zoneId) =>
    request.categories.filter((category) => !isRegional(category)).map((category) => ({ category, zoneId })),
  );
  const regional = request.categories.filter(isRegional).map((category) => ({ category, zoneId: undefined }));
  const firstIsRegional = isRegional(request.categories[0] ?? '');
  const places = firstIsRegional ? [...regional, ...zonal] : [...zonal, ...regional];
  return places.flatMap(({ category, zoneId }) =>
    levelsFor(category, request).map((performanceLevel) => ({ category, performanceLevel, zoneId })),
  );
}

function levelsFor(category: string, request: DiskRequest): readonly (string | undefined)[] {
  const takesLevels = diskCategories.get(category)?.performanceLevels === true;
  return takesLevels && request.performanceLevels.length > 0 ? request.performanceLevels : [undefined];
}

/**
 * The candidates that come in this size.
 * @throws DiskError `out-of-range` when there are none, naming each one's limits.
 */
export function candidatesOfSize(request: DiskRequest, sizeGiB: number): Candidate[] {
  const candidates = candidatesFor(request);
  const fitting = candidates.filter(({ category, performanceLevel }) => {
    const limits = sizeLimitsOf(category, performanceLevel);
    return sizeGiB >= limits.minSizeGiB && sizeGiB <= limits.maxSizeGiB;
  });
  if (fitting.length === 0) {
    const limits = new Set(candidates.map(describeLimits));
    throw new DiskError('out-of-range', `no disk of ${sizeGiB} GiB is offered: ${[...limits].join(', ')}`);
  }
  return fitting;
}

/**
 * The candidates that the node can attach.
 * @throws DiskError `not-offered` when there are none: another node may be better off.
 */
export function attachableOf(request: DiskRequest, candidates: readonly Candidate[]): readonly Candidate[] {
  const { attachable } = request;
  if (attachable === undefined) {
    return candidates;
  }
  const fitting = candidates.filter(({ category }) => attachable.categories.includes(category));
  if (fitting.length === 0) {
    const wanted = [...new Set(candidates.map(({ category }) => category))].join(', ');
    const message = `node ${attachable.nodeName} cannot attach ${wanted}; it can attach ${attachable.categories.join(', ')}`;
    throw new DiskError('not-offered', message);
  }
  return fitting;
}

function describeLimits({ category, performanceLevel }: Candidate): string {
  const { minSizeGiB, maxSizeGiB } = sizeLimitsOf(category, performanceLevel);
  return `${nameOf({ category, performanceLevel })} has ${minSizeGiB} to ${maxSizeGiB} GiB`;
}

function nameOf({ category, performanceLevel }: Pick<Candidate, 'category' | 'performanceLevel'>): string {
  return performanceLevel === undefined ? category : `${category} ${performanceLevel}`;
}

/** `cloud_essd PL1 in cn-hangzhou-h`, for messages. */
export function describeCandidate(candidate: Candidate): string {
  return candidate.zoneId === undefined ? nameOf(candidate) : `${nameOf(candidate)} in ${candidate.zoneId}`;
}

/** The disk to ask ECS for. What the category does not know (provisioned IOPS, bursting) is left out. */
export function toNewDisk(
  request: DiskRequest,
  candidate: Candidate,
  sizeGiB: number,
  clientToken: string,
): NewDisk {
  const category = diskCategories.get(candidate.category);
  return {
    ...candidate,
    name: ecsNameFor(request.key),
    description: undefined,
    sizeGiB,
    snapshotId: request.snapshotId,
    encrypted: request.encrypted,
    kmsKeyId: request.encrypted ? request.kmsKeyId : undefined,
    multiAttach: request.multiAttach,
    provisionedIops: category?.provisionedIops === false ? undefined : request.provisionedIops,
    burstingEnabled: category?.bursting === false ? undefined : request.burstingEnabled,
    resourceGroupId: request.resourceGroupId,
    storageClusterId: request.storageClusterId,
    tags: request.tags,
    clientToken,
  };
}
