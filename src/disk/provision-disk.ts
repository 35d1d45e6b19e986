import type { Call } from './call.ts';
import { diskCategories, isRegional } from './categories.ts';
import { clientToken } from './client-token.ts';
import type { Disk } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';
import {
  attachableOf,
  candidatesFor,
  candidatesOfSize,
  describeCandidate,
  toNewDisk,
  type Candidate,
  type DiskRequest,
} from './disk-request.ts';
import { differences, isAttachable, isInWantedZone } from './existing-disk.ts';
import { isReady, type Snapshot } from './snapshot.ts';
import { isOursOrNobodys, tagKeys } from './tags.ts';
import { hidden, untilTimeIsUp } from './waiting.ts';
import { assertMissingForLong, rememberedTokens } from './make-snapshot.ts';
import { presentAnd, type Sightings } from './sightings.ts';

/** ECS may answer a token with a disk that is long gone; each such answer leads to the next token. */
const maxTokens = 50;

export interface ProvisionDiskParts {
  readonly cloud: DiskCloud;
  readonly sightings: Sightings;
  readonly clusterId: string | undefined;
}

/**
 * Finds the disk of this request or makes it, and returns it once it is usable. The same request, repeated in any
 * process after any interruption, yields the same disk.
 * @throws DiskError `conflict` when the key names another kind of disk, `not-offered` when no candidate can be had,
 *   `quota` when a quota is in the way of each and no other node would change that, `out-of-range` for the size, `not-found` for the snapshot, `busy` while ECS is still making the disk.
 */
export async function provisionDisk(
  parts: ProvisionDiskParts,
  request: DiskRequest,
  call: Call,
): Promise<Disk> {
  candidatesOfSize(request, request.sizeGiB);
  const existing = await findByKey(parts, request.key, call);
  if (existing !== undefined) {
    return await useExisting(parts, existing, request, call);
  }
  const { sizeGiB, candidates } = await withSource(parts.cloud, request, call);
  const refusals: DiskError[] = [];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      return await assertOnlyOne(
        parts,
        request,
        await create(parts, { request, candidate, sizeGiB }, call),
        call,
      );
    } catch (error) {
      if (!isDiskError(error, 'not-offered', 'no-capacity')) {
        return await unlessMadeBefore(parts, request, error, call);
      }
      refusals.push(error);
      reasons.push(`${describeCandidate(candidate)}: ${error.message}`);
    }
  }
  const isForQuota = refusals.length > 0 && refusals.every(({ kind }) => kind === 'no-capacity');
  const refused = new DiskError(
    isForQuota && !mayFitElsewhere(request) ? 'quota' : 'not-offered',
    `no candidate can be had for ${request.key}: ${reasons.join('; ')}`,
  );
  return await unlessMadeBefore(parts, request, refused, call);
}

/**
 * Whether another node may lead to other candidates: it may attach other categories, or be in another zone. Zones count even
 * where several are asked for, since nobody says here that these are all; only regional disks are the same for every node.
 */
function mayFitElsewhere({ attachable, categories }: DiskRequest): boolean {
  return attachable !== undefined || !categories.every(isRegional);
}

/** The disk that an earlier attempt has made. @throws DiskError `busy` when there are several. */
export async function findByKey(
  parts: ProvisionDiskParts,
  key: string,
  call: Call,
): Promise<Disk | undefined> {
  const found = await parts.cloud.findDisksByTag({ key: tagKeys.diskKey, value: key }, call);
  const ours = found.filter((disk) => isOursOrNobodys(disk.tags, parts.clusterId));
  if (ours.length > 1) {
    const ids = ours.map((disk) => disk.id).join(', ');
    const message = `several disks are tagged ${tagKeys.diskKey}=${key}: ${ids}; remove the tag from those that are not it`;
    // Not final: a caller that forgets the name would forget all of them.
    throw new DiskError('busy', message);
  }
  return ours[0];
}

/**
 * With several candidates an earlier attempt, in this process or another, may have taken another one: its disk may show
 * up only now.
 */
async function assertOnlyOne(
  parts: ProvisionDiskParts,
  request: DiskRequest,
  disk: Disk,
  call: Call,
): Promise<Disk> {
  if (candidatesFor(request).length === 1) {
    return disk;
  }
  const found = await findByKey(parts, request.key, call);
  if (found !== undefined && found.id !== disk.id) {
    const message = `both ${found.id} and ${disk.id} were made for ${request.key}; delete one of them`;
    throw new DiskError('busy', message);
  }
  return disk;
}

const finalRefusals = [
  'denied',
  'account',
  'quota',
  'invalid',
  'unsupported',
  'out-of-range',
  'bug',
  'not-offered',
] as const;

/** Before a refusal becomes final: what an earlier attempt made may show up only now. */
async function unlessMadeBefore(
  parts: ProvisionDiskParts,
  request: DiskRequest,
  error: unknown,
  call: Call,
): Promise<Disk> {
  if (isDiskError(error, ...finalRefusals)) {
    const existing = await findByKey(parts, request.key, call);
    if (existing !== undefined) {
      return await useExisting(parts, existing, request, call);
    }
  }
  throw error;
}

/**
 * The disk that an earlier attempt has made, once it is usable.
 * @throws DiskError `conflict` when it is not what is asked for, `not-offered` when it is in a zone that is not wanted any
 *   more, or the node cannot attach it: the scheduler may come back to that zone, or to another node.
 */
export async function useExisting(
  parts: ProvisionDiskParts,
  disk: Disk,
  request: DiskRequest,
  call: Call,
): Promise<Disk> {
  // A disk in the making may not show all that it will be.
  const usable = (await waitUntilUsable(parts, disk.id, call)) ?? disappeared(disk.id);
  const differing = differences(usable, request);
  if (differing.length > 0) {
    const message = `${request.key} exists as disk ${disk.id}, which is not what is asked for: ${differing.join(', ')}`;
    throw new DiskError('conflict', message);
  }
  if (!isInWantedZone(usable, request)) {
    const message = `${request.key} exists as disk ${disk.id} in zone ${usable.zoneId ?? 'unknown'}, and is wanted in ${request.zoneIds.join(', ')}`;
    throw new DiskError('not-offered', message);
  }
  if (!isAttachable(usable, request)) {
    const node = request.attachable?.nodeName ?? 'unknown';
    const message = `${request.key} exists as disk ${disk.id} of category ${usable.category}, which node ${node} cannot attach`;
    throw new DiskError('not-offered', message);
  }
  return usable;
}

/** What shows up only after ECS was asked: its zone or node decides nothing about the next candidate, which would be a second disk. */
async function useShownLate(...found: Parameters<typeof useExisting>): Promise<Disk> {
  try {
    return await useExisting(...found);
  } catch (error) {
    throw isDiskError(error, 'not-offered') ? new DiskError('busy', error.message, { cause: error }) : error;
  }
}

function disappeared(diskId: string): never {
  throw new DiskError('busy', `disk ${diskId} has just disappeared; call again`);
}

interface Wanted {
  readonly sizeGiB: number;
  readonly candidates: readonly Candidate[];
}

/** A restored disk is at least as large as its snapshot, and of a category to which that can be restored now. */
async function withSource(cloud: DiskCloud, request: DiskRequest, call: Call): Promise<Wanted> {
  if (request.snapshotId === undefined) {
    const candidates = attachableOf(request, candidatesOfSize(request, request.sizeGiB));
    return { sizeGiB: request.sizeGiB, candidates };
  }
  const snapshot = await restorableSnapshot(cloud, request.snapshotId, call);
  const sizeGiB = Math.max(request.sizeGiB, snapshot.sourceDiskSizeGiB);
  if (request.maxSizeGiB !== undefined && sizeGiB > request.maxSizeGiB) {
    const message = `snapshot ${snapshot.id} needs ${sizeGiB} GiB, and the limit is ${request.maxSizeGiB} GiB`;
    throw new DiskError('out-of-range', message);
  }
  return {
    sizeGiB,
    candidates: takersOf(snapshot, attachableOf(request, candidatesOfSize(request, sizeGiB))),
  };
}

/** Until the upload of a snapshot is finished, ECS restores it to categories with instant access only. */
function takersOf(snapshot: Snapshot, candidates: readonly Candidate[]): readonly Candidate[] {
  if (snapshot.status === 'accomplished') {
    return candidates;
  }
  const takers = candidates.filter(({ category }) => diskCategories.get(category)?.instantAccess !== false);
  if (takers.length === 0) {
    const wanted = [...new Set(candidates.map(({ category }) => category))].join(', ');
    const message = `snapshot ${snapshot.id} is not uploaded yet, and until then only disks of the ESSD family can be made from it; ${wanted} waits`;
    throw new DiskError('busy', message);
  }
  return takers;
}

async function restorableSnapshot(cloud: DiskCloud, snapshotId: string, call: Call): Promise<Snapshot> {
  const snapshot = await cloud.findSnapshot(snapshotId, call);
  if (snapshot === undefined) {
    const isAbsent = await cloud.isSnapshotProvenAbsent(snapshotId, call);
    const message = `snapshot ${snapshotId} does not exist`;
    throw isAbsent ? new DiskError('not-found', message) : hidden('snapshot', snapshotId);
  }
  if (snapshot.status === 'failed') {
    throw new DiskError('wrong-state', `snapshot ${snapshot.id} failed and cannot be restored`);
  }
  if (!isReady(snapshot)) {
    throw new DiskError('busy', `snapshot ${snapshot.id} cannot be restored yet; ECS is still making it`);
  }
  return snapshot;
}

interface Attempt {
  readonly request: DiskRequest;
  readonly candidate: Candidate;
  readonly sizeGiB: number;
}

async function create(parts: ProvisionDiskParts, attempt: Attempt, call: Call): Promise<Disk> {
  const { request, candidate, sizeGiB } = attempt;
  const identity = [request.key, candidate.category, candidate.performanceLevel, candidate.zoneId];
  const { firstToken, tokenAfter } = rememberedTokens(parts.sightings, 'disk', ...identity);
  let token = firstToken;
  for (let tokens = 0; tokens < maxTokens; tokens += 1) {
    try {
      const diskId = await parts.cloud.createDisk(toNewDisk(request, candidate, sizeGiB, token), call);
      const disk = await waitUntilUsable(parts, diskId, call);
      if (disk !== undefined) {
        return disk;
      }
      token = tokenAfter(diskId);
    } catch (error) {
      if (!isDiskError(error, 'conflict')) {
        throw error;
      }
      // The token was used with other parameters. What that made is ours to use. Only when it stays out of sight is a
      // token of all parameters free.
      const existing = await findByKey(parts, request.key, call);
      if (existing !== undefined) {
        return await useShownLate(parts, existing, request, call);
      }
      assertMissingForLong(parts.sightings, `token ${token}`, request.key);
      token = clientToken('disk', token, JSON.stringify(toNewDisk(request, candidate, sizeGiB, '')));
    }
  }
  throw new DiskError('busy', `ECS keeps answering for ${request.key} with disks that are gone; call again`);
}

/** The disk once ECS has made it; `undefined` when the id is proven to be that of a disk long gone. */
async function waitUntilUsable(
  { cloud, sightings }: ProvisionDiskParts,
  diskId: string,
  call: Call,
): Promise<Disk | undefined> {
  const stillDoing = `disk ${diskId} is still being created by ECS`;
  const isUsable = (disk: Disk) => disk.status !== 'Creating' && disk.status !== 'Unknown';
  const usable = presentAnd(sightings, diskId, isUsable);
  const disk = await untilTimeIsUp(cloud.waitForDisk(diskId, usable, call), stillDoing);
  if (disk === undefined && !(await cloud.isDiskProvenAbsent(diskId, call))) {
    throw new DiskError('busy', stillDoing);
  }
  return disk;
}
