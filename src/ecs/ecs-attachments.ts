import { AttachDiskRequest, DescribeInstanceTypesRequest, DetachDiskRequest } from '@alicloud/ecs20140526';
import type { DescribeInstanceTypesResponseBody } from '@alicloud/ecs20140526';
import type { AttachmentCalls, DiskAttach, DiskOnInstance } from '../disk/attachment-calls.ts';
import type { Call } from '../disk/call.ts';
import type { Instance } from '../disk/instance.ts';
import type { EcsClient } from './client.ts';
import type { LookUp } from './describe-batch.ts';
import type { DescribeDisks } from './describe-disks.ts';
import type { SendRequest } from './ecs-request.ts';
import { fields } from './sdk-types.ts';

export interface EcsAttachmentsParts {
  readonly client: EcsClient;
  /** For requests that change something: sent once. */
  readonly change: SendRequest;
  readonly read: SendRequest;
  readonly describe: DescribeDisks;
  readonly lookUpInstance: LookUp<Instance>;
}

/** What the DiskCloud does with disks and instances. */
export function createEcsAttachments(parts: EcsAttachmentsParts): AttachmentCalls {
  return {
    attachDisk: (attach, call) => attachDisk(parts, attach, call),
    detachDisk: (detach, call) => detachDisk(parts, detach, call),
    findInstance: parts.lookUpInstance,
    async countDataDisksOn(instanceId, call) {
      const filter = { instanceId, diskType: 'data' };
      return (await parts.describe(`count disks on instance ${instanceId}`, filter, call)).length;
    },
    findDiskLimit: (instanceType, call) => findDiskLimit(parts, instanceType, call),
  };
}

async function attachDisk(
  { client, change }: EcsAttachmentsParts,
  { diskId, instanceId, deleteWithInstance, force }: DiskAttach,
  call: Call,
): Promise<void> {
  const request = new AttachDiskRequest(
    fields<AttachDiskRequest>({ diskId, instanceId, deleteWithInstance, force: force ? true : undefined }),
  );
  const asked = `attach disk ${diskId} to instance ${instanceId}`;
  const send = () => client.attachDisk(request);
  await change({ action: 'AttachDisk', asked, resourceId: diskId, effect: 'change', send }, call);
}

async function detachDisk(
  { client, change }: EcsAttachmentsParts,
  { diskId, instanceId, deleteWithInstance }: DiskOnInstance,
  call: Call,
): Promise<void> {
  const request = new DetachDiskRequest(
    fields<DetachDiskRequest>({ diskId, instanceId, deleteWithInstance }),
  );
  const asked = `detach disk ${diskId} from instance ${instanceId}`;
  const send = () => client.detachDisk(request);
  await change({ action: 'DetachDisk', asked, resourceId: diskId, effect: 'change', send }, call);
}

async function findDiskLimit(
  { client, read }: EcsAttachmentsParts,
  instanceType: string,
  call: Call,
): Promise<number | undefined> {
  const request = new DescribeInstanceTypesRequest(
    fields<DescribeInstanceTypesRequest>({ instanceTypes: [instanceType] }),
  );
  const body = await read(
    {
      action: 'DescribeInstanceTypes',
      asked: `describe instance type ${instanceType}`,
      effect: 'read',
      isComplete: (answer: DescribeInstanceTypesResponseBody) =>
        answer.instanceTypes?.instanceType !== undefined,
      send: () => client.describeInstanceTypes(request),
    },
    call,
  );
  const types = body.instanceTypes?.instanceType ?? [];
  return types.find(({ instanceTypeId }) => instanceTypeId === instanceType)?.diskQuantity;
}
