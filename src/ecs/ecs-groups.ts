import { CreateSnapshotGroupRequest } from './sdk.ts';
import type { CreateSnapshotGroupResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { Tag } from '../disk/disk.ts';
import type { GroupCalls } from '../disk/groups/group-calls.ts';
import { isSnapshotGroupId } from '../disk/groups/snapshot-group.ts';
import type { NewSnapshotGroup, SnapshotGroup } from '../disk/groups/snapshot-group.ts';
import type { BatchWindowOptions } from './batch-window.ts';
import type { EcsClient } from './client.ts';
import { deleteSnapshotGroup } from './delete-snapshot-group.ts';
import { createDescribeBatch } from './describe-batch.ts';
import { createDescribeGroupsPage, describeGroups, describeGroupsById } from './describe-snapshot-groups.ts';
import { notAnId } from './ecs-disks.ts';
import type { EcsObserver } from './ecs-observer.ts';
import type { SendRequest } from './ecs-request.ts';
import { maxFoundByTag, NameLookUp, readOwned } from './name-look-up.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import type { SharedCallLimits } from './shared-call.ts';
import { StatusPoller } from './status-poller.ts';
import type { TaggedResources } from './tagged-resources.ts';

export interface EcsGroupsParts {
  readonly client: EcsClient;
  readonly ownerTag: Tag;
  readonly observer: EcsObserver;
  readonly limits: SharedCallLimits;
  readonly pollIntervalMs: number;
  readonly batchWindow: BatchWindowOptions | undefined;
  /** Sends once: what changes something, and what is repeated anyway. */
  readonly change: SendRequest;
  /** Repeats a read whose answer got lost. */
  readonly read: SendRequest;
  readonly tagged: TaggedResources;
}

const action = 'DescribeSnapshotGroups';
/** DescribeSnapshotGroups takes no more ids than this. */
const maxIds = 10;

/** The part of the DiskCloud that is about snapshot-consistent groups. */
export function createEcsGroups(parts: EcsGroupsParts): GroupCalls {
  const { client, change, tagged } = parts;
  const { lookUp, poller, names, describePage } = looksAtGroups(parts);
  return {
    createSnapshotGroup: (group, call) => createGroup(client, change, group, call),
    deleteSnapshotGroup: (groupId, call) =>
      isSnapshotGroupId(groupId) ? deleteSnapshotGroup(client, change, groupId, call) : Promise.resolve([]),
    tagSnapshotGroup: (groupId, tag, call) => tagged.tag('snapshotgroup', groupId, [tag], call),
    findSnapshotGroup: lookUp,
    async findSnapshotGroups(groupIds, call) {
      const groups = await Promise.all(groupIds.map((groupId) => lookUp(groupId, call)));
      return groups.filter((group) => group !== undefined);
    },
    findSnapshotGroupsByName: (name, search, call) =>
      search === 'shared' ? names.find(name, call) : names.findAlone(name, call),
    async findSnapshotGroupsByTag(tag, call) {
      const asked = `find snapshot groups tagged ${tag.key}`;
      const found = await describeGroups(describePage, asked, { tag: [tag] }, call);
      if (found.length < maxFoundByTag) {
        return found;
      }
      const ids = await tagged.listIds('snapshotgroup', tag, call);
      return (await Promise.all(ids.map((id) => lookUp(id, call)))).filter((group) => group !== undefined);
    },
    waitForSnapshotGroup: (groupId, until, call) =>
      isSnapshotGroupId(groupId)
        ? poller.waitFor(groupId, until, call)
        : Promise.reject(notAnId('snapshot group', groupId)),
    // What is not even an id of ECS does not exist there.
    isSnapshotGroupProvenAbsent: async (groupId, call) =>
      !isSnapshotGroupId(groupId) || (await tagged.isProvenAbsent('snapshotgroup', groupId, call)),
  };
}

function looksAtGroups(parts: EcsGroupsParts) {
  const { client, change, read, observer, limits, batchWindow: window, ownerTag } = parts;
  const describePage = createDescribeGroupsPage(client, read);
  const describePageOnce = createDescribeGroupsPage(client, change);
  const describe = (ids: readonly string[], call: Call) => describeGroupsById(describePage, ids, call);
  const describeOnce = (ids: readonly string[], call: Call) =>
    describeGroupsById(describePageOnce, ids, call);
  const asked = 'find snapshot groups by name';
  return {
    describePage,
    lookUp: createDescribeBatch<SnapshotGroup>({
      ...{ action, describe, observer, limits, window, maxIds },
      isId: isSnapshotGroupId,
    }),
    poller: new StatusPoller<SnapshotGroup>({
      ...{ action, observer, limits, maxIds },
      describe: describeOnce,
      intervalMs: parts.pollIntervalMs,
    }),
    names: new NameLookUp<SnapshotGroup>({
      findByName: (name, call) => describeGroups(describePage, asked, { name }, call),
      listOwned: (maxRequests, call) =>
        readOwned((nextToken) => describePage(asked, { tag: [ownerTag], nextToken }, call), maxRequests),
      limits,
    }),
  };
}

async function createGroup(
  client: EcsClient,
  change: SendRequest,
  group: NewSnapshotGroup,
  call: Call,
): Promise<string> {
  const { diskIds, name, resourceGroupId, tags, clientToken } = group;
  const request = new CreateSnapshotGroupRequest(
    fields<CreateSnapshotGroupRequest>({ diskId: diskIds, name, resourceGroupId, tag: tags, clientToken }),
  );
  const body = await change(
    {
      action: 'CreateSnapshotGroup',
      asked: `create snapshot group ${name} of ${diskIds.length} disks`,
      resourceId: name,
      effect: 'change',
      isComplete: ({ snapshotGroupId }: CreateSnapshotGroupResponseBody) =>
        textOrUndefined(snapshotGroupId) !== undefined,
      send: () => client.createSnapshotGroup(request),
    },
    call,
  );
  return body.snapshotGroupId ?? '';
}
