import type { Call } from './call.ts';
import { clientToken } from './client-token.ts';
import type { Disk } from './disk.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';
import {
  candidatesOfSize,
  describeCandidate,
  toNewDisk,
  type Candidate,
  type DiskRequest,
} from './disk-request.ts';
import { differences } from './existing-disk.ts';
import { isReady } from './snapshot.ts';
import { isOursOrNobodys, tagKeys } from './tags.ts';
import { presentAnd, untilTimeIsUp } from './waiting.ts';

/** ECS may answer a token with a disk that is long gone; each such answer leads to the next token. */
const maxTokens = 5;

export interface ProvisionDiskParts {
  readonly cloud: DiskCloud;
  readonly clusterId: string | undefined;
}

/**
 * Finds the disk of this request or makes it, and returns it once it is usable. The same request, repeated in any
 * process after any interruption, yields the same disk.
 * @throws DiskError `conflict` when the key names another kind of disk, `not-offered` when no candidate can be had,
 *   `out-of-range` for the size, `not-found` for the snapshot, `busy` while ECS is still making the disk.
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
  const sizeGiB = await sizeWithSource(parts.cloud, request, call);
  const refusals: string[] = [];
  for (const candidate of candidatesOfSize(request, sizeGiB)) {
    try {
      return await create(parts, { request, candidate, sizeGiB }, call);
    } catch (error) {
      if (!isDiskError(error, 'not-offered')) {
        throw error;
      }
      refusals.push(`${describeCandidate(candidate)}: ${error.message}`);
    }
  }
  throw new DiskError('not-offered', `no candidate can be had for ${request.key}: ${refusals.join('; ')}`);
}

async function findByKey(parts: ProvisionDiskParts, key: string, call: Call): Promise<Disk | undefined> {
  const found = await parts.cloud.findDisksByTag({ key: tagKeys.diskKey, value: key }, call);
  const ours = found.filter((disk) => isOursOrNobodys(disk.tags, parts.clusterId));
  if (ours.length > 1) {
    const ids = ours.map((disk) => disk.id).join(', ');
    const message = `several disks are tagged ${tagKeys.diskKey}=${key}: ${ids}; remove the tag from those that are not it`;
    throw new DiskError('wrong-state', message);
  }
  return ours[0];
}

async function useExisting(
  parts: ProvisionDiskParts,
  disk: Disk,
  request: DiskRequest,
  call: Call,
): Promise<Disk> {
  const differing = differences(disk, request);
  if (differing.length > 0) {
    const message = `${request.key} exists as disk ${disk.id}, which is not what is asked for: ${differing.join(', ')}`;
    throw new DiskError('conflict', message);
  }
  return (await waitUntilUsable(parts.cloud, disk.id, call)) ?? disappeared(disk.id);
}

function disappeared(diskId: string): never {
  throw new DiskError('busy', `disk ${diskId} has just disappeared; call again`);
}

/** A restored disk is at least as large as its snapshot. */
async function sizeWithSource(cloud: DiskCloud, request: DiskRequest, call: Call): Promise<number> {
  if (request.snapshotId === undefined) {
    return request.sizeGiB;
  }
  const snapshot = await cloud.findSnapshot(request.snapshotId, call);
  if (snapshot === undefined) {
    throw new DiskError(
      'not-found',
      `snapshot ${request.snapshotId} does not exist, or ECS does not show it`,
    );
  }
  if (snapshot.status === 'failed') {
    throw new DiskError('wrong-state', `snapshot ${snapshot.id} failed and cannot be restored`);
  }
  if (!isReady(snapshot)) {
    throw new DiskError('busy', `snapshot ${snapshot.id} cannot be restored yet; ECS is still making it`);
  }
  const sizeGiB = Math.max(request.sizeGiB, snapshot.sourceDiskSizeGiB);
  if (request.maxSizeGiB !== undefined && sizeGiB > request.maxSizeGiB) {
    const message = `snapshot ${snapshot.id} needs ${sizeGiB} GiB, and the limit is ${request.maxSizeGiB} GiB`;
    throw new DiskError('out-of-range', message);
  }
  return sizeGiB;
}

interface Attempt {
  readonly request: DiskRequest;
  readonly candidate: Candidate;
  readonly sizeGiB: number;
}

async function create(parts: ProvisionDiskParts, attempt: Attempt, call: Call): Promise<Disk> {
  const { request, candidate, sizeGiB } = attempt;
  const identity = [request.key, candidate.category, candidate.performanceLevel, candidate.zoneId];
  let token = clientToken('disk', ...identity);
  for (let tokens = 0; tokens < maxTokens; tokens += 1) {
    try {
      const diskId = await parts.cloud.createDisk(toNewDisk(request, candidate, sizeGiB, token), call);
      const disk = await waitUntilUsable(parts.cloud, diskId, call);
      if (disk !== undefined) {
        return disk;
      }
      token = clientToken('disk', ...identity, 'after', diskId);
    } catch (error) {
      if (!isDiskError(error, 'conflict')) {
        throw error;
      }
      // The token was used with other parameters. If that made a disk it is ours to use; if not, a token of all
      // parameters is free.
      const existing = await findByKey(parts, request.key, call);
      if (existing !== undefined) {
        return await useExisting(parts, existing, request, call);
      }
      token = clientToken('disk', token, JSON.stringify(toNewDisk(request, candidate, sizeGiB, '')));
    }
  }
  throw new DiskError('busy', `ECS keeps answering for ${request.key} with disks that are gone; call again`);
}

/** The disk once ECS has made it; `undefined` when the id is proven to be that of a disk long gone. */
async function waitUntilUsable(cloud: DiskCloud, diskId: string, call: Call): Promise<Disk | undefined> {
  const stillDoing = `disk ${diskId} is still being created by ECS`;
  const usable = presentAnd<Disk>((disk) => disk.status !== 'Creating' && disk.status !== 'Unknown');
  const disk = await untilTimeIsUp(cloud.waitForDisk(diskId, usable, call), stillDoing);
  if (disk === undefined && !(await cloud.isDiskProvenAbsent(diskId, call))) {
    throw new DiskError('busy', stillDoing);
  }
  return disk;
}
