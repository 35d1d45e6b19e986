import { createHash } from 'node:crypto';
import type { Call } from '../call.ts';
import { diskCategories } from '../categories.ts';
import type { Tag } from '../disk.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import { untilAvailable } from '../guards/available-snapshot.ts';
import { findInheritedSnapshot } from '../guards/inherited-snapshot.ts';
import { makeSnapshot, tokensOf } from '../make-snapshot.ts';
import type { ProvisionDiskParts } from '../provision-disk.ts';
import { removeSnapshot } from '../remove-snapshot.ts';
import type { Snapshot } from '../snapshot.ts';
import { originTags, tagKeys, toTagValue } from '../tags.ts';
import { requireDisk } from '../waiting.ts';
import { cloneTag } from './clone-mark.ts';

/** Should everything fail that is to remove it, ECS does. */
const retentionDays = 1;

/** One disk that is to be cloned to another. */
export interface CloneIntent {
  /** Names the new disk. */
  readonly key: string;
  readonly sourceDiskId: string;
}

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

/**
 * The snapshot from which the clone is to be made, once it can be restored; `undefined` when the source holds no data.
 * @throws DiskError `not-found` for the source, `unsupported` where there are no snapshots, `wrong-state` when the data
 *   of a source that was never attached cannot be had, `failed` or `busy` as for any snapshot.
 */
export async function snapshotForClone(
  parts: ProvisionDiskParts,
  intent: CloneIntent,
  call: Call,
): Promise<Snapshot | undefined> {
  const findExisting = async () => {
    const found = await findCloneSnapshots(parts.cloud, intent, call);
    return found.find(({ status }) => status !== 'failed') ?? found[0];
  };
  const snapshot = (await findExisting()) ?? (await take(parts, intent, findExisting, call));
  const { sourceDiskId } = intent;
  return snapshot === undefined
    ? // What was never written to holds what it was made of: nothing, or the data of a snapshot.
      await findInheritedSnapshot(parts.cloud, await requireDisk(parts.cloud, sourceDiskId, call), call)
    : await untilAvailable(parts, snapshot, `disk ${sourceDiskId} is being cloned; ECS is still at it`, call);
}

/** @returns `undefined` when ECS says that nothing was ever written to the source. */
async function take(
  parts: ProvisionDiskParts,
  intent: CloneIntent,
  findExisting: () => Promise<Snapshot | undefined>,
  call: Call,
): Promise<Snapshot | undefined> {
  const { key, sourceDiskId: diskId } = intent;
  await assertCanBeCloned(parts.cloud, diskId, call);
  const snapshot = {
    diskId,
    name: `csi-clone-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`,
    description: `on the way of a clone of disk ${diskId}; goes by itself`,
    retentionDays,
    resourceGroupId: undefined,
    tags: cloneTags(key, parts.clusterId),
  };
  try {
    return await makeSnapshot(parts, snapshot, { ...tokensOf('clone', key, diskId), findExisting }, call);
  } catch (error) {
    if (isDiskError(error, 'never-used')) {
      return undefined;
    }
    throw error;
  }
}

function cloneTags(key: string, clusterId: string | undefined): Tag[] {
  return [
    ...originTags(clusterId),
    { key: tagKeys.forceDelete, value: 'true' },
    cloneTag,
    { key: tagKeys.cloneFor, value: toTagValue(key) },
  ];
}

async function assertCanBeCloned(cloud: DiskCloud, diskId: string, call: Call): Promise<void> {
  const { category } = await requireDisk(cloud, diskId, call);
  if (diskCategories.get(category)?.ephemeral === true) {
    const message = `disk ${diskId} is of category ${category}, which has no snapshots and cannot be cloned`;
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
  call: Call,
): Promise<void> {
  await carefully(async () => {
    for (const { id, status } of await findCloneSnapshots(parts.cloud, intent, call)) {
      if (status !== 'progressing') {
        await removeSnapshot(parts, id, call);
      }
    }
  });
}

/** Before the caller is told that there will be no clone. Does nothing to a snapshot that a disk was made from. */
export async function dropCloneSnapshots(
  parts: ProvisionDiskParts,
  intent: CloneIntent,
  call: Call,
): Promise<void> {
  await carefully(async () => {
    for (const { id } of await findCloneSnapshots(parts.cloud, intent, call)) {
      await parts.cloud.deleteSnapshot(id, { force: false }, call);
      parts.sightings.removed(id);
    }
  });
}

async function carefully(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!isDiskError(error)) {
      throw error;
    }
  }
}
