import { CreateDiskRequest, DeleteDiskRequest, ResizeDiskRequest } from './sdk.ts';
import type { CreateDiskResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { DiskCalls } from '../disk/disk-cloud.ts';
import type { Disk, DiskResize, NewDisk } from '../disk/disk.ts';
import { isDiskId } from '../disk/disk.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import { isSnapshotId } from '../disk/snapshot.ts';
import type { EcsClient } from './client.ts';
import type { DescribeDisks } from './describe-disks.ts';
import type { LookUp } from './describe-batch.ts';
import type { SendRequest } from './ecs-request.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import type { StatusPoller } from './status-poller.ts';
import type { TaggedResources } from './tagged-resources.ts';

export interface EcsDisksParts {
  readonly client: EcsClient;
  /** For requests that change something: sent once. */
  readonly change: SendRequest;
  readonly describe: DescribeDisks;
  readonly lookUp: LookUp<Disk>;
  readonly poller: StatusPoller<Disk>;
  readonly tagged: TaggedResources;
}

/** The disk half of the DiskCloud. */
export function createEcsDisks(parts: EcsDisksParts): DiskCalls {
  const { client, change, describe, lookUp, poller, tagged } = parts;
  return {
    createDisk: (disk, call) => createDisk(client, change, disk, call),
    deleteDisk: (diskId, call) => deleteDisk(client, change, diskId, call),
    resizeDisk: (resize, call) => resizeDisk(client, change, resize, call),
    findDisk: lookUp,
    async findDisks(diskIds, call) {
      const disks = await Promise.all(diskIds.map((diskId) => lookUp(diskId, call)));
      return disks.filter((disk) => disk !== undefined);
    },
    findDisksByTag: (tag, call) =>
      describe(`find disks tagged ${tag.key}=${tag.value}`, { tag: [tag] }, call),
    async findDisksMadeFrom(snapshotId, call) {
      const asked = `find disks made from snapshot ${snapshotId}`;
      return isSnapshotId(snapshotId) ? await describe(asked, { snapshotId }, call) : [];
    },
    waitForDisk: (diskId, until, call) =>
      isDiskId(diskId) ? poller.waitFor(diskId, until, call) : Promise.reject(notAnId('disk', diskId)),
    // What is not even an id of ECS does not exist there.
    isDiskProvenAbsent: async (diskId, call) =>
      !isDiskId(diskId) || (await tagged.isProvenAbsent('disk', diskId, call)),
    listDiskIds: (tag, call) => tagged.listIds('disk', tag, call),
  };
}

async function createDisk(
  client: EcsClient,
  change: SendRequest,
  disk: NewDisk,
  call: Call,
): Promise<string> {
  const request = new CreateDiskRequest(
    fields<CreateDiskRequest>({
      diskName: disk.name,
      description: disk.description,
      diskCategory: disk.category,
      performanceLevel: disk.performanceLevel,
      zoneId: disk.zoneId,
      size: disk.sizeGiB,
      snapshotId: disk.snapshotId,
      encrypted: disk.encrypted ? true : undefined,
      KMSKeyId: disk.kmsKeyId,
      multiAttach: disk.multiAttach ? 'Enabled' : undefined,
      provisionedIops: disk.provisionedIops,
      burstingEnabled: disk.burstingEnabled,
      resourceGroupId: disk.resourceGroupId,
      storageClusterId: disk.storageClusterId,
      tag: disk.tags,
      clientToken: disk.clientToken,
    }),
  );
  const body = await change(
    {
      action: 'CreateDisk',
      asked: `create disk ${disk.name ?? ''}`.trim(),
      effect: 'change',
      isComplete: ({ diskId }: CreateDiskResponseBody) => textOrUndefined(diskId) !== undefined,
      send: () => client.createDisk(request),
    },
    call,
  );
  return body.diskId ?? '';
}

async function deleteDisk(client: EcsClient, change: SendRequest, diskId: string, call: Call): Promise<void> {
  if (!isDiskId(diskId)) {
    return;
  }
  const request = new DeleteDiskRequest(fields<DeleteDiskRequest>({ diskId }));
  const send = () => client.deleteDisk(request);
  const asked = `delete disk ${diskId}`;
  try {
    await change({ action: 'DeleteDisk', asked, resourceId: diskId, effect: 'change', send }, call);
  } catch (error) {
    if (!isDiskError(error, 'not-found')) {
      throw error;
    }
  }
}

async function resizeDisk(
  client: EcsClient,
  change: SendRequest,
  resize: DiskResize,
  call: Call,
): Promise<void> {
  const { diskId, sizeGiB, online } = resize;
  const request = new ResizeDiskRequest(
    // Offline is what ECS does without a type; for a disk that no instance holds, no type may be given.
    fields<ResizeDiskRequest>({ diskId, newSize: sizeGiB, type: online ? 'online' : undefined }),
  );
  const send = () => client.resizeDisk(request);
  const asked = `resize disk ${diskId} to ${String(sizeGiB)} GiB`;
  await change({ action: 'ResizeDisk', asked, resourceId: diskId, effect: 'change', send }, call);
}

/** Waiting for something that cannot exist would never end. */
export function notAnId(noun: string, id: string): DiskError {
  return new DiskError('invalid', `wait for ${noun} ${id}: this is not the id of a ${noun}`);
}
