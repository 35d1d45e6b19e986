import { countOf } from '../../call-counts.ts';
import { formatBytes } from '../../format.ts';
import { showEvent } from '../../guard-events.ts';
import { askAboutVolume } from '../../questions.ts';
import { finding, proveData, type Stage } from '../../stage.ts';
import { expand, idsInSnapshotCreated } from './expansion.ts';

const newSizeGiB = 30;
const refusal = 'DiskCreatingSnapshot';

/** First story, other end: the disk grows behind its snapshot, which is then gone. */
export async function expandGuardedVolume(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'rescuedVolumeId');
  const { ecs } = finding(stage, 'emulator');
  const refusedBefore = countOf(await ecs.requestCounts(), 'ResizeDisk', refusal);
  const { code, response } = await expand(stage, volumeId, newSizeGiB);
  const size = formatBytes(Number(response?.capacityBytes ?? 0));
  stage.proofs.equal('the volume is expanded', `${code}, ${size}`, `OK, ${newSizeGiB} GiB`);
  const message = await showEvent(stage, 'SnapshotCreated', volumeId);
  const { diskId, snapshotId } = idsInSnapshotCreated(message);
  stage.proofs.equal('the event of its snapshot has the documented words', diskId, volumeId);
  const refused = countOf(await ecs.requestCounts(), 'ResizeDisk', refusal) - refusedBefore;
  const waiting = await showEvent(stage, 'WaitingForSnapshot', volumeId);
  const waited = refused > 0 && waiting.includes(snapshotId);
  stage.proofs.that('ECS resized once the snapshot was uploaded, no sooner', waited, `${refused} ${refusal}`);
  await proveReleased(stage, volumeId, snapshotId);
  const { capacity } = await askAboutVolume(stage, volumeId);
  stage.proofs.equal('the volume has its new size', capacity, `${newSizeGiB} GiB`);
  await proveData(stage, 'its data is what it was', volumeId, stage.guardedPlan.atSnapshot);
}

async function proveReleased(stage: Stage, volumeId: string, snapshotId: string): Promise<void> {
  const released = await showEvent(stage, 'SnapshotReleased', volumeId);
  const status = await finding(stage, 'emulator').ecs.snapshotStatus(snapshotId);
  const evidence = `${snapshotId} is ${status}`;
  const passed = status === 'absent' && released.includes(snapshotId);
  stage.proofs.that('expanded, it needs its snapshot no longer: ECS has none', passed, evidence);
}
