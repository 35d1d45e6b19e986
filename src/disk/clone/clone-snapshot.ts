import { createHash } from 'node:crypto';
import type { Call } from '../call.ts';
import { diskCategories } from '../categories.ts';
import type { Disk, Tag } from '../disk.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import type { DiskRequest } from '../disk-request.ts';
import { untilAvailable } from '../guards/available-snapshot.ts';
import { makeSnapshot, tokensOf } from '../make-snapshot.ts';
import { wantsProtection } from '../guards/policy.ts';
import type { ProvisionDiskParts } from '../provision-disk.ts';
import { removeSnapshot } from '../remove-snapshot.ts';
import type { Snapshot } from '../snapshot.ts';
import { originTags, tagKeys, toTagValue } from '../tags.ts';
import { cloneTags, isCloneSnapshot, isDoneWith } from './clone-mark.ts';

const gibPerDay = 1024;

/** One disk that is to be cloned to another. */
export interface CloneIntent {
  /** Names the new disk. */
  readonly key: string;
  readonly sourceDiskId: string;
}

/** A disk that is to hold what another one holds. Its tags name the source, by which a clone is known. */
export interface CloneRequest extends DiskRequest, CloneIntent {}

/** Those of this very clone; more than one only after ECS showed the first one late. */
async function findCloneSnapshots(
  cloud: DiskCloud,
  { key, sourceDiskId }: CloneIntent,
  call: Call,
): Promise<Snapshot[]> {
  const snapshots = await cloud.findSnapshotsOfDisk(sourceDiskId, call);
  return snapshots
    .filter(({ tags }) => tags.get(tagKeys.cloneFor) === toTagValue(key))
    .sort((a, b) => a.id.localeCompare(b.id));
}

/** The snapshot from which the clone is to be made, if an earlier try has taken it. */
export async function findCloneSnapshot(
  cloud: DiskCloud,
  intent: CloneIntent,
  call: Call,
): Promise<Snapshot | undefined> {
  const found = await findCloneSnapshots(cloud, intent, call);
  return found.find(({ status }) => status !== 'failed') ?? found[0];
}

/** @throws DiskError `failed` when ECS gave up (the remains are removed first), `busy` while ECS is still at it. */
export async function untilRestorable(
  parts: ProvisionDiskParts,
  snapshot: Snapshot,
  call: Call,
): Promise<Snapshot> {
  const stillDoing = `disk ${snapshot.sourceDiskId} is being cloned; ECS is still at it`;
  return await untilAvailable(parts, snapshot, stillDoing, call);
}

/**
 * Takes the snapshot from which the clone is to be made.
 * @returns `undefined` when ECS says that nothing was ever written to the source.
 * @throws DiskError `unsupported` where there are no snapshots.
 */
export async function takeCloneSnapshot(
  parts: ProvisionDiskParts,
  request: CloneRequest,
  source: Disk,
  call: Call,
): Promise<Snapshot | undefined> {
  assertCanBeCloned(source);
  const { key, sourceDiskId: diskId } = request;
  const snapshot = {
    diskId,
    name: `csi-clone-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`,
    description: `on the way of a clone of disk ${diskId}; goes by itself`,
    retentionDays: retentionDaysFor(source),
    resourceGroupId: undefined,
    tags: tagsFor(request, parts.clusterId),
  };
  const findExisting = () => findCloneSnapshot(parts.cloud, request, call);
  try {
    return await makeSnapshot(parts, snapshot, { ...tokensOf('clone', key, diskId), findExisting }, call);
  } catch (error) {
    if (isDiskError(error, 'never-used')) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Should everything fail that is to remove it, ECS does, but not before it has uploaded it: a clone that waits for the upload
 * would start again for ever. A day for each TiB is 12 MiB a second.
 */
function retentionDaysFor({ sizeGiB }: Disk): number {
  return 1 + Math.floor(sizeGiB / gibPerDay);
}

function tagsFor({ key, categories, tags }: CloneRequest, clusterId: string | undefined): Tag[] {
  return [
    ...originTags(clusterId),
    { key: tagKeys.forceDelete, value: 'true' },
    wantsProtection(categories, tags) ? cloneTags.wayBack : cloneTags.step,
    { key: tagKeys.cloneFor, value: toTagValue(key) },
  ];
}

function assertCanBeCloned({ id, category }: Disk): void {
  if (diskCategories.get(category)?.ephemeral === true) {
    const message = `disk ${id} is of category ${category}, which has no snapshots and cannot be cloned`;
    throw new DiskError('unsupported', message);
  }
}

/**
 * Removes what the clone needs no more. Never rejects: the clone is complete whatever becomes of the snapshot, which
 * the keeper, or ECS, removes later. One that ECS still uploads is left to them: it may be what the clone is filled from.
 */
export async function releaseCloneSnapshots(
  parts: ProvisionDiskParts,
  intent: CloneIntent,
  clone: Disk,
  call: Call,
): Promise<void> {
  try {
    const found = await findCloneSnapshots(parts.cloud, intent, call);
    for (const snapshot of found.filter((one) => isCloneSnapshot(one) && !isNeededBy(clone, one))) {
      if (snapshot.status !== 'progressing') {
        await removeSnapshot(parts, snapshot.id, call);
      }
    }
  } catch (error) {
    if (!isDiskError(error)) {
      throw error;
    }
  }
}

/** One of several that the disk was not made from is nobody's way back. */
function isNeededBy(clone: Disk, snapshot: Snapshot): boolean {
  return !isDoneWith(snapshot, clone) && (clone.sourceSnapshotId ?? snapshot.id) === snapshot.id;
}
