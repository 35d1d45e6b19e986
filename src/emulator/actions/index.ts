import type { Action } from '../action.ts';
import { createDisk } from './create-disk.ts';
import { createSnapshot } from './create-snapshot.ts';
import { deleteDisk } from './delete-disk.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { describeDisks } from './describe-disks.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { resizeDisk } from './resize-disk.ts';

/** Every action that the emulator knows. */
export const actions: readonly Action[] = [
  createDisk,
  createSnapshot,
  deleteDisk,
  deleteSnapshot,
  describeDisks,
  describeSnapshots,
  resizeDisk,
];

const byName: ReadonlyMap<string, Action> = new Map(actions.map((action) => [action.name, action]));

export function actionNamed(name: string): Action | undefined {
  return byName.get(name);
}
