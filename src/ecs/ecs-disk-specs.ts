import { ModifyDiskAttributeRequest, ModifyDiskSpecRequest } from './sdk.ts';
import type { Call } from '../disk/call.ts';
import { isDiskError } from '../disk/disk-error.ts';
import type { SpecCalls, SpecChange, SpecTask } from '../disk/modify/spec-calls.ts';
import type { EcsClient } from './client.ts';
import { createDescribeSpecTasks, type DescribeSpecTasks } from './describe-spec-tasks.ts';
import type { EcsObserver } from './ecs-observer.ts';
import { unreadableAnswer, type SendRequest } from './ecs-request.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import type { SharedCallLimits } from './shared-call.ts';
import { StatusPoller } from './status-poller.ts';
import type { TaggedResources } from './tagged-resources.ts';

export interface EcsDiskSpecsParts {
  readonly client: EcsClient;
  /** For requests that change something: sent once. */
  readonly change: SendRequest;
  readonly read: SendRequest;
  readonly observer: EcsObserver;
  readonly limits: SharedCallLimits;
  readonly pollIntervalMs: number;
  readonly tagged: TaggedResources;
}

/** The part of the DiskCloud that changes living disks. */
export function createEcsDiskSpecs(parts: EcsDiskSpecsParts): SpecCalls {
  const { client, change, read, tagged } = parts;
  const describe = createDescribeSpecTasks(client, read);
  const pollers = createPollers(parts);
  return {
    checkSpecChange: (spec, call) => checkSpecChange(client, read, spec, call),
    startSpecChange: (spec, call) => startSpecChange(client, change, spec, call),
    waitUntilUnmodified: async (diskId, call) => {
      await pollers.running.waitFor(diskId, (task) => task === undefined, call);
    },
    async waitForSpecTask(taskId, call) {
      const hasEnded = (task: SpecTask | undefined) =>
        task?.status === 'Finished' || task?.status === 'Failed';
      const task = await pollers.byId.waitFor(taskId, hasEnded, call);
      return task ?? { id: taskId, diskId: '', status: 'Unknown', finishedAt: undefined };
    },
    findFailedSpecTasks: (diskId, call) => describe({ resourceIds: [diskId], taskStatus: 'Failed' }, call),
    setBursting: (diskId, isEnabled, call) => setBursting(client, change, { diskId, isEnabled }, call),
    tagDisk: (diskId, tags, call) => tagged.tag('disk', diskId, tags, call),
    untagDisk: (diskId, keys, call) => tagged.untag('disk', diskId, keys, call),
  };
}

/** Two loops for all who wait: one by disk, which sees tasks that others began, and one by task. */
function createPollers({ client, change, observer, limits, pollIntervalMs: intervalMs }: EcsDiskSpecsParts) {
  const describeOnce: DescribeSpecTasks = createDescribeSpecTasks(client, change);
  const common = { action: 'DescribeTasks', observer, limits, intervalMs };
  return {
    running: new StatusPoller<SpecTask>({
      ...common,
      async describe(diskIds, call) {
        const tasks = await describeOnce({ resourceIds: [...diskIds], taskStatus: 'Processing' }, call);
        return new Map(tasks.map((task) => [task.diskId, task]));
      },
    }),
    byId: new StatusPoller<SpecTask>({
      ...common,
      async describe(taskIds, call) {
        const tasks = await describeOnce({ taskIds: taskIds.join(',') }, call);
        return new Map(tasks.map((task) => [task.id, task]));
      },
    }),
  };
}

function specRequest(client: EcsClient, spec: SpecChange, dryRun: boolean) {
  const request = new ModifyDiskSpecRequest(
    fields<ModifyDiskSpecRequest>({
      diskId: spec.diskId,
      diskCategory: spec.category,
      performanceLevel: spec.performanceLevel,
      provisionedIops: spec.provisionedIops,
      dryRun: dryRun ? true : undefined,
    }),
  );
  return {
    action: 'ModifyDiskSpec',
    asked: `change disk ${spec.diskId} to ${describe(spec)}`,
    resourceId: spec.diskId,
    send: () => client.modifyDiskSpec(request),
  };
}

function describe({ category, performanceLevel, provisionedIops }: SpecChange): string {
  const iops = provisionedIops === undefined ? undefined : `${provisionedIops} provisioned IOPS`;
  return [category, performanceLevel, iops].filter((text) => text !== undefined).join(', ');
}

/** A dry run that passes is answered with an error of its own. */
async function checkSpecChange(
  client: EcsClient,
  read: SendRequest,
  spec: SpecChange,
  call: Call,
): Promise<boolean> {
  const request = specRequest(client, spec, true);
  try {
    await read({ ...request, effect: 'read' }, call);
  } catch (error) {
    if (isDiskError(error) && error.code === 'DryRunOperation') {
      return true;
    }
    if (isSoAlready(error)) {
      return false;
    }
    throw error;
  }
  // Whoever answers so has not understood that it was a dry run: it may have been done.
  throw unreadableAnswer(request.action, request.asked);
}

/** What another has changed since the dry run has no task either. */
async function startSpecChange(
  client: EcsClient,
  change: SendRequest,
  spec: SpecChange,
  call: Call,
): Promise<string | undefined> {
  try {
    const body = await change({ ...specRequest(client, spec, false), effect: 'change' }, call);
    return textOrUndefined(body.taskId);
  } catch (error) {
    if (isSoAlready(error)) {
      return undefined;
    }
    throw error;
  }
}

function isSoAlready(error: unknown): boolean {
  return isDiskError(error) && error.code === 'NoChangeInDiskCategoryAndPerformanceLevel';
}

async function setBursting(
  client: EcsClient,
  change: SendRequest,
  { diskId, isEnabled }: { readonly diskId: string; readonly isEnabled: boolean },
  call: Call,
): Promise<void> {
  const request = new ModifyDiskAttributeRequest(
    fields<ModifyDiskAttributeRequest>({ diskId, burstingEnabled: isEnabled }),
  );
  const asked = `switch bursting of disk ${diskId} ${isEnabled ? 'on' : 'off'}`;
  const send = () => client.modifyDiskAttribute(request);
  await change({ action: 'ModifyDiskAttribute', asked, resourceId: diskId, effect: 'change', send }, call);
}
