import type { Call } from '../call.ts';
import { isRegional } from '../categories.ts';
import { isOn, type Disk } from '../disk.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import { requireDisk, untilTimeIsUp } from '../waiting.ts';
import { patientLooks, type AttachParts } from './attach-parts.ts';
import { deleteWithInstance } from './delete-with-instance.ts';

export interface AttachWish {
  readonly instanceId: string;
  /** Whether other instances may hold the disk at the same time. */
  readonly shared: boolean;
}

/**
 * Attaches a disk, as it was seen just now, to an instance and returns once ECS shows it there; a disk that is there already
 * is left alone.
 *
 * What decides is the list of attachments, never the state alone: a disk that has just begun to be attached still looks
 * Available. After a lost reply the disk is watched before another request is sent.
 *
 * @throws DiskError `not-found` (disk or instance), `in-use` when another instance holds the disk, `no-capacity` when the
 *   instance takes no more, `invalid` when the two are in different zones, or `busy` while ECS is still at it.
 */
export async function attachDisk(
  parts: AttachParts,
  disk: Disk,
  wish: AttachWish,
  call: Call,
): Promise<Disk> {
  const { instanceId } = wish;
  if (stepFor(disk, wish) === 'done') {
    return disk;
  }
  const stillDoing = `disk ${disk.id} is still being attached to instance ${instanceId}`;
  const diskWish = { ...wish, diskId: disk.id };
  const attaching = async () => {
    await assertSameZone(parts, disk, instanceId, call);
    // Before its turn: a disk that is not free yet must not hold up those that are.
    const ready = stepFor(disk, wish) === 'wait' ? await untilItCanBeAttached(parts, diskWish, call) : disk;
    if (stepFor(ready, wish) === 'done') {
      return ready;
    }
    const atATime = await parts.instances.attachesAtATime(instanceId, call);
    return await parts.queue.run({ instanceId, kind: 'attach', atATime }, call, () =>
      attachInTurn(parts, diskWish, call),
    );
  };
  return await untilTimeIsUp(attaching(), stillDoing);
}

/** What is to be done about a disk as it is now. */
type Step = 'done' | 'attach' | 'wait';

/** @throws DiskError `in-use` when an instance holds the disk that will not let go of it by itself. */
function stepFor(disk: Disk, { instanceId, shared }: AttachWish): Step {
  const isHere = isOn(disk, instanceId);
  if (isHere && disk.status === 'In_use') {
    return 'done';
  }
  const others = disk.attachments.filter((attachment) => attachment.instanceId !== instanceId);
  if (disk.status === 'In_use' && others.length > 0) {
    if (shared && disk.multiAttach) {
      return 'attach';
    }
    const holders = others
      .map((attachment) => attachment.instanceId)
      .toSorted()
      .join(', ');
    const message = `disk ${disk.id} is attached to instance ${holders}; it must be detached from there before it can be attached to ${instanceId}`;
    throw new DiskError('in-use', message);
  }
  return disk.status === 'Available' && disk.attachments.length === 0 ? 'attach' : 'wait';
}

interface DiskWish extends AttachWish {
  readonly diskId: string;
}

async function attachInTurn(parts: AttachParts, wish: DiskWish, call: Call): Promise<Disk> {
  let mayWork = false;
  for (let refusals = 0; ;) {
    const disk = await untilItCanBeAttached(parts, wish, call);
    if (stepFor(disk, wish) === 'done') {
      return disk;
    }
    const outcome = await requestAttach(parts, disk, wish, call).catch((error: unknown) =>
      refusedUnlessFinal(parts, { instanceId: wish.instanceId, mayWork }, error),
    );
    mayWork ||= outcome === 'sent';
    refusals = outcome === 'refused' ? refusals + 1 : 0;
    const seen =
      outcome === 'refused'
        ? await pause(parts, wish, Math.min(2 ** (refusals - 1), patientLooks), call)
        : await watch(parts, wish, call);
    if (seen !== undefined && stepFor(seen, wish) === 'done') {
      return seen;
    }
  }
}

/** Waits while ECS works on the disk: while it is made, taken off another instance, or put on this one. */
async function untilItCanBeAttached(parts: AttachParts, wish: DiskWish, call: Call): Promise<Disk> {
  const disk = await requireDisk(parts.cloud, wish.diskId, call);
  if (stepFor(disk, wish) !== 'wait' || (await mayBeTaken(parts, disk, wish, call))) {
    return disk;
  }
  const settled = await parts.cloud.waitForDisk(
    wish.diskId,
    (now) => now === undefined || stepFor(now, wish) !== 'wait',
    call,
  );
  return settled ?? (await requireDisk(parts.cloud, wish.diskId, call));
}

/**
 * A regional disk may be taken from an instance of another zone that is already to let go of it, which an instance in a
 * zone that has failed never does.
 */
async function mayBeTaken(
  { instances }: AttachParts,
  disk: Disk,
  { instanceId }: AttachWish,
  call: Call,
): Promise<boolean> {
  const holder = disk.attachments[0]?.instanceId;
  if (!isRegional(disk.category) || disk.status !== 'Detaching' || holder === undefined) {
    return false;
  }
  const from = (await instances.find(holder, call))?.zoneId;
  const to = (await instances.find(instanceId, call))?.zoneId;
  return from !== undefined && to !== undefined && from !== to;
}

/** `sent`: ECS works on it, or may. */
async function requestAttach(
  parts: AttachParts,
  disk: Disk,
  { instanceId }: AttachWish,
  call: Call,
): Promise<'sent'> {
  if (!(await parts.instances.takePlaceOn(instanceId, call))) {
    const message = `attach disk ${disk.id} to instance ${instanceId}: the instance holds as many disks as its type takes`;
    throw new DiskError('no-capacity', message);
  }
  const force = disk.attachments.length > 0 && !disk.multiAttach;
  const attach = { diskId: disk.id, instanceId, deleteWithInstance: deleteWithInstance(disk), force };
  try {
    await parts.cloud.attachDisk(attach, call);
    return 'sent';
  } catch (error) {
    if (isDiskError(error, 'outcome-unknown')) {
      return 'sent';
    }
    throw error;
  }
}

/**
 * `refused`: not now, but soon. `in-use` is what a look decides. A full instance that lets go of a disk just now will have
 * room for another; and one may be full of this very disk, when an earlier request works after all.
 */
function refusedUnlessFinal(
  { queue }: AttachParts,
  { instanceId, mayWork }: { readonly instanceId: string; readonly mayWork: boolean },
  error: unknown,
): 'refused' {
  const willHaveRoom = mayWork || queue.isDetaching(instanceId);
  if (isDiskError(error, 'busy', 'in-use') || (isDiskError(error, 'no-capacity') && willHaveRoom)) {
    return 'refused';
  }
  throw error;
}

/** Waits for so many looks before the next attempt; ends early when the disk is attached. */
async function pause(
  { cloud }: AttachParts,
  wish: DiskWish,
  looks: number,
  call: Call,
): Promise<Disk | undefined> {
  let left = looks;
  const until = (disk: Disk | undefined) => {
    left -= 1;
    return left <= 0 || (disk !== undefined && stepFor(disk, wish) === 'done');
  };
  return await cloud.waitForDisk(wish.diskId, until, call);
}

/** Looks until the disk is attached, or nothing of it has been seen for long. */
async function watch({ cloud }: AttachParts, wish: DiskWish, call: Call): Promise<Disk | undefined> {
  let idleLooks = 0;
  const until = (disk: Disk | undefined) => {
    const step = disk === undefined ? 'wait' : stepFor(disk, wish);
    idleLooks = step === 'attach' ? idleLooks + 1 : 0;
    return step === 'done' || idleLooks >= patientLooks;
  };
  return await cloud.waitForDisk(wish.diskId, until, call);
}

async function assertSameZone(
  { instances }: AttachParts,
  disk: Disk,
  instanceId: string,
  call: Call,
): Promise<void> {
  const zoneId = (await instances.find(instanceId, call))?.zoneId;
  if (disk.zoneId !== undefined && zoneId !== undefined && disk.zoneId !== zoneId) {
    const message = `disk ${disk.id} is in zone ${disk.zoneId}, instance ${instanceId} in ${zoneId}: a disk can be attached within its zone only`;
    throw new DiskError('invalid', message);
  }
}
