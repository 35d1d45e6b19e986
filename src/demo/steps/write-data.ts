import { askAboutVolume } from '../questions.ts';
import { finding, proveData, writeData, type Stage } from '../stage.ts';

/** The node's part, played by the emulator: attach the disk, write to it, read it back. */
export async function writeFirstData(stage: Stage): Promise<void> {
  await attachDisk(stage, finding(stage, 'volumeId'));
  await writeData(stage, finding(stage, 'volumeId'), [stage.plan.first]);
  await proveData(stage, 'what was written can be read back', finding(stage, 'volumeId'), [stage.plan.first]);
}

/** Gives the disk to an instance and proves that the plugin sees it there. */
export async function attachDisk(stage: Stage, volumeId: string): Promise<void> {
  stage.screen.say('note', 'attaching is the part of attacher and node, which this version does not have:');
  stage.screen.say('', 'the emulator attaches the disk, and its data end point stands for the device');
  const instanceId = await finding(stage, 'emulator').ecs.attach(volumeId);
  stage.screen.say('node', `disk ${volumeId} is attached to instance ${instanceId}`);
  const { nodeIds } = await askAboutVolume(stage, volumeId);
  stage.proofs.equal('the plugin sees where the disk is attached', nodeIds, instanceId);
}
