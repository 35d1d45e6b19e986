import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import type { DiskCloud } from '../disk-cloud.ts';
import { DiskError, isDiskError, type DiskErrorDetails } from '../disk-error.ts';
import { onceSnapshotsAreDone, requireDisk, untilTimeIsUp } from '../waiting.ts';
import {
  hasWantedSpec,
  planChange,
  touchesSpec,
  wishesSpec,
  type ChangePlan,
  type DiskChange,
} from './disk-change.ts';
import type { SpecCalls, SpecChange } from './spec-calls.ts';
import { planTags } from './tag-plan.ts';

export interface ModifyDiskParts {
  readonly cloud: DiskCloud;
  readonly specs: SpecCalls;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Told of a disk and of its change before anything of it is done; what it throws stops the change. */
export type BeforeChange = (disk: Disk, plan: ChangePlan) => Promise<void>;

/** For so long a change that failed at ECS is told to whoever asks for another; then it is tried again. */
const failureIsToldForMs = 60_000;

/**
 * Makes a living disk what is wanted, and returns once it is. The same change, repeated in any process after any
 * interruption, goes on where the last attempt has stopped; a change that ECS is still at is waited for, never begun twice.
 *
 * Its order is what a repeated call relies on: specification, bursting, tags taken off, tags put on.
 * @throws DiskError `invalid` when ECS cannot do it with this disk: then nothing was changed, by this call nor by an earlier
 *   one. `failed` when ECS gave up, `wrong-state` when it cannot be done now, `busy` while ECS is still at it.
 */
export async function modifyDisk(
  parts: ModifyDiskParts,
  change: DiskChange,
  call: Call,
  beforeChange: BeforeChange = () => Promise.resolve(),
): Promise<void> {
  const { diskId } = change;
  const found = await requireDisk(parts.cloud, diskId, call);
  const disk = touchesSpec(change) ? await waitUntilFree(parts, found.id, call) : found;
  const plan = planChange(disk, change);
  const { spec, burstingEnabled } = plan;
  const isNeeded = spec === undefined ? false : await check(parts, spec, call);
  await beforeChange(disk, plan);
  const changed = spec === undefined ? disk : await changeSpec(parts, { change, spec, isNeeded }, call);
  if (burstingEnabled !== undefined) {
    await step(!wishesSpec(change), () => setBursting(parts, diskId, burstingEnabled, call));
    await untilShown(parts, change, call);
  }
  await changeTags(parts, changed, change, call);
}

/**
 * One step of a change. A refusal of the kind `invalid` promises that nothing was changed, so it is left to the first step of
 * the wish: what comes before any other may have been done by an earlier attempt, of which nobody is left who knows.
 */
async function step<T>(isFirst: boolean, perform: () => Promise<T>): Promise<T> {
  try {
    return await perform();
  } catch (error) {
    if (isDiskError(error, 'invalid', 'unsupported', 'out-of-range')) {
      throw new DiskError(isFirst ? 'invalid' : 'wrong-state', error.message, detailsOf(error));
    }
    if (isDiskError(error, 'no-capacity', 'not-offered')) {
      // Asked for again and again, but whoever has to wait for stock must be free to want something else.
      throw new DiskError('wrong-state', error.message, detailsOf(error));
    }
    throw error;
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

/** Asks ECS whether it would do it. @returns false when the disk is so already. */
async function check(parts: ModifyDiskParts, spec: SpecChange, call: Call): Promise<boolean> {
  const { cloud, specs } = parts;
  await assertNotJustFailed(parts, spec.diskId, call);
  return await step(true, () =>
    onceSnapshotsAreDone(cloud, spec.diskId, () => specs.checkSpecChange(spec, call), call),
  );
}

/** Begins the change of specification and waits for its end. @returns the disk as it is then. */
async function changeSpec(
  parts: ModifyDiskParts,
  {
    change,
    spec,
    isNeeded,
  }: { readonly change: DiskChange; readonly spec: SpecChange; readonly isNeeded: boolean },
  call: Call,
): Promise<Disk> {
  const { cloud, specs } = parts;
  const { diskId } = spec;
  const start = () => specs.startSpecChange(spec, call);
  const taskId = isNeeded
    ? await step(true, () => onceSnapshotsAreDone(cloud, diskId, start, call))
    : undefined;
  await untilTaskIsOver(parts, diskId, taskId, call);
  return await untilShown(parts, { ...change, burstingEnabled: undefined }, call);
}

/** Last, so that a change that ECS refuses or fails leaves the tags, and the protection in them, as they were. */
async function changeTags(
  { specs }: ModifyDiskParts,
  disk: Disk,
  change: DiskChange,
  call: Call,
): Promise<void> {
  const isFirst = !touchesSpec(change);
  // Minutes may have gone by since the plan was made.
  const { put, removed } = await step(isFirst, () => Promise.resolve(planTags(disk, change)));
  if (removed.length > 0) {
    // Before the new ones, so that there is room for them.
    await step(isFirst, () => specs.untagDisk(disk.id, removed, call));
  }
  if (put.length > 0) {
    const comesFirst = isFirst && change.removedTagKeys.length === 0;
    await step(comesFirst, () => specs.tagDisk(disk.id, put, call));
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

async function untilShown({ cloud }: ModifyDiskParts, change: DiskChange, call: Call): Promise<Disk> {
  const { diskId } = change;
  const isShown = (disk: Disk | undefined) => disk === undefined || hasWantedSpec(disk, change);
  const disk = await untilTimeIsUp(cloud.waitForDisk(diskId, isShown, call), stillChanging(diskId));
  if (disk === undefined) {
    throw new DiskError('busy', `disk ${diskId} has just disappeared; call again`);
  }
  return disk;
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
