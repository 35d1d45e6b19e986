import { DescribeSnapshotGroupsRequest } from './sdk.ts';
import type { DescribeSnapshotGroupsResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { DiskError } from '../disk/disk-error.ts';
import type { SnapshotGroup } from '../disk/groups/snapshot-group.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import type { Page } from './pages.ts';
import { readPages } from './pages.ts';
import { byId, readEntries } from './read-entries.ts';
import type { SdkFields } from './sdk-types.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import { toSnapshotGroup } from './to-snapshot-group.ts';

type Filter = SdkFields<DescribeSnapshotGroupsRequest>;

/** One page of the groups that match a filter. */
export type DescribeGroupsPage = (
  asked: string,
  filter: Filter,
  call: Call,
  unreadable?: Map<string, DiskError>,
) => Promise<Page<SnapshotGroup>>;

const action = 'DescribeSnapshotGroups';
/** The most that DescribeSnapshotGroups gives at a time. */
const pageSize = 100;

export function createDescribeGroupsPage(client: EcsClient, send: SendRequest): DescribeGroupsPage {
  return async (asked, filter, call, unreadable) => {
    const request = new DescribeSnapshotGroupsRequest(
      fields<DescribeSnapshotGroupsRequest>({ maxResults: pageSize, ...filter }),
    );
    const body = await send(
      { action, asked, effect: 'read', isComplete, send: () => client.describeSnapshotGroups(request) },
      call,
    );
    const items = readEntries(body.snapshotGroups?.snapshotGroup ?? [], toSnapshotGroup, unreadable);
    return { items, nextToken: textOrUndefined(body.nextToken) };
  };
}

/** An answer without a list is not an empty list. */
function isComplete(body: DescribeSnapshotGroupsResponseBody): boolean {
  return body.snapshotGroups?.snapshotGroup !== undefined;
}

/** All the groups that match a filter. */
export function describeGroups(
  describePage: DescribeGroupsPage,
  asked: string,
  filter: Filter,
  call: Call,
): Promise<SnapshotGroup[]> {
  return readPages((nextToken) => describePage(asked, { ...filter, nextToken }, call));
}

/** Up to ten groups by their ids. */
export async function describeGroupsById(
  describePage: DescribeGroupsPage,
  ids: readonly string[],
  call: Call,
): Promise<Map<string, SnapshotGroup | DiskError>> {
  // The same text however many ids share the request: a text that changes makes the sidecars loop.
  const asked = 'describe snapshot groups';
  const unreadable = new Map<string, DiskError>();
  const groups = await readPages((nextToken) =>
    describePage(asked, { snapshotGroupId: ids, nextToken }, call, unreadable),
  );
  return byId(groups, unreadable);
}
