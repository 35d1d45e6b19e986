import type { Call } from '../call.ts';
import { isOn, type Disk } from '../disk.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import { isRegional } from '../categories.ts';
import { hidden, untilTimeIsUp } from '../waiting.ts';
import { patientLooks, type AttachParts } from './attach-parts.ts';
import { deleteWithInstance } from './delete-with-instance.ts';

/** What a detached disk is like afterwards; one that does not exist is on no instance. */
export type DetachedDisk = 'present' | 'absent';

/**
 * So often may ECS call a disk busy, which looks free to the end, until we believe what we see. Not sooner: what keeps the
 * instance busy may be the attach of this very disk, whose reply was lost and which does not show yet; the times of an
 * earlier attach and detach, which the disk shows, say nothing about that.
 */
const enoughVagueAnswers = 3;

export interface DetachWish {
  readonly diskId: string;
  readonly instanceId: string;
}

/**
 * Detaches a disk from one instance and returns once it is gone from there. A disk that does not exist, or is not on that
 * instance, counts as detached. The request names the instance, so that ECS refuses it when the disk is on another one.
 *
 * A disk that looks free may just be about to be attached, so ECS is asked to detach it all the same: that it refuses is
 * the proof that looking is not.
 *
 * @returns whether there is such a disk at all.
 * @throws DiskError `unreadable` when ECS hides the disk from us, `busy` while ECS is still at it.
 */
export async function detachDisk(parts: AttachParts, wish: DetachWish, call: Call): Promise<DetachedDisk> {
  const { diskId, instanceId } = wish;
  const detaching = async () => {
    const atATime = await parts.instances.detachesAtATime(instanceId, call);
    return await parts.queue.run({ instanceId, kind: 'detach', atATime }, call, () =>
      detachInTurn(parts, wish, call),
    );
  };
  return await untilTimeIsUp(
    detaching(),
    `disk ${diskId} is still being detached from instance ${instanceId}`,
  );
}

/**
 * Detaches a disk from every instance that ECS shows it on, until a look shows it on none.
 * @returns whether there is such a disk at all.
 */
export async function detachEverywhere(
  parts: AttachParts,
  diskId: string,
  call: Call,
): Promise<DetachedDisk> {
  const stillDoing = `disk ${diskId} is still being detached from all instances`;
  for (;;) {
    const disk = await untilTimeIsUp(lookOnceItHasArrived(parts, diskId, call), stillDoing);
    if (disk === undefined) {
      return await provenAbsent(parts, diskId, call);
    }
    if (disk.attachments.length === 0) {
      return 'present';
    }
    await Promise.all(
      disk.attachments.map(({ instanceId }) => detachDisk(parts, { diskId, instanceId }, call)),
    );
  }
}

/** The disk, once ECS says where it is: not while it is on its way to an instance that is not named. */
async function lookOnceItHasArrived(
  { cloud }: AttachParts,
  diskId: string,
  call: Call,
): Promise<Disk | undefined> {
  const isClear = (disk: Disk | undefined) =>
    disk === undefined || disk.attachments.length > 0 || !isOnItsWay(disk);
  const disk = await cloud.findDisk(diskId, call);
  return isClear(disk) ? disk : await cloud.waitForDisk(diskId, isClear, call);
}

/** What is to be done about a disk as it is now; `ask`: it does not look attached, which is no proof. */
type Step = 'done' | 'detach' | 'ask' | 'wait';

function stepFor(disk: Disk, instanceId: string): Step {
  if (isOn(disk, instanceId)) {
    return disk.status === 'Detaching' && !disk.multiAttach ? 'wait' : 'detach';
  }
  if (disk.attachments.length > 0 && !disk.multiAttach) {
    // A regional disk that leaves one instance may be on its way to this one already, by force.
    return isRegional(disk.category) && disk.status === 'Detaching' ? 'ask' : 'done';
  }
  return isOnItsWay(disk) && disk.attachments.length === 0 ? 'wait' : 'ask';
}

/** To an instance or off one, though ECS does not say which. */
function isOnItsWay({ status }: Disk): boolean {
  return status === 'Attaching' || status === 'Detaching';
}

/** What the looks and requests so far have shown. */
interface Evidence {
  readonly wasThere: boolean;
  /** The attach that is to be undone, by its time; unknown until ECS has shown the disk on the instance. */
  readonly attachedAt: Date | undefined;
  /** Times that ECS called a disk busy which does not look attached. */
  readonly vagueAnswers: number;
}

async function detachInTurn(parts: AttachParts, wish: DetachWish, call: Call): Promise<DetachedDisk> {
  let disk = await parts.cloud.findDisk(wish.diskId, call);
  let evidence: Evidence = { wasThere: false, attachedAt: undefined, vagueAnswers: 0 };
  while (disk !== undefined && !isProvenOff(disk, wish.instanceId, evidence)) {
    const attachedAt = assertSameAttach(disk, wish.instanceId, evidence);
    const step = stepFor(disk, wish.instanceId);
    const answer = step === 'wait' ? 'not asked' : await requestDetach(parts, disk, wish.instanceId, call);
    if (step === 'ask' && answer === 'not there') {
      return 'present';
    }
    evidence = {
      wasThere: isOn(disk, wish.instanceId),
      attachedAt,
      vagueAnswers: answer === 'busy' ? evidence.vagueAnswers + 1 : 0,
    };
    disk = await watch(parts, wish, { wasThere: evidence.wasThere, wasAsked: answer !== 'not asked' }, call);
  }
  return disk === undefined ? await provenAbsent(parts, wish.diskId, call) : 'present';
}

/**
 * The time of the attach that is to be undone. A later one belongs to a newer call, made through another replica after that
 * one had detached the disk: this call must not undo it. It says nothing while the disk arrives. A time that ECS should set
 * late, for the same attach, costs one more call.
 */
function assertSameAttach(disk: Disk, instanceId: string, { attachedAt }: Evidence): Date | undefined {
  if (disk.status === 'Attaching' || !isOn(disk, instanceId)) {
    return attachedAt;
  }
  const now = attachTimeOf(disk, instanceId);
  if (attachedAt !== undefined && now !== undefined && now.getTime() > attachedAt.getTime()) {
    const message = `disk ${disk.id} was attached to instance ${instanceId} anew while it was being detached from there`;
    throw new DiskError('busy', message);
  }
  return attachedAt ?? now;
}

/** The time of a multi-attach disk itself is that of its last attach, to whatever instance. */
function attachTimeOf(disk: Disk, instanceId: string): Date | undefined {
  const attachment = disk.attachments.find((one) => one.instanceId === instanceId);
  return disk.multiAttach ? attachment?.attachedAt : disk.lastAttachedAt;
}

function isProvenOff(disk: Disk, instanceId: string, { wasThere, vagueAnswers }: Evidence): boolean {
  const step = stepFor(disk, instanceId);
  return step === 'done' || (step === 'ask' && (wasThere || vagueAnswers >= enoughVagueAnswers));
}

/** `not there`: ECS says that the disk is not on the instance. `unknown`: the reply is lost. `busy`: not now. */
async function requestDetach(
  { cloud }: AttachParts,
  disk: Disk,
  instanceId: string,
  call: Call,
): Promise<'accepted' | 'not there' | 'busy' | 'unknown'> {
  try {
    const detach = { diskId: disk.id, instanceId, deleteWithInstance: deleteWithInstance(disk) };
    await cloud.detachDisk(detach, call);
    return 'accepted';
  } catch (error) {
    if (isDiskError(error, 'not-found')) {
      return 'not there';
    }
    if (isDiskError(error, 'busy')) {
      return 'busy';
    }
    if (isDiskError(error, 'outcome-unknown')) {
      return 'unknown';
    }
    throw error;
  }
}

/**
 * A disk that was on the instance is watched until it is off it; one that was not seen there, until it turns up. Either
 * ends when the disk has looked untouched for so long that another request is due.
 */
async function watch(
  { cloud }: AttachParts,
  { diskId, instanceId }: DetachWish,
  { wasThere, wasAsked }: { readonly wasThere: boolean; readonly wasAsked: boolean },
  call: Call,
): Promise<Disk | undefined> {
  const [still, news]: [Step, Step] = wasThere ? ['detach', 'ask'] : ['ask', 'detach'];
  const looks = wasThere || wasAsked ? patientLooks : 1;
  let idleLooks = 0;
  const until = (disk: Disk | undefined) => {
    const step = disk === undefined ? 'done' : stepFor(disk, instanceId);
    idleLooks = step === still ? idleLooks + 1 : 0;
    return step === 'done' || step === news || idleLooks >= looks;
  };
  return await cloud.waitForDisk(diskId, until, call);
}

async function provenAbsent({ cloud }: AttachParts, diskId: string, call: Call): Promise<'absent'> {
  if (await cloud.isDiskProvenAbsent(diskId, call)) {
    return 'absent';
  }
  throw hidden('disk', diskId);
}
