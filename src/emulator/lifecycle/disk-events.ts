import { categoryNamed } from '../catalog.ts';
import type { Attachment, Disk, PendingEvent } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';

export function diskCreated(state: EmulatorState, event: PendingEvent): void {
  if (state.disks.get(event.subjectId) !== undefined) {
    state.disks.update(event.subjectId, { isCreating: false });
  }
}

export function diskAttached(state: EmulatorState, event: PendingEvent): void {
  const disk = state.disks.get(event.subjectId);
  if (disk === undefined) {
    return;
  }
  const attachments = disk.attachments.map((attachment): Attachment =>
    attachment.instanceId === event.instanceId && attachment.phase === 'attaching'
      ? { ...attachment, phase: 'attached', attachedAtMs: event.atMs }
      : attachment,
  );
  state.disks.update(disk.id, { attachments, lastAttachedAtMs: event.atMs });
}

export function diskDetached(state: EmulatorState, event: PendingEvent): void {
  const disk = state.disks.get(event.subjectId);
  const attachment = disk?.attachments.find(({ instanceId }) => instanceId === event.instanceId);
  if (disk !== undefined && attachment?.phase === 'detaching') {
    detachNow(state, disk, attachment.instanceId, event.atMs);
  }
}

/** Takes the disk off an instance without any further delay. */
export function detachNow(state: EmulatorState, disk: Disk, fromInstanceId: string, nowMs: number): void {
  state.disks.update(disk.id, {
    attachments: disk.attachments.filter(({ instanceId }) => instanceId !== fromInstanceId),
    lastDetachedAtMs: nowMs,
  });
}

export function diskModified(state: EmulatorState, event: PendingEvent): void {
  const task = state.tasks.get(event.subjectId);
  if (task?.status !== 'Processing') {
    return;
  }
  const isThere = state.disks.get(task.diskId) !== undefined;
  if (isThere) {
    const burst = categoryNamed(task.target.category)?.hasBurst === true ? {} : { burstingEnabled: false };
    state.disks.update(task.diskId, { ...task.target, ...burst });
  }
  state.tasks.update(task.id, { status: isThere ? 'Finished' : 'Failed', finishedAtMs: event.atMs });
}
