import { CreateSnapshotRequest, DeleteSnapshotRequest, ModifySnapshotAttributeRequest } from './sdk.ts';
import type { CreateSnapshotResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { SnapshotCalls } from '../disk/disk-cloud.ts';
import { isDiskId } from '../disk/disk.ts';
import { isDiskError } from '../disk/disk-error.ts';
import type { NewSnapshot, Snapshot } from '../disk/snapshot.ts';
import { isSnapshotId } from '../disk/snapshot.ts';
import type { EcsClient } from './client.ts';
import type { LookUp } from './describe-batch.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import type { DescribeSnapshotsPage } from './describe-snapshots.ts';
import { notAnId } from './ecs-disks.ts';
import type { SendRequest } from './ecs-request.ts';
import type { NameLookUp } from './name-look-up.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import type { StatusPoller } from './status-poller.ts';
import type { TaggedResources } from './tagged-resources.ts';

export interface EcsSnapshotsParts {
  readonly client: EcsClient;
  /** For requests that change something: sent once. */
  readonly change: SendRequest;
  readonly describePage: DescribeSnapshotsPage;
  readonly lookUp: LookUp<Snapshot>;
  readonly names: NameLookUp<Snapshot>;
  readonly poller: StatusPoller<Snapshot>;
  readonly tagged: TaggedResources;
}

/** The snapshot half of the DiskCloud. */
export function createEcsSnapshots(parts: EcsSnapshotsParts): SnapshotCalls {
  const { client, change, describePage, lookUp, names, poller, tagged } = parts;
  return {
    createSnapshot: (snapshot, call) => createSnapshot(client, change, snapshot, call),
    deleteSnapshot: (snapshotId, options, call) => {
      const request = new DeleteSnapshotRequest(
        fields<DeleteSnapshotRequest>({ snapshotId, force: options.force ? true : undefined }),
      );
      const send = () => client.deleteSnapshot(request);
      const asked = `delete snapshot ${snapshotId}`;
      const action = 'DeleteSnapshot';
      const deletion = { action, asked, resourceId: snapshotId, effect: 'change' as const, send };
      return isSnapshotId(snapshotId) ? unlessGone(change(deletion, call)) : Promise.resolve();
    },
    async extendRetention(snapshotId, retentionDays, call) {
      const request = new ModifySnapshotAttributeRequest(
        fields<ModifySnapshotAttributeRequest>({ snapshotId, retentionDays }),
      );
      const asked = `keep snapshot ${snapshotId} for ${String(retentionDays)} days`;
      const send = () => client.modifySnapshotAttribute(request);
      const action = 'ModifySnapshotAttribute';
      await change({ action, asked, resourceId: snapshotId, effect: 'change', send }, call);
    },
    tagSnapshot: (snapshotId, tag, call) => tagged.tag('snapshot', snapshotId, [tag], call),
    findSnapshot: lookUp,
    async findSnapshots(snapshotIds, call) {
      const snapshots = await Promise.all(snapshotIds.map((snapshotId) => lookUp(snapshotId, call)));
      return snapshots.filter((snapshot) => snapshot !== undefined);
    },
    findSnapshotsByName: (name, search, call) =>
      search === 'shared' ? names.find(name, call) : names.findAlone(name, call),
    async findSnapshotsOfDisk(diskId, call) {
      const asked = `find snapshots of disk ${diskId}`;
      return isDiskId(diskId) ? await describeSnapshots(describePage, asked, { diskId }, call) : [];
    },
    waitForSnapshot: (snapshotId, until, call) =>
      isSnapshotId(snapshotId)
        ? poller.waitFor(snapshotId, until, call)
        : Promise.reject(notAnId('snapshot', snapshotId)),
    // What is not even an id of ECS does not exist there.
    isSnapshotProvenAbsent: async (snapshotId, call) =>
      !isSnapshotId(snapshotId) || (await tagged.isProvenAbsent('snapshot', snapshotId, call)),
    listSnapshotIds: (tag, call) => tagged.listIds('snapshot', tag, call),
  };
}

async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isDiskError(error, 'not-found')) {
      throw error;
    }
  }
}

async function createSnapshot(
  client: EcsClient,
  change: SendRequest,
  snapshot: NewSnapshot,
  call: Call,
): Promise<string> {
  const request = new CreateSnapshotRequest(
    fields<CreateSnapshotRequest>({
      diskId: snapshot.diskId,
      snapshotName: snapshot.name,
      description: snapshot.description,
      retentionDays: snapshot.retentionDays,
      resourceGroupId: snapshot.resourceGroupId,
      tag: snapshot.tags,
      clientToken: snapshot.clientToken,
    }),
  );
  const body = await change(
    {
      action: 'CreateSnapshot',
      asked: `create snapshot ${snapshot.name} of disk ${snapshot.diskId}`,
      resourceId: snapshot.diskId,
      effect: 'change',
      isComplete: ({ snapshotId }: CreateSnapshotResponseBody) => textOrUndefined(snapshotId) !== undefined,
      send: () => client.createSnapshot(request),
    },
    call,
  );
  return body.snapshotId ?? '';
}
