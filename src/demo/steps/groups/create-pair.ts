import { formatCount } from '../../format.ts';
import { askForVolume, volumeRequest } from '../../questions.ts';
import { finding, type Stage } from '../../stage.ts';
import { startStampWriter } from '../../stamp-writer.ts';
import { attachDisk } from '../attachment.ts';
import { contentOf, pairClass, readWrites, sizeGiB } from './pair.ts';

const firstWrites = 1000;
/** So many writes lie between the readings of the two disks. */
const writesBetween = 10;

/** A database with its log on one volume and its tables on another: each change goes to the log first. */
export async function createPair(stage: Stage): Promise<void> {
  const pair: string[] = [];
  for (const name of ['pvc-demo-bank-log', 'pvc-demo-bank-tables']) {
    const { volumeId } = await askForVolume(stage, {
      ...volumeRequest(name, sizeGiB),
      parameters: pairClass,
    });
    await attachDisk(stage, volumeId);
    pair.push(volumeId);
  }
  stage.findings.pair = pair;
  await startApplication(stage, pair);
  await proveNeverStill(stage, pair);
}

async function startApplication(stage: Stage, pair: readonly string[]): Promise<void> {
  const { ecs } = finding(stage, 'emulator');
  const application = startStampWriter(pair.map((diskId) => ecs.bytesOf(diskId)));
  stage.findings.application = application;
  // The story may end before it does.
  stage.cleanUp.defer(() => application.stop().catch(() => undefined));
  stage.screen.say('node', 'an application writes numbered changes to both in turn: log, tables, log, ...');
  await application.more(firstWrites);
  stage.screen.say('', `${formatCount(application.written())} are written, and it does not stop`);
}

/** Without a group: each disk is right, and the two do not fit each other. */
async function proveNeverStill(stage: Stage, pair: readonly string[]): Promise<void> {
  const disks: Buffer[] = [];
  for (const diskId of pair) {
    disks.push(await readWrites(stage, diskId));
    await finding(stage, 'application').more(writesBetween);
  }
  const { writes, evidence } = contentOf(disks);
  stage.proofs.that('read one after the other they do not fit each other', writes === undefined, evidence);
}
