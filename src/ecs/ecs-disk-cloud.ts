import { DescribeDisksRequest } from './sdk.ts';
import type { Call } from '../disk/call.ts';
import type { SpecCalls } from '../disk/modify/spec-calls.ts';
import type { Disk, Tag } from '../disk/disk.ts';
import { isDiskId } from '../disk/disk.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import type { GroupCloud } from '../disk/groups/group-calls.ts';
import type { Instance } from '../disk/instance.ts';
import { isInstanceId } from '../disk/instance.ts';
import type { Snapshot } from '../disk/snapshot.ts';
import { isSnapshotId } from '../disk/snapshot.ts';
import type { BatchWindowOptions } from './batch-window.ts';
import type { EcsClient } from './client.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { createDescribeBatch } from './describe-batch.ts';
import { createDescribeDisks, describeDisksById } from './describe-disks.ts';
import { createDescribeDiskLimits } from './describe-instance-types.ts';
import { createDescribeInstances } from './describe-instances.ts';
import {
  createDescribeSnapshotsPage,
  describeSnapshots,
  describeSnapshotsById,
  listSnapshotsByTag,
} from './describe-snapshots.ts';
import { createEcsAttachments } from './ecs-attachments.ts';
import { createEcsDisks } from './ecs-disks.ts';
import { createEcsDiskSpecs } from './ecs-disk-specs.ts';
import { createEcsGroups } from './ecs-groups.ts';
import type { EcsObserver } from './ecs-observer.ts';
import { createRequestSender } from './ecs-request.ts';
import type { SendRequest } from './ecs-request.ts';
import { createEcsSnapshots } from './ecs-snapshots.ts';
import { NameLookUp } from './name-look-up.ts';
import { withReadRetry } from './read-retry.ts';
import { withUndecidedLooks } from './refused-look.ts';
import { fields } from './sdk-types.ts';
import type { SharedCallLimits } from './shared-call.ts';
import { StatusPoller } from './status-poller.ts';
import { createTaggedResources } from './tagged-resources.ts';

export interface EcsDiskCloudOptions {
  readonly client: EcsClient;
  readonly regionId: string;
  /** The tag that everything made by this cluster carries: one listing by it replaces many look-ups by name. */
  readonly ownerTag: Tag;
  readonly observer: EcsObserver;
  /** Time between two looks at what is being waited for. Default: 1,000. */
  readonly pollIntervalMs?: number | undefined;
  /** Limit of a Describe request that several callers share. Default: 30,000. */
  readonly sharedReadTimeoutMs?: number | undefined;
  /** How long to gather ids for one Describe request. */
  readonly batchWindow?: BatchWindowOptions | undefined;
  readonly clock?: Clock | undefined;
}

/** A GroupCloud that can be shut, and that changes living disks too. */
export interface EcsDiskCloud extends GroupCloud, SpecCalls, Disposable {
  /**
   * Like `checkAccess`, and does not wait while ECS throttles: a request of the account is only throttled where end point,
   * region, clock and keys are right.
   */
  readonly checkLetIn: (call: Call) => Promise<void>;
  /** Ends polling and shared reads; whoever still waits is rejected with a DiskError of kind `cancelled`. */
  close(): void;
}

/** The DiskCloud that speaks to ECS. No request is sent until one is asked for. */
export function createEcsDiskCloud(options: EcsDiskCloudOptions): EcsDiskCloud {
  const closing = new AbortController();
  const close = () => closing.abort(new DiskError('cancelled', 'the plugin is stopping'));
  const tools = toolsFrom(options, closing.signal);
  const tagged = createTaggedResources(options.client, tools.read);
  const disks = disksPart(tools);
  return withUndecidedLooks({
    ...createEcsDisks({ ...tools, ...disks, tagged }),
    ...createEcsDiskSpecs({ ...tools, tagged }),
    ...createEcsAttachments({ ...tools, ...disks, ...instancesPart(tools) }),
    ...createEcsSnapshots({ ...tools, ...snapshotsPart(tools), tagged }),
    ...createEcsGroups({ ...tools, tagged }),
    checkAccess: (call) => checkAccess(tools, call),
    checkLetIn: (call) => checkLetIn(tools, call),
    close,
    [Symbol.dispose]: close,
  });
}

interface Tools {
  readonly client: EcsClient;
  readonly ownerTag: Tag;
  readonly regionId: string;
  readonly observer: EcsObserver;
  readonly limits: SharedCallLimits;
  readonly pollIntervalMs: number;
  readonly batchWindow: BatchWindowOptions | undefined;
  /** Sends once: what changes something, and what is repeated anyway. */
  readonly change: SendRequest;
  /** Repeats a read whose answer got lost. */
  readonly read: SendRequest;
}

function toolsFrom(options: EcsDiskCloudOptions, closed: AbortSignal): Tools {
  const { client, ownerTag, regionId, observer, clock = systemClock } = options;
  const change = createRequestSender({ observer, clock, closed });
  return {
    client,
    ownerTag,
    regionId,
    observer,
    limits: { clock, timeoutMs: options.sharedReadTimeoutMs ?? 30_000, closed },
    pollIntervalMs: options.pollIntervalMs ?? 1_000,
    batchWindow: options.batchWindow,
    change,
    read: withReadRetry(change, clock),
  };
}

function disksPart({ client, change, read, observer, limits, batchWindow: window, pollIntervalMs }: Tools) {
  const action = 'DescribeDisks';
  const describe = createDescribeDisks(client, read);
  const describeOnce = createDescribeDisks(client, change);
  const byId = (ids: readonly string[], call: Call) => describeDisksById(describe, ids, call);
  const pollById = (ids: readonly string[], call: Call) => describeDisksById(describeOnce, ids, call);
  const intervalMs = pollIntervalMs;
  return {
    describe,
    lookUp: createDescribeBatch<Disk>({ action, isId: isDiskId, describe: byId, observer, limits, window }),
    poller: new StatusPoller<Disk>({ action, describe: pollById, observer, limits, intervalMs }),
  };
}

function instancesPart({ client, read, observer, limits, batchWindow: window }: Tools) {
  const shared = { observer, limits, window };
  return {
    lookUpInstance: createDescribeBatch<Instance>({
      action: 'DescribeInstances',
      isId: isInstanceId,
      describe: createDescribeInstances(client, read),
      ...shared,
    }),
    lookUpDiskLimit: createDescribeBatch<number>({
      action: 'DescribeInstanceTypes',
      isId: (type) => type !== '',
      describe: createDescribeDiskLimits(client, read),
      ...shared,
    }),
  };
}

function snapshotsPart(tools: Tools) {
  const { client, change, read, observer, limits, batchWindow: window, ownerTag } = tools;
  const action = 'DescribeSnapshots';
  const describePage = createDescribeSnapshotsPage(client, read);
  const describePageOnce = createDescribeSnapshotsPage(client, change);
  const byId = (ids: readonly string[], call: Call) => describeSnapshotsById(describePage, ids, call);
  const pollById = (ids: readonly string[], call: Call) => describeSnapshotsById(describePageOnce, ids, call);
  const intervalMs = tools.pollIntervalMs;
  return {
    describePage,
    lookUp: createDescribeBatch<Snapshot>({
      action,
      isId: isSnapshotId,
      describe: byId,
      observer,
      limits,
      window,
    }),
    poller: new StatusPoller<Snapshot>({ action, describe: pollById, observer, limits, intervalMs }),
    names: new NameLookUp<Snapshot>({
      findByName: (name, call) =>
        describeSnapshots(describePage, 'find snapshots by name', { snapshotName: name }, call),
      listOwned: (maxRequests, call) => listSnapshotsByTag(describePage, ownerTag, maxRequests, call),
      limits,
    }),
  };
}

/** The cheapest request that shows whether end point, region, clock, keys and rights are what they should be. */
async function checkAccess(
  { client, read, regionId }: Tools,
  call: Call,
  options: { readonly isUrgent?: boolean } = {},
): Promise<void> {
  const request = new DescribeDisksRequest(fields<DescribeDisksRequest>({ regionId, maxResults: 10 }));
  const asked = `check access to ECS in region ${regionId}`;
  const send = () => client.describeDisks(request);
  await read({ action: 'DescribeDisks', asked, effect: 'read', send, ...options }, call);
}

async function checkLetIn(tools: Tools, call: Call): Promise<void> {
  try {
    await checkAccess(tools, call, { isUrgent: true });
  } catch (error) {
    if (!isDiskError(error, 'throttled')) {
      throw error;
    }
  }
}
