import type { Call } from './call.ts';
import { diskCategories } from './categories.ts';
import type { Tag } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError } from './disk-error.ts';
import { ecsNameFor } from './ecs-name.ts';
import { isCut, type Snapshot } from './snapshot.ts';
import { isOursOrNobodys } from './tags.ts';
import { makeSnapshot, waitUntilCut } from './make-snapshot.ts';
import { requireDisk } from './waiting.ts';

export interface TakeSnapshotParts {
  readonly cloud: DiskCloud;
  readonly clusterId: string | undefined;
}

export interface SnapshotRequest {
  /** Names the intent: one key, one snapshot. */
  readonly key: string;
  readonly diskId: string;
  readonly retentionDays: number | undefined;
  readonly resourceGroupId: string | undefined;
  readonly tags: readonly Tag[];
}

/**
 * Finds the snapshot of this request or makes it, and returns it once it is cut: from then on it does not change,
 * though it may not be restorable yet. Repeating the request never makes a second one.
 * @throws DiskError `conflict` when the key names a snapshot of another disk, `not-found` for the disk, `failed` when
 *   ECS gave up (the remains are removed first), `busy` while ECS is still at it.
 */
export async function takeSnapshot(
  parts: TakeSnapshotParts,
  request: SnapshotRequest,
  call: Call,
): Promise<Snapshot> {
  const existing = await findByKey(parts, request, call);
  if (existing !== undefined) {
    return await unlessFailed(parts.cloud, await useExisting(parts.cloud, existing, call), call);
  }
  await assertCanHaveSnapshots(parts.cloud, request.diskId, call);
  return await unlessFailed(parts.cloud, await create(parts, request, call), call);
}

async function useExisting(cloud: DiskCloud, existing: Snapshot, call: Call): Promise<Snapshot> {
  const cut = isCut(existing) ? existing : await waitUntilCut(cloud, existing.id, call);
  return cut ?? disappeared(existing.id);
}

function disappeared(snapshotId: string): never {
  throw new DiskError('busy', `snapshot ${snapshotId} has just disappeared; call again`);
}

async function findByKey(
  parts: TakeSnapshotParts,
  { key, diskId }: SnapshotRequest,
  call: Call,
): Promise<Snapshot | undefined> {
  const named = await parts.cloud.findSnapshotsByName(ecsNameFor(key), call);
  const ours = named.filter((snapshot) => isOursOrNobodys(snapshot.tags, parts.clusterId));
  const other = ours.find((snapshot) => snapshot.sourceDiskId !== diskId);
  if (other !== undefined) {
    const message = `${key} exists as snapshot ${other.id} of disk ${other.sourceDiskId}, not of ${diskId}`;
    throw new DiskError('conflict', message);
  }
  return ours.sort((a, b) => a.id.localeCompare(b.id))[0];
}

async function assertCanHaveSnapshots(cloud: DiskCloud, diskId: string, call: Call): Promise<void> {
  const disk = await requireDisk(cloud, diskId, call);
  if (diskCategories.get(disk.category)?.ephemeral === true) {
    throw new DiskError(
      'unsupported',
      `disk ${diskId} is of category ${disk.category}, which has no snapshots`,
    );
  }
}

async function create(parts: TakeSnapshotParts, request: SnapshotRequest, call: Call): Promise<Snapshot> {
  const { key, ...asAsked } = request;
  const findExisting = async () => {
    const existing = await findByKey(parts, request, call);
    return existing === undefined ? undefined : await useExisting(parts.cloud, existing, call);
  };
  return await makeSnapshot(
    parts.cloud,
    { ...asAsked, name: ecsNameFor(key), description: undefined },
    { intent: ['snapshot', key, request.diskId], findExisting },
    call,
  );
}

async function unlessFailed(cloud: DiskCloud, snapshot: Snapshot, call: Call): Promise<Snapshot> {
  if (snapshot.status !== 'failed') {
    return snapshot;
  }
  // The error is final for the caller, who then forgets the snapshot: nothing may be left behind.
  await cloud.deleteSnapshot(snapshot.id, { force: false }, call);
  throw new DiskError('failed', `ECS failed to make the snapshot of disk ${snapshot.sourceDiskId}`);
}
