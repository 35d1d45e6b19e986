import { AttachDiskRequest, DetachDiskRequest } from '@alicloud/ecs20140526';
import type { AttachmentCalls, DiskAttach, DiskOnInstance } from '../disk/attachment-calls.ts';
import type { Call } from '../disk/call.ts';
import type { Disk } from '../disk/disk.ts';
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
  readonly describe: DescribeDisks;
  readonly lookUpInstance: LookUp<Instance>;
  readonly lookUpDiskLimit: LookUp<number>;
}

/** What the DiskCloud does with disks and instances. */
export function createEcsAttachments(parts: EcsAttachmentsParts): AttachmentCalls {
  return {
    attachDisk: (attach, call) => attachDisk(parts, attach, call),
    detachDisk: (detach, call) => detachDisk(parts, detach, call),
    findInstance: parts.lookUpInstance,
    async countDataDisksOn(instanceId, call) {
      const filter = { instanceId, diskType: 'data' };
      const disks = await parts.describe(`count disks on instance ${instanceId}`, filter, call);
      return disks.filter(takesAPlace).length;
    },
    findDiskLimit: parts.lookUpDiskLimit,
  };
}

/** Local disks come with the type and have a limit of their own (LocalStorageAmount): DiskQuantity leaves them out. */
function takesAPlace({ category }: Disk): boolean {
  return !category.startsWith('local_');
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
