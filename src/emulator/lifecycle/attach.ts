import type { Attachment, Disk } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';

export interface AttachPlan {
  readonly instanceId: string;
  readonly device: string;
  readonly nowMs: number;
}

/** The disks on an instance, in any phase. */
export function disksOn(state: EmulatorState, instanceId: string): Disk[] {
  return state.disks.all().filter((disk) => disk.attachments.some((one) => one.instanceId === instanceId));
}

/** The first device name that no disk of the instance has. */
export function nextDevice(state: EmulatorState, instanceId: string): string {
  const taken = new Set(
    disksOn(state, instanceId).flatMap((disk) =>
      disk.attachments.filter((one) => one.instanceId === instanceId).map(({ device }) => device),
    ),
  );
  for (let number = 1; ; number += 1) {
    const device = `/dev/xvd${deviceLetters(number)}`;
    if (!taken.has(device)) {
      return device;
    }
  }
}

/** 1 is b, 25 is z, 26 is aa: a is the system disk's. */
function deviceLetters(number: number): string {
  const last = String.fromCharCode('a'.charCodeAt(0) + (number % 26));
  return number < 26 ? last : deviceLetters(Math.floor(number / 26) - 1) + last;
}

/** Puts the disk on the instance with no delay, in place of an attachment there that is under way. */
export function attachDisk(state: EmulatorState, disk: Disk, plan: AttachPlan): Disk {
  const attachment: Attachment = {
    instanceId: plan.instanceId,
    device: plan.device,
    attachedAtMs: plan.nowMs,
    visibleAtMs: plan.nowMs,
    phase: 'attached',
    deleteWithInstance: false,
  };
  const others = disk.attachments.filter(({ instanceId }) => instanceId !== plan.instanceId);
  return state.disks.update(disk.id, { attachments: [...others, attachment], lastAttachedAtMs: plan.nowMs });
}
