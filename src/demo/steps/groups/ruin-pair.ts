import { formatBytes } from '../../format.ts';
import { randomData } from '../../random-data.ts';
import { finding, type Stage } from '../../stage.ts';
import { contentOf, readWrites } from './pair.ts';

const ruinedBytes = 4096;

/** A bad release: the application overwrites the beginning of both disks, and ends. */
export async function ruinPair(stage: Stage): Promise<void> {
  const pair = finding(stage, 'pair');
  await finding(stage, 'application').stop();
  for (const diskId of pair) {
    const bytes = randomData(`ruined ${diskId}`, 0, ruinedBytes);
    await finding(stage, 'emulator').ecs.bytesOf(diskId).write(0, bytes);
    stage.screen.say('node', `the application overwrites ${formatBytes(ruinedBytes)} of ${diskId}, and ends`);
  }
  const { writes, evidence } = contentOf(await Promise.all(pair.map((diskId) => readWrites(stage, diskId))));
  stage.proofs.that('what the volumes hold is of no use', writes === undefined, evidence);
}
