import { lengthOf } from '../disk-content.ts';
import { formatCount } from '../format.ts';
import { compareData, finding, proveData, writeData, type Stage } from '../stage.ts';

/** A byte of random data equals the one before it once in 256 times. */
const leastDifferingShare = 0.99;

/** Life goes on after the snapshot: a part is overwritten, and something is appended. */
export async function writeMore(stage: Stage): Promise<void> {
  const { plan } = stage;
  const volumeId = finding(stage, 'volumeId');
  const changes = [plan.overwrite, plan.append];
  await writeData(stage, volumeId, changes);
  await proveData(stage, 'the disk holds the old data with the new in its place', volumeId, plan.atEnd);
  stage.screen.say('note', 'the same bytes once more, against what the snapshot must hold');
  const { differingBytes } = await compareData(stage, volumeId, plan.atSnapshot);
  const passed =
    differingBytes >= leastDifferingShare * lengthOf(changes) && differingBytes <= lengthOf(changes);
  const evidence = `${formatCount(differingBytes)} bytes differ, of ${formatCount(lengthOf(changes))} written since`;
  stage.proofs.that('the disk is no longer as the snapshot was taken', passed, evidence);
}
