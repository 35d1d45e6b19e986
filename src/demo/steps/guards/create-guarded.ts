import { totalOf } from '../../call-counts.ts';
import { askForVolume, volumeRequest } from '../../questions.ts';
import { finding, proveData, writeData, type Stage } from '../../stage.ts';
import { attachDisk } from '../attachment.ts';

/** The `parameters` of a StorageClass that asks for both guards. */
export const guardedClass = {
  type: 'cloud_essd',
  performanceLevel: 'PL1',
  zoneId: 'cn-hangzhou-h',
  volumeExpandAutoSnapshot: 'forced',
  volumeDeleteSnapshotRetentionDays: '3',
};
/** From here on uploads take their time, and then end by themselves. */
const uploadMs = 1500;
const sizeGiB = 20;

/** A volume of a class that asks for a snapshot before each expansion and before its deletion. */
export async function createGuardedVolume(stage: Stage): Promise<void> {
  const { ecs } = finding(stage, 'emulator');
  await ecs.setUploadTime(uploadMs);
  const before = totalOf(await ecs.requestCounts(), 'CreateSnapshot');
  const { volumeId } = await askForVolume(stage, {
    ...volumeRequest('pvc-demo-orders', sizeGiB),
    parameters: { ...guardedClass, 'csi.storage.k8s.io/pv/name': 'pvc-demo-orders' },
  });
  stage.findings.guardedVolumeId = volumeId;
  await attachDisk(stage, volumeId);
  await writeData(stage, volumeId, [stage.guardedPlan.first]);
  await proveData(stage, 'what was written can be read back', volumeId, [stage.guardedPlan.first]);
  const taken = totalOf(await ecs.requestCounts(), 'CreateSnapshot') - before;
  stage.proofs.equal('nothing is taken as long as nothing is risked (CreateSnapshot requests)', taken, 0);
}
