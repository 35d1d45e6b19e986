import { formatCount } from '../../format.ts';
import { askForVolume, volumeRequest } from '../../questions.ts';
import { finding, type Stage } from '../../stage.ts';
import { attachDisk } from '../attachment.ts';
import { contentOf, pairClass, readWrites, sizeGiB } from './pair.ts';

/** A new volume from each member, and what they hold together. The ruined ones stay until that is proven. */
export async function restorePair(stage: Stage): Promise<void> {
  const { snapshotIds, writtenBefore, writtenAfter } = finding(stage, 'pairSnapshots');
  const restored: string[] = [];
  for (const [index, snapshotId] of snapshotIds.entries()) {
    const { volumeId } = await askForVolume(stage, {
      ...volumeRequest(`pvc-demo-bank-restored-${index}`, sizeGiB),
      parameters: pairClass,
      volumeContentSource: { snapshot: { snapshotId } },
    });
    restored.push(volumeId);
    await attachDisk(stage, volumeId);
  }
  stage.findings.restoredPair = restored;
  const { writes, evidence } = contentOf(
    await Promise.all(restored.map((diskId) => readWrites(stage, diskId))),
  );
  stage.proofs.that('the restored volumes are one moment in time', writes !== undefined, evidence);
  const isMeant = writes !== undefined && writes >= writtenBefore && writes <= writtenAfter + 1;
  const span = `${formatCount(writtenBefore)} to ${formatCount(writtenAfter)}`;
  stage.proofs.that('it is the moment of the group snapshot', isMeant, `between the writes ${span}`);
}
