import { DescribeDisksRequest } from './sdk.ts';
import type { DescribeDisksResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { Disk } from '../disk/disk.ts';
import type { DiskError } from '../disk/disk-error.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import { readPages } from './pages.ts';
import { byId, readEntries } from './read-entries.ts';
import type { SdkFields } from './sdk-types.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import { toDisk } from './to-disk.ts';

type Filter = SdkFields<DescribeDisksRequest>;

/** The disks that match a filter, all pages of them. */
export type DescribeDisks = (
  asked: string,
  filter: Filter,
  call: Call,
  unreadable?: Map<string, DiskError>,
) => Promise<Disk[]>;

const action = 'DescribeDisks';
/** The most that DescribeDisks gives at a time. */
const pageSize = 500;

export function createDescribeDisks(client: EcsClient, send: SendRequest): DescribeDisks {
  return (asked, filter, call, unreadable) =>
    readPages(async (nextToken) => {
      const request = new DescribeDisksRequest(
        fields<DescribeDisksRequest>({ maxResults: pageSize, ...filter, nextToken }),
      );
      const body = await send(
        { action, asked, effect: 'read', isComplete, send: () => client.describeDisks(request) },
        call,
      );
      const items = readEntries(body.disks?.disk ?? [], toDisk, unreadable);
      return { items, nextToken: textOrUndefined(body.nextToken) };
    });
}

/** An answer without a list is not an empty list. */
function isComplete(body: DescribeDisksResponseBody): boolean {
  return body.disks?.disk !== undefined;
}

/** Up to a hundred disks by their ids. */
export async function describeDisksById(
  describe: DescribeDisks,
  ids: readonly string[],
  call: Call,
): Promise<Map<string, Disk | DiskError>> {
  // The same text however many ids share the request: a text that changes makes the sidecars loop.
  const asked = 'describe disks';
  const unreadable = new Map<string, DiskError>();
  const disks = await describe(asked, { diskIds: JSON.stringify(ids), maxResults: 100 }, call, unreadable);
  return byId(disks, unreadable);
}
