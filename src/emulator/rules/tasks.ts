import { EcsError } from '../errors.ts';
import type { Disk, Task } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';

/** The change of specification that is under way for the disk, if any. */
export function runningTask(state: EmulatorState, diskId: string): Task | undefined {
  return state.tasksByDisk.rows(diskId).find(({ status }) => status === 'Processing');
}

/** Throws InvalidStatus.DiskNotReady while the specification of the disk is being changed. */
export function checkNotBeingModified(state: EmulatorState, disk: Disk): void {
  const task = runningTask(state, disk.id);
  if (task !== undefined) {
    throw new EcsError('InvalidStatus.DiskNotReady', `The task is ${task.id}.`);
  }
}
