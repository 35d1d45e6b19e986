import type { Call } from '../call.ts';
import { clientToken } from '../client-token.ts';
import type { Tag } from '../disk.ts';
import { DiskError, isDiskError, isFinal } from '../disk-error.ts';
import { ecsNameFor, keyInText } from '../ecs-name.ts';
import { assertMissingForLong, rememberedTokens } from '../make-snapshot.ts';
import { presentAnd } from '../sightings.ts';
import { isOursOrNobodys, tagKeys } from '../tags.ts';
import { untilTimeIsUp } from '../waiting.ts';
import { completeGroup, stillAtIt, type TakenGroup } from './complete-group.ts';
import type { GroupParts } from './group-parts.ts';
import { reportRefusal, withClaims } from './group-refusal.ts';
import { assertGroupable } from './groupable-disks.ts';
import { isSettled, markOfDisks, type NewSnapshotGroup, type SnapshotGroup } from './snapshot-group.ts';

/** ECS may answer a token with a group that is long gone; each such answer leads to the next token. */
const maxTokens = 50;

export interface GroupRequest {
  /** Names the intent: one key, one group. */
  readonly key: string;
  /** Distinct; the members are answered in this order. */
  readonly diskIds: readonly string[];
  readonly resourceGroupId: string | undefined;
  readonly tags: readonly Tag[];
}

/**
 * Finds the group of this request or makes it, and returns it once it is complete: every disk has its member, and each
 * can be restored. Repeating the request never makes a second one.
 * @throws DiskError `conflict` when the key names a group of other disks, `busy` while ECS is still at it, `failed` when
 *   it gave up (the remains are removed first), and as `assertGroupable`. Whatever is final is told of on the claims.
 */
export async function takeGroup(parts: GroupParts, request: GroupRequest, call: Call): Promise<TakenGroup> {
  try {
    const existing = await findByKey(parts, request, 'shared', call);
    const group =
      existing === undefined
        ? await make(parts, request, call)
        : await settled(parts, existing, request.diskIds, call);
    return await completeGroup(parts, request, group, call);
  } catch (error) {
    if (isFinal(error)) {
      await reportRefusal(parts.cluster, request, error, call);
    }
    throw error;
  }
}

async function findByKey(
  parts: GroupParts,
  request: GroupRequest,
  search: 'shared' | 'alone',
  call: Call,
): Promise<SnapshotGroup | undefined> {
  const named = await parts.cloud.findSnapshotGroupsByName(ecsNameFor(request.key), search, call);
  return theOne(parts, request, named);
}

/** The group of this request among those of its name. */
function theOne(
  parts: GroupParts,
  { key, diskIds }: GroupRequest,
  named: readonly SnapshotGroup[],
): SnapshotGroup | undefined {
  const ours = named.filter(({ tags }) => isOursOrNobodys(tags, parts.clusterId));
  const [group, another] = ours;
  if (another !== undefined) {
    const ids = ours.map(({ id }) => id).sort();
    // Not final: a caller that forgets the name would forget all of them.
    throw new DiskError(
      'busy',
      `several snapshot groups are named ${keyInText(key)}: ${ids.join(', ')}; delete all but one`,
    );
  }
  if (group !== undefined && !isOf(group, diskIds)) {
    const present = group.members.map(({ sourceDiskId }) => sourceDiskId).sort();
    const message = `${keyInText(key)} exists as snapshot group ${group.id} of other disks (${present.join(', ')}) than those asked for`;
    throw new DiskError('conflict', message);
  }
  return group;
}

/**
 * Whether the group was made for these disks. Ours say so in a tag, whatever has become of their members; of others the
 * members are compared, and while ECS is still at it some may be missing.
 */
function isOf(group: SnapshotGroup, diskIds: readonly string[]): boolean {
  const mark = group.tags.get(tagKeys.groupDisks);
  if (mark !== undefined) {
    return mark === markOfDisks(diskIds);
  }
  const present = new Set(group.members.map(({ sourceDiskId }) => sourceDiskId));
  const hasStranger = [...present].some((diskId) => !diskIds.includes(diskId));
  return !hasStranger && (present.size === diskIds.length || group.status === 'progressing');
}

async function settled(
  parts: GroupParts,
  group: SnapshotGroup,
  diskIds: readonly string[],
  call: Call,
): Promise<SnapshotGroup> {
  const now = isSettled(group, diskIds) ? group : await waitUntilSettled(parts, group.id, diskIds, call);
  if (now === undefined) {
    throw new DiskError('busy', `snapshot group ${group.id} has just disappeared; call again`);
  }
  return now;
}

async function make(parts: GroupParts, request: GroupRequest, call: Call): Promise<SnapshotGroup> {
  try {
    await assertGroupable(parts, request.diskIds, call);
    // A shared search may see our own groups only, and the existing driver marks none of its.
    const existing = await findByKey(parts, request, 'alone', call);
    return existing === undefined
      ? await create(parts, request, call)
      : await settled(parts, existing, request.diskIds, call);
  } catch (error) {
    if (!isFinal(error)) {
      throw error;
    }
    return await unlessMadeBefore(parts, request, error, call);
  }
}

/** Before a refusal becomes final: what an earlier attempt made may show up only now. */
async function unlessMadeBefore(
  parts: GroupParts,
  request: GroupRequest,
  error: DiskError,
  call: Call,
): Promise<SnapshotGroup> {
  const existing = await findByKey(parts, request, 'alone', call);
  if (existing !== undefined) {
    return await settled(parts, existing, request.diskIds, call);
  }
  if (parts.sightings.isAwaited(unanswered(request))) {
    const message = `${keyInText(request.key)} was asked for before, without an answer; waiting for what that made to show up`;
    throw new DiskError('busy', message, { cause: error });
  }
  throw await withClaims(parts.cluster, request.diskIds, error, call);
}

/** What this process remembers of a request whose outcome it never learnt. */
function unanswered({ key }: GroupRequest): string {
  return `snapshot group ${key}`;
}

async function create(parts: GroupParts, request: GroupRequest, call: Call): Promise<SnapshotGroup> {
  const group = newGroup(request);
  const { diskIds } = group;
  const intent = ['snapshot-group', request.key, ...diskIds];
  const { firstToken, tokenAfter } = rememberedTokens(parts.sightings, ...intent);
  let token = firstToken;
  for (let tokens = 0; tokens < maxTokens; tokens += 1) {
    try {
      const groupId = await parts.cloud.createSnapshotGroup({ ...group, clientToken: token }, call);
      const made = await waitUntilSettled(parts, groupId, diskIds, call);
      if (made !== undefined) {
        return made;
      }
      // ECS answered an old token with a group that is gone: the next token is free.
      token = tokenAfter(groupId);
    } catch (error) {
      if (!isDiskError(error, 'conflict')) {
        noteUnanswered(parts, request, error);
        throw error;
      }
      // The token was used with other parameters, such as those of a class that was changed since. What that made is
      // ours to use. Only when it stays out of sight is a token of all parameters free.
      const named = await parts.cloud.findSnapshotGroupsByName(group.name, 'alone', call);
      const existing = theOne(parts, request, named);
      if (existing !== undefined) {
        parts.sightings.seen(`token ${token}`);
        return await settled(parts, existing, diskIds, call);
      }
      assertOfNoOtherCluster(request, named);
      assertMissingForLong(parts.sightings, `token ${token}`, request.key);
      token = clientToken('snapshot-group', token, JSON.stringify(group));
    }
  }
  // Final, since nothing of it is left: were it not, Kubernetes could never let the VolumeGroupSnapshot go.
  const message = `ECS keeps answering for ${keyInText(request.key)} with groups that are gone, ${maxTokens} by now; delete the VolumeGroupSnapshot and take another one`;
  throw new DiskError('failed', message);
}

/** Keys and disks are of one cluster alone: a group of both that is marked otherwise was made before its id was changed. */
function assertOfNoOtherCluster({ key, diskIds }: GroupRequest, named: readonly SnapshotGroup[]): void {
  const twin = named.find(({ tags }) => tags.get(tagKeys.groupDisks) === markOfDisks(diskIds));
  if (twin !== undefined) {
    const owner = twin.tags.get(tagKeys.cluster) ?? '';
    const message = `${keyInText(key)} was asked for before, and made snapshot group ${twin.id} of cluster ${owner}; if this cluster had that id, set the tag ${tagKeys.cluster} of the group to the new one, else delete the group`;
    throw new DiskError('busy', message);
  }
}

function noteUnanswered({ sightings }: GroupParts, request: GroupRequest, error: unknown): void {
  if (isDiskError(error, 'outcome-unknown')) {
    // Counted from the last one: each may have made something.
    sightings.mayShowUp(unanswered(request));
  }
}

function newGroup({
  key,
  diskIds,
  resourceGroupId,
  tags,
}: GroupRequest): Omit<NewSnapshotGroup, 'clientToken'> {
  const all = [...tags, { key: tagKeys.groupDisks, value: markOfDisks(diskIds) }];
  return {
    diskIds: diskIds.toSorted(),
    name: ecsNameFor(key),
    resourceGroupId,
    tags: all.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

/** The group once nothing more will become of it by itself; `undefined` when it is proven to be long gone. */
async function waitUntilSettled(
  { cloud, sightings }: GroupParts,
  groupId: string,
  diskIds: readonly string[],
  call: Call,
): Promise<SnapshotGroup | undefined> {
  const text = stillAtIt(groupId);
  const until = presentAnd(sightings, groupId, (now: SnapshotGroup) => isSettled(now, diskIds));
  const group = await untilTimeIsUp(cloud.waitForSnapshotGroup(groupId, until, call), text);
  if (group === undefined && !(await cloud.isSnapshotGroupProvenAbsent(groupId, call))) {
    throw new DiskError('busy', text);
  }
  return group;
}
