import { AttachDiskRequest, DetachDiskRequest } from './sdk.ts';
import type { AttachmentCalls, DiskAttach, DiskOnInstance } from '../disk/attach/attachment-calls.ts';
import type { Call } from '../disk/call.ts';
import type { Disk } from '../disk/disk.ts';
import type { Instance } from '../disk/instance.ts';
import type { EcsClient } from './client.ts';
import type { LookUp } from './describe-batch.ts';
import type { DescribeDisks } from './describe-disks.ts';
import type { SendRequest } from './ecs-request.ts';
import { fields } from './sdk-types.ts';
import { UnansweredRequests } from './unanswered-requests.ts';

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
  const unanswered = new UnansweredRequests();
  return {
    attachDisk: (attach, call) => attachDisk({ ...parts, unanswered }, attach, call),
    detachDisk: (detach, call) => detachDisk({ ...parts, unanswered }, detach, call),
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

interface MoveParts extends EcsAttachmentsParts {
  /** By disk. An attach that is still on its way must not come after a detach that found nothing, nor the reverse. */
  readonly unanswered: UnansweredRequests;
}

async function attachDisk(
  { client, change, unanswered }: MoveParts,
  { diskId, instanceId, deleteWithInstance, force }: DiskAttach,
  call: Call,
): Promise<void> {
  const request = new AttachDiskRequest(
    fields<AttachDiskRequest>({ diskId, instanceId, deleteWithInstance, force: force ? true : undefined }),
  );
  const asked = `attach disk ${diskId} to instance ${instanceId}`;
  const send = () => unanswered.track(diskId, client.attachDisk(request));
  await unanswered.answered(diskId, call.signal);
  await change({ action: 'AttachDisk', asked, resourceId: diskId, effect: 'change', send }, call);
}

async function detachDisk(
  { client, change, unanswered }: MoveParts,
  { diskId, instanceId, deleteWithInstance }: DiskOnInstance,
  call: Call,
): Promise<void> {
  const request = new DetachDiskRequest(
    fields<DetachDiskRequest>({ diskId, instanceId, deleteWithInstance }),
  );
  const asked = `detach disk ${diskId} from instance ${instanceId}`;
  const send = () => unanswered.track(diskId, client.detachDisk(request));
  await unanswered.answered(diskId, call.signal);
  await change({ action: 'DetachDisk', asked, resourceId: diskId, effect: 'change', send }, call);
}
