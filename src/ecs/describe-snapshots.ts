import { DescribeSnapshotsRequest } from './sdk.ts';
import type { DescribeSnapshotsResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { DiskError } from '../disk/disk-error.ts';
import type { Tag } from '../disk/disk.ts';
import type { Snapshot } from '../disk/snapshot.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import type { Owned } from './name-look-up.ts';
import type { Page } from './pages.ts';
import { readOwned } from './name-look-up.ts';
import { readPages } from './pages.ts';
import { byId, readEntries } from './read-entries.ts';
import type { SdkFields } from './sdk-types.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import { toSnapshot } from './to-snapshot.ts';

type Filter = SdkFields<DescribeSnapshotsRequest>;

/** One page of the snapshots that match a filter. */
export type DescribeSnapshotsPage = (
  asked: string,
  filter: Filter,
  call: Call,
  unreadable?: Map<string, DiskError>,
) => Promise<Page<Snapshot>>;

const action = 'DescribeSnapshots';
/** The most that DescribeSnapshots gives at a time. */
const pageSize = 100;

export function createDescribeSnapshotsPage(client: EcsClient, send: SendRequest): DescribeSnapshotsPage {
  return async (asked, filter, call, unreadable) => {
    const request = new DescribeSnapshotsRequest(
      fields<DescribeSnapshotsRequest>({ maxResults: pageSize, ...filter }),
    );
    const body = await send(
      { action, asked, effect: 'read', isComplete, send: () => client.describeSnapshots(request) },
      call,
    );
    const items = readEntries(body.snapshots?.snapshot ?? [], toSnapshot, unreadable);
    return { items, nextToken: textOrUndefined(body.nextToken) };
  };
}

/** An answer without a list is not an empty list. */
function isComplete(body: DescribeSnapshotsResponseBody): boolean {
  return body.snapshots?.snapshot !== undefined;
}

/** All the snapshots that match a filter. */
export function describeSnapshots(
  describePage: DescribeSnapshotsPage,
  asked: string,
  filter: Filter,
  call: Call,
): Promise<Snapshot[]> {
  return readPages((nextToken) => describePage(asked, { ...filter, nextToken }, call));
}

/** Up to a hundred snapshots by their ids. */
export async function describeSnapshotsById(
  describePage: DescribeSnapshotsPage,
  ids: readonly string[],
  call: Call,
): Promise<Map<string, Snapshot | DiskError>> {
  // The same text however many ids share the request: a text that changes makes the sidecars loop.
  const asked = 'describe snapshots';
  const unreadable = new Map<string, DiskError>();
  const snapshots = await readPages((nextToken) =>
    describePage(asked, { snapshotIds: JSON.stringify(ids), nextToken }, call, unreadable),
  );
  return byId(snapshots, unreadable);
}

/** The snapshots that carry the tag, read with at most so many requests. */
export async function listSnapshotsByTag(
  describePage: DescribeSnapshotsPage,
  tag: Tag,
  maxRequests: number,
  call: Call,
): Promise<Owned<Snapshot>> {
  return await readOwned(
    (nextToken) => describePage('find snapshots by name', { tag: [tag], nextToken }, call),
    maxRequests,
  );
}
