import { askForVolume, askForVolumeIds, listed, volumeRequest } from '../questions.ts';
import { finding, proveData, type Stage } from '../stage.ts';
import { attachDisk } from './attachment.ts';

const sizeGiB = 20;

/** A new volume from the snapshot holds the bytes of that moment, not those written since. */
export async function restoreSnapshot(stage: Stage): Promise<void> {
  const snapshotId = finding(stage, 'snapshotId');
  const restored = await askForVolume(stage, {
    ...volumeRequest('pvc-demo-mysql-restored', sizeGiB),
    parameters: { type: 'cloud_essd', performanceLevel: 'PL1', zoneId: 'cn-hangzhou-h' },
    volumeContentSource: { snapshot: { snapshotId } },
  });
  stage.findings.restoredVolumeId = restored.volumeId;
  const source = restored.contentSource?.snapshot?.snapshotId ?? 'none';
  stage.proofs.equal('the answer names the snapshot as its source', source, snapshotId);
  const ids = listed([finding(stage, 'volumeId'), restored.volumeId]);
  stage.proofs.equal('ListVolumes shows both volumes', await askForVolumeIds(stage), ids);
  await attachDisk(stage, restored.volumeId);
  const claim = 'it holds the bytes of the snapshot, none of the later ones';
  await proveData(stage, claim, restored.volumeId, stage.plan.atSnapshot);
  const volumeId = finding(stage, 'volumeId');
  await proveData(stage, 'the first volume still has its own', volumeId, stage.plan.atEnd);
}
