import type { Call } from './call.ts';
import { diskCategories } from './categories.ts';
import type { Tag } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError, isFinal } from './disk-error.ts';
import { ecsNameFor, keyInText } from './ecs-name.ts';
import {
  makeSnapshot,
  rememberedTokens,
  removeFailed,
  waitUntilCut,
  type MakeSnapshotParts,
} from './make-snapshot.ts';
import { isCut, type Snapshot } from './snapshot.ts';
import { isOursOrNobodys } from './tags.ts';
import { requireDisk } from './waiting.ts';

export interface TakeSnapshotParts extends MakeSnapshotParts {
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
  const existing = await findByKey(parts, request, 'shared', call);
  if (existing !== undefined) {
    return await unlessFailed(parts, await useExisting(parts, existing, call), call);
  }
  return await unlessFailed(parts, await make(parts, request, call), call);
}

async function make(parts: TakeSnapshotParts, request: SnapshotRequest, call: Call): Promise<Snapshot> {
  try {
    await assertCanHaveSnapshots(parts.cloud, request.diskId, call);
    return await create(parts, request, call);
  } catch (error) {
    noteUnanswered(parts, request, error);
    if (!isFinal(error)) {
      throw error;
    }
    return await unlessMadeBefore(parts, request, error, call);
  }
}

/** What this process remembers of a request whose outcome it never learnt. */
function unanswered({ key }: SnapshotRequest): string {
  return `snapshot ${key}`;
}

function noteUnanswered({ sightings }: TakeSnapshotParts, request: SnapshotRequest, error: unknown): void {
  if (isDiskError(error, 'outcome-unknown')) {
    // Counted from the last one: each may have made something.
    sightings.mayShowUp(unanswered(request));
  }
}

/** Before a refusal becomes final, and the caller forgets the name: what an earlier attempt made may show up only now. */
async function unlessMadeBefore(
  parts: TakeSnapshotParts,
  request: SnapshotRequest,
  error: DiskError,
  call: Call,
): Promise<Snapshot> {
  const existing = await findByKey(parts, request, 'alone', call);
  if (existing !== undefined) {
    return await useExisting(parts, existing, call);
  }
  if (parts.sightings.isAwaited(unanswered(request))) {
    const message = `${keyInText(request.key)} was asked for before, without an answer; waiting for what that made to show up`;
    throw new DiskError('busy', message, { cause: error });
  }
  throw error;
}

async function useExisting(parts: TakeSnapshotParts, existing: Snapshot, call: Call): Promise<Snapshot> {
  const cut = isCut(existing) ? existing : await waitUntilCut(parts, existing.id, call);
  return cut ?? disappeared(existing.id);
}

function disappeared(snapshotId: string): never {
  throw new DiskError('busy', `snapshot ${snapshotId} has just disappeared; call again`);
}

async function findByKey(
  parts: TakeSnapshotParts,
  { key, diskId }: SnapshotRequest,
  search: 'shared' | 'alone',
  call: Call,
): Promise<Snapshot | undefined> {
  const named = await parts.cloud.findSnapshotsByName(ecsNameFor(key), search, call);
  const ours = named.filter((snapshot) => isOursOrNobodys(snapshot.tags, parts.clusterId));
  const other = ours.find((snapshot) => snapshot.sourceDiskId !== diskId);
  if (other !== undefined) {
    const message = `${keyInText(key)} exists as snapshot ${other.id} of disk ${other.sourceDiskId}, not of ${diskId}`;
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
    const existing = await findByKey(parts, request, 'alone', call);
    return existing === undefined ? undefined : await useExisting(parts, existing, call);
  };
  return await makeSnapshot(
    parts,
    { ...asAsked, name: ecsNameFor(key), description: undefined },
    { ...rememberedTokens(parts.sightings, 'snapshot', key, request.diskId), findExisting },
    call,
  );
}

/** A failure is final for the caller, who then forgets the snapshot. */
async function unlessFailed(parts: TakeSnapshotParts, snapshot: Snapshot, call: Call): Promise<Snapshot> {
  return snapshot.status === 'failed' ? await removeFailed(parts, snapshot, call) : snapshot;
}
