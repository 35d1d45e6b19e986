import { DescribeInstancesRequest } from './sdk.ts';
import type {
  DescribeInstancesResponseBody,
  DescribeInstancesResponseBodyInstancesInstance,
} from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { Instance } from '../disk/instance.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import { unreadableAnswer } from './ecs-request.ts';
import type { SdkFields } from './sdk-types.ts';
import { fields, tagMap, textOrUndefined } from './sdk-types.ts';

const action = 'DescribeInstances';
/** The same text however many ids share the request: a text that changes makes the sidecars loop. */
const asked = 'describe instances';

/** Up to a hundred instances by their ids. */
export function createDescribeInstances(
  client: EcsClient,
  read: SendRequest,
): (ids: readonly string[], call: Call) => Promise<Map<string, Instance>> {
  return async (ids, call) => {
    const request = new DescribeInstancesRequest(
      fields<DescribeInstancesRequest>({ instanceIds: JSON.stringify(ids), maxResults: 100 }),
    );
    const body = await read(
      { action, asked, effect: 'read', isComplete, send: () => client.describeInstances(request) },
      call,
    );
    const instances = (body.instances?.instance ?? []).map(toInstance);
    return new Map(instances.map((instance) => [instance.id, instance]));
  };
}

/** An answer without a list is not an empty list. */
function isComplete(body: DescribeInstancesResponseBody): boolean {
  return body.instances?.instance !== undefined;
}

function toInstance(instance: SdkFields<DescribeInstancesResponseBodyInstancesInstance>): Instance {
  const id = textOrUndefined(instance.instanceId);
  if (id === undefined) {
    throw unreadableAnswer(action, asked);
  }
  return {
    id,
    zoneId: textOrUndefined(instance.zoneId),
    type: textOrUndefined(instance.instanceType),
    tags: tagMap(instance.tags?.tag),
  };
}
