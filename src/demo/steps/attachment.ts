import { askAboutVolume, volumeRequest } from '../questions.ts';
import { askFor, finding, type Stage } from '../stage.ts';

/** The attacher's part: gives the disk to an instance of its zone, and proves that the plugin sees it there. */
export async function attachDisk(stage: Stage, volumeId: string): Promise<void> {
  const nodeId = await finding(stage, 'emulator').ecs.instanceBeside(volumeId);
  const [volumeCapability] = volumeRequest('', 0).volumeCapabilities;
  await askFor(stage, {
    method: 'ControllerPublishVolume',
    request: { volumeId, nodeId, volumeCapability: volumeCapability ?? null },
    asked: { volume_id: volumeId, node_id: nodeId },
    answered: ({ publishContext }) => ({
      publish_context: Object.entries(publishContext)
        .map(([key, value]) => `${key}=${value}`)
        .join('\n'),
    }),
  });
  const { nodeIds } = await askAboutVolume(stage, volumeId);
  stage.proofs.equal('the plugin sees where the disk is attached', nodeIds, nodeId);
}

/** The attacher's part again: takes the disk off every instance. @throws Error when the call is refused. */
export async function detachDisk(stage: Stage, volumeId: string): Promise<void> {
  await askFor(stage, {
    method: 'ControllerUnpublishVolume',
    request: { volumeId },
    asked: { volume_id: volumeId },
  });
}
