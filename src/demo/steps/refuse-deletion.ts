import { totalOf } from '../call-counts.ts';
import { askAboutVolume, deletionOfVolume } from '../questions.ts';
import { ask, finding, proveData, type Stage } from '../stage.ts';

/** A volume that a node has is neither deleted nor taken away from it. */
export async function proveDeletionRefused(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'volumeId');
  const { code } = await ask(stage, deletionOfVolume(volumeId));
  stage.proofs.equal('a volume in use is not deleted', code, 'FAILED_PRECONDITION');
  const sent = totalOf(await finding(stage, 'emulator').ecs.requestCounts(), 'DeleteDisk');
  stage.proofs.equal('ECS was not even asked to (DeleteDisk requests)', sent, 0);
  const { nodeIds } = await askAboutVolume(stage, volumeId);
  stage.proofs.that('its node still has it', nodeIds.startsWith('i-'), nodeIds);
  await proveData(stage, 'its data is untouched', volumeId, stage.plan.atEnd);
}
