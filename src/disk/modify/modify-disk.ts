import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import { DiskError, isDiskError, type DiskErrorDetails } from '../disk-error.ts';
import { onceSnapshotsAreDone, requireDisk, untilTimeIsUp } from '../waiting.ts';
import { hasWantedSpec, planChange, touchesSpec, type ChangePlan, type DiskChange } from './disk-change.ts';
import type { SpecCalls, SpecChange } from './spec-calls.ts';

export interface ModifyDiskParts {
  readonly cloud: DiskCloud;
  readonly specs: SpecCalls;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Told of a disk and of its change right before the tags are changed; what it throws stops the change of tags. */
export type BeforeTags = (disk: Disk, plan: ChangePlan) => Promise<void>;

/** For so long a change that failed at ECS is told to whoever asks for another; then it is tried again. */
const failureIsToldForMs = 60_000;

/**
 * Makes a living disk what is wanted, and returns once it is. The same change, repeated in any process after any
 * interruption, goes on where the last attempt has stopped; a change that ECS is still at is waited for, never begun twice.
 * @throws DiskError `invalid` when ECS cannot do it with this disk: then nothing was changed. `failed` when ECS gave up,
 *   `wrong-state` when it cannot be done now, `busy` while ECS is still at it.
 */
export async function modifyDisk(
  parts: ModifyDiskParts,
  change: DiskChange,
  call: Call,
  beforeTags: BeforeTags = () => Promise.resolve(),
): Promise<void> {
  const { diskId } = change;
  const found = await requireDisk(parts.cloud, diskId, call);
  const disk = touchesSpec(change) ? await waitUntilFree(parts, found.id, call) : found;
  const plan = planChange(disk, change);
  if (plan.spec !== undefined) {
    await assertNotJustFailed(parts, diskId, call);
  }
  const steps = new Steps();
  const { spec } = plan;
  const taskId = spec === undefined ? undefined : await steps.run(() => start(parts, spec, call));
  await changeTags(parts, disk, plan, { steps, call, beforeTags });
  if (spec !== undefined) {
    await untilTaskIsOver(parts, diskId, taskId, call);
    await untilShown(parts, { ...change, burstingEnabled: undefined }, call);
  }
  const { burstingEnabled } = plan;
  if (burstingEnabled !== undefined) {
    await steps.run(() => setBursting(parts, diskId, burstingEnabled, call));
    await untilShown(parts, change, call);
  }
}

/** Keeps the promise that a refusal of the kind `invalid` comes before anything was changed. */
class Steps {
  #isFirst = true;

  async run<T>(step: () => Promise<T>): Promise<T> {
    try {
      const result = await step();
      this.#isFirst = false;
      return result;
    } catch (error) {
      if (isDiskError(error, 'invalid', 'unsupported', 'out-of-range')) {
        throw new DiskError(this.#isFirst ? 'invalid' : 'wrong-state', error.message, detailsOf(error));
      }
      if (isDiskError(error, 'no-capacity', 'not-offered')) {
        // Asked for again and again, but whoever has to wait for stock must be free to want something else.
        throw new DiskError('wrong-state', error.message, detailsOf(error));
      }
      throw error;
    }
  }
}

function detailsOf(error: DiskError): DiskErrorDetails {
  const { code, action, requestId } = error;
  return { code, action, requestId, cause: error };
}

/** The disk when neither a change of its specification nor an attach or detach is under way. */
async function waitUntilFree({ cloud, specs }: ModifyDiskParts, diskId: string, call: Call): Promise<Disk> {
  await untilTimeIsUp(specs.waitUntilUnmodified(diskId, call), stillChanging(diskId));
  const isFree = (disk: Disk | undefined) =>
    disk === undefined || ['In_use', 'Available'].includes(disk.status);
  const disk = await untilTimeIsUp(
    cloud.waitForDisk(diskId, isFree, call),
    `disk ${diskId} cannot be changed while it is being made, attached or detached`,
  );
  return disk ?? (await requireDisk(cloud, diskId, call));
}

function stillChanging(diskId: string): string {
  return `disk ${diskId} is still being changed by ECS`;
}

/**
 * A change may have failed while nobody watched, and without a word would be tried for ever. A task does not say what it
 * was for, so the failure of another wish is told too.
 */
async function assertNotJustFailed({ specs, now }: ModifyDiskParts, diskId: string, call: Call) {
  const failed = await specs.findFailedSpecTasks(diskId, call);
  const recent = failed.find(
    ({ finishedAt }) => finishedAt !== undefined && now() - finishedAt.getTime() < failureIsToldForMs,
  );
  if (recent !== undefined) {
    throw gaveUp(diskId, recent.id);
  }
}

function gaveUp(diskId: string, taskId: string): DiskError {
  return new DiskError(
    'failed',
    `ECS gave up on changing disk ${diskId} (task ${taskId}); the disk is as it was, and it is tried again`,
  );
}

/** @returns the task's id, if ECS names one. */
async function start(
  { cloud, specs }: ModifyDiskParts,
  spec: SpecChange,
  call: Call,
): Promise<string | undefined> {
  let taskId: string | undefined;
  const request = async () => {
    if (await specs.checkSpecChange(spec, call)) {
      taskId = await specs.startSpecChange(spec, call);
    }
  };
  await onceSnapshotsAreDone(cloud, spec.diskId, request, call);
  return taskId;
}

async function changeTags(
  { specs }: ModifyDiskParts,
  disk: Disk,
  plan: ChangePlan,
  {
    steps,
    call,
    beforeTags,
  }: { readonly steps: Steps; readonly call: Call; readonly beforeTags: BeforeTags },
): Promise<void> {
  const { put, removed } = plan.tags;
  await beforeTags(disk, plan);
  if (removed.length > 0) {
    // First, so that there is room for new ones.
    await steps.run(() => specs.untagDisk(disk.id, removed, call));
  }
  if (put.length > 0) {
    await steps.run(() => specs.tagDisk(disk.id, put, call));
  }
}

async function untilTaskIsOver(
  { specs }: ModifyDiskParts,
  diskId: string,
  taskId: string | undefined,
  call: Call,
): Promise<void> {
  if (taskId !== undefined) {
    const { status } = await untilTimeIsUp(specs.waitForSpecTask(taskId, call), stillChanging(diskId));
    if (status === 'Failed') {
      throw gaveUp(diskId, taskId);
    }
  }
}

async function untilShown({ cloud }: ModifyDiskParts, change: DiskChange, call: Call): Promise<void> {
  const { diskId } = change;
  const isShown = (disk: Disk | undefined) => disk === undefined || hasWantedSpec(disk, change);
  const disk = await untilTimeIsUp(cloud.waitForDisk(diskId, isShown, call), stillChanging(diskId));
  if (disk === undefined) {
    throw new DiskError('busy', `disk ${diskId} has just disappeared; call again`);
  }
}

/** ECS refuses it for a moment after the category has changed. */
async function setBursting(
  { specs }: ModifyDiskParts,
  diskId: string,
  isEnabled: boolean,
  call: Call,
): Promise<void> {
  try {
    await specs.setBursting(diskId, isEnabled, call);
  } catch (error) {
    if (!isDiskError(error, 'busy')) {
      throw error;
    }
    await untilTimeIsUp(specs.waitUntilUnmodified(diskId, call), stillChanging(diskId));
    await specs.setBursting(diskId, isEnabled, call);
  }
}
