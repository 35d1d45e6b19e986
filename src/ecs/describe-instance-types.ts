import { DescribeInstanceTypesRequest } from './sdk.ts';
import type { DescribeInstanceTypesResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import { fields } from './sdk-types.ts';

const action = 'DescribeInstanceTypes';
/** The same text however many types share the request: a text that changes makes the sidecars loop. */
const asked = 'describe instance types';
/** The most types that ECS takes in one request. */
const maxTypesPerRequest = 10;

/** How many disks instances of each type take, the system disk included; a type of which ECS does not say is missing. */
export function createDescribeDiskLimits(
  client: EcsClient,
  read: SendRequest,
): (types: readonly string[], call: Call) => Promise<Map<string, number>> {
  const describe = async (instanceTypes: string[], call: Call): Promise<[string, number][]> => {
    const request = new DescribeInstanceTypesRequest(fields<DescribeInstanceTypesRequest>({ instanceTypes }));
    const body = await read(
      { action, asked, effect: 'read', isComplete, send: () => client.describeInstanceTypes(request) },
      call,
    );
    const shown = body.instanceTypes?.instanceType ?? [];
    return shown.flatMap(({ instanceTypeId, diskQuantity }) =>
      instanceTypeId === undefined || diskQuantity === undefined ? [] : [[instanceTypeId, diskQuantity]],
    );
  };
  return async (types, call) => {
    const requests = [];
    for (let start = 0; start < types.length; start += maxTypesPerRequest) {
      requests.push(describe(types.slice(start, start + maxTypesPerRequest), call));
    }
    return new Map((await Promise.all(requests)).flat());
  };
}

/** An answer without a list is not an empty list. */
function isComplete(body: DescribeInstanceTypesResponseBody): boolean {
  return body.instanceTypes?.instanceType !== undefined;
}
