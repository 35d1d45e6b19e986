import { attachDisk } from './attachment.ts';
import { finding, proveData, writeData, type Stage } from '../stage.ts';

/** Attached, the disk is written to and read back. That is the node's part, and the emulator carries the bytes. */
export async function writeFirstData(stage: Stage): Promise<void> {
  await attachDisk(stage, finding(stage, 'volumeId'));
  await writeData(stage, finding(stage, 'volumeId'), [stage.plan.first]);
  await proveData(stage, 'what was written can be read back', finding(stage, 'volumeId'), [stage.plan.first]);
}
