import { askForVolume, deletionOfVolume, volumeRequest } from '../../questions.ts';
import { ask, finding, proveData, type Stage } from '../../stage.ts';
import { attachDisk, detachDisk } from '../attachment.ts';

const sizeGiB = 30;

/** A new volume from the snapshotHandle of the file holds every byte of the deleted one. */
export async function restoreDeletedVolume(stage: Stage): Promise<void> {
  const snapshotId = finding(stage, 'protectionSnapshotId');
  const { volumeId } = await askForVolume(stage, {
    ...volumeRequest('pvc-demo-orders-undeleted', sizeGiB),
    parameters: { type: 'cloud_essd', performanceLevel: 'PL1', zoneId: 'cn-hangzhou-h' },
    volumeContentSource: { snapshot: { snapshotId } },
  });
  await attachDisk(stage, volumeId);
  const claim = 'it holds every byte of the deleted volume';
  await proveData(stage, claim, volumeId, stage.guardedPlan.atSnapshot);
  await detachDisk(stage, volumeId);
  const { code } = await ask(stage, deletionOfVolume(volumeId));
  const left = (await finding(stage, 'emulator').ecs.snapshotsOf(volumeId)).length;
  stage.proofs.equal('its class asks for nothing: it goes without a snapshot', `${code}, ${left}`, 'OK, 0');
}
