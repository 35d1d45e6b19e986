import type { InstanceLimits } from '../../src/disk/attach/known-instances.ts';
import type { Call } from '../../src/disk/call.ts';
import { diskCategories } from '../../src/disk/categories.ts';
import type { Disk, NewDisk, Tag } from '../../src/disk/disk.ts';
import { DiskError } from '../../src/disk/disk-error.ts';
import type { DiskRequest } from '../../src/disk/disk-request.ts';
import { doubtAfterMs, Sightings } from '../../src/disk/sightings.ts';
import type { NewSnapshot, Snapshot } from '../../src/disk/snapshot.ts';

/** A call that nobody stops, unless a signal is given. */
export function aCall(signal: AbortSignal = new AbortController().signal): Call {
  return { signal, requestId: 'request-1' };
}

/** How instances attach and detach by default. */
export const oneAtATime: InstanceLimits = {
  attachConcurrency: 32,
  detachConcurrency: 5,
  isParallelAttachAllowed: false,
  isParallelDetachAllowed: false,
};

/** A disk that is free to use, 20 GiB of cloud_essd PL1. */
export function aDisk(changes: Partial<Disk> = {}): Disk {
  return {
    id: 'd-1',
    name: 'pvc-1',
    status: 'Available',
    category: 'cloud_essd',
    performanceLevel: 'PL1',
    sizeGiB: 20,
    regionId: 'cn-hangzhou',
    zoneId: 'cn-hangzhou-h',
    serialNumber: 'bp1',
    encrypted: false,
    kmsKeyId: undefined,
    multiAttach: false,
    provisionedIops: undefined,
    burstingEnabled: undefined,
    resourceGroupId: undefined,
    storageClusterId: undefined,
    sourceSnapshotId: undefined,
    attachments: [],
    wasEverAttached: false,
    lastAttachedAt: undefined,
    lastDetachedAt: undefined,
    tags: new Map(),
    lockReasons: [],
    createdAt: '2026-01-01T00:00:00Z',
    ...changes,
  };
}

/** A finished snapshot of disk d-1. */
export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    id: 's-1',
    name: 'snapshot-1',
    description: undefined,
    sourceDiskId: 'd-1',
    sourceDiskSizeGiB: 20,
    status: 'accomplished',
    progressPercent: 100,
    available: true,
    cutAt: new Date('2026-01-01T00:00:00Z'),
    retentionDays: undefined,
    encrypted: false,
    usedByDisks: false,
    tags: new Map(),
    ...changes,
  };
}

/** A wish for 20 GiB of cloud_essd in one zone. */
export function aDiskRequest(changes: Partial<DiskRequest> = {}): DiskRequest {
  return {
    key: 'pvc-1',
    sizeGiB: 20,
    maxSizeGiB: undefined,
    categories: ['cloud_essd'],
    performanceLevels: [],
    zoneIds: ['cn-hangzhou-h'],
    snapshotId: undefined,
    encrypted: false,
    kmsKeyId: undefined,
    multiAttach: false,
    provisionedIops: undefined,
    burstingEnabled: undefined,
    resourceGroupId: undefined,
    storageClusterId: undefined,
    tags: [{ key: 'csi.alibabacloud.com/volume-name', value: changes.key ?? 'pvc-1' }],
    ...changes,
  };
}

/** A new disk as ECS would get it for `aDiskRequest()`. */
export function aNewDisk(changes: Partial<NewDisk> = {}): NewDisk {
  return {
    name: 'pvc-1',
    description: undefined,
    category: 'cloud_essd',
    performanceLevel: undefined,
    zoneId: 'cn-hangzhou-h',
    sizeGiB: 20,
    snapshotId: undefined,
    encrypted: false,
    kmsKeyId: undefined,
    multiAttach: false,
    provisionedIops: undefined,
    burstingEnabled: undefined,
    resourceGroupId: undefined,
    storageClusterId: undefined,
    tags: [],
    clientToken: 'token-1',
    ...changes,
  };
}

/** A new snapshot of disk d-1. */
export function aNewSnapshot(changes: Partial<NewSnapshot> = {}): NewSnapshot {
  return {
    diskId: 'd-1',
    name: 'snapshot-1',
    description: undefined,
    retentionDays: undefined,
    resourceGroupId: undefined,
    tags: [],
    clientToken: 'token-1',
    ...changes,
  };
}

/** The disk that ECS begins to make when asked for it. */
export function diskFrom(request: NewDisk, id: string, source: Snapshot | undefined): Disk {
  const { snapshotId, tags, category, sizeGiB } = request;
  const hasLevels = diskCategories.get(category)?.performanceLevels === true;
  return aDisk({
    ...{ id, category, name: request.name, status: 'Creating', zoneId: request.zoneId },
    performanceLevel: hasLevels ? (request.performanceLevel ?? 'PL1') : undefined,
    sizeGiB: Math.max(sizeGiB, source?.sourceDiskSizeGiB ?? 0),
    sourceSnapshotId: snapshotId,
    encrypted: request.encrypted,
    kmsKeyId: request.kmsKeyId,
    multiAttach: request.multiAttach,
    provisionedIops: request.provisionedIops,
    burstingEnabled: request.burstingEnabled,
    resourceGroupId: request.resourceGroupId,
    storageClusterId: request.storageClusterId,
    tags: mapOf(tags),
  });
}

/** The snapshot that ECS begins to make when asked for it: not cut yet. */
export function snapshotFrom(request: NewSnapshot, id: string, disk: Disk): Snapshot {
  return aSnapshot({
    ...{ id, name: request.name, description: request.description },
    ...{ sourceDiskId: disk.id, sourceDiskSizeGiB: disk.sizeGiB },
    ...{ status: 'progressing', progressPercent: 0, available: false, cutAt: undefined },
    retentionDays: request.retentionDays,
    tags: mapOf(request.tags),
  });
}

function mapOf(tags: readonly Tag[]): Map<string, string> {
  return new Map(tags.map(({ key, value }) => [key, value]));
}

/** What a promise rejects with; fails when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof Error) {
      return error;
    }
    throw new Error('rejected with something that is no Error', { cause: error });
  }
  throw new Error(`resolved instead of rejecting, with ${JSON.stringify(value)}`);
}

/** The DiskError that a promise rejects with; fails for any other end. */
export async function diskErrorOf(promise: Promise<unknown>): Promise<DiskError> {
  const error = await rejectionOf(promise);
  if (error instanceof DiskError) {
    return error;
  }
  throw error;
}

const sightingsByCloud = new WeakMap<object, Sightings>();

/** The one memory of a process that works with the given cloud. */
export function sightingsOf(cloud: object): Sightings {
  const sightings = sightingsByCloud.get(cloud) ?? quickSightings();
  sightingsByCloud.set(cloud, sightings);
  return sightings;
}

/** Sightings on a clock that leaps at each look, so that what stays missing is doubted at the third. */
export function quickSightings(): Sightings {
  let nowMs = 0;
  return new Sightings(() => (nowMs += doubtAfterMs / 3));
}
