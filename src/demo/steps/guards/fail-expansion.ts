import { showEvent } from '../../guard-events.ts';
import { askAboutVolume } from '../../questions.ts';
import { finding, type Stage } from '../../stage.ts';
import { expand, idsInSnapshotCreated } from './expansion.ts';

const newSizeGiB = 30;
const refusal = { code: 'QuotaExceed.DiskCapacity', message: 'The capacity quota of ESSDs is used up.' };
const dayMs = 24 * 3600 * 1000;
const toleranceMs = 60_000;

/** First story: ECS refuses to grow the disk. Its snapshot stays for a day, and the user is told where it is. */
export async function failExpansion(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'guardedVolumeId');
  const { ecs } = finding(stage, 'emulator');
  await ecs.refuseNext('ResizeDisk', refusal);
  stage.screen.say('ECS', `will refuse the next ResizeDisk: ${refusal.code}`);
  const { code } = await expand(stage, volumeId, newSizeGiB);
  stage.proofs.equal('the expansion fails, and says so', code, 'FAILED_PRECONDITION');
  const { capacity } = await askAboutVolume(stage, volumeId);
  stage.proofs.equal('the volume has its old size', capacity, '20 GiB');
  await proveTaken(stage, volumeId);
  await proveKept(stage, volumeId);
}

async function proveTaken(stage: Stage, volumeId: string): Promise<void> {
  const created = idsInSnapshotCreated(await showEvent(stage, 'SnapshotCreated', volumeId));
  stage.findings.keptSnapshotId = created.snapshotId;
  stage.proofs.equal('a snapshot was taken of it, and the event names both', created.diskId, volumeId);
  const [snapshot, ...others] = await finding(stage, 'emulator').ecs.snapshotsOf(volumeId);
  const found = `${snapshot?.id ?? 'none'} for ${snapshot?.retentionDays ?? 'ever'} day, ${others.length} others`;
  stage.proofs.equal('ECS has kept it', found, `${created.snapshotId} for 1 day, 0 others`);
}

/** The event must hold all that is needed at night: the id, the time that is left, and what to type. */
async function proveKept(stage: Stage, volumeId: string): Promise<void> {
  const message = await showEvent(stage, 'ExpansionFailedSnapshotKept', volumeId);
  const snapshotId = finding(stage, 'keptSnapshotId');
  stage.proofs.that(
    'the event names the snapshot',
    message.includes(`snapshotId[${snapshotId}]`),
    snapshotId,
  );
  const until = /kept until (\S+?)\. /.exec(message)?.[1] ?? 'never';
  const isADay = Math.abs(Date.parse(until) - Date.now() - dayMs) < toleranceMs;
  stage.proofs.that('it says until when: a day from now', isADay, until);
  const command = restoreCommandIn(message);
  const start = `csi-datasafe restore-manifests --snapshot ${snapshotId} --size 20Gi`;
  stage.proofs.that('it says what to type to restore it', command.startsWith(start), command);
}

/** What the event tells the user to type. */
export function restoreCommandIn(message: string): string {
  return /To restore it: (.+)$/.exec(message)?.[1] ?? 'nothing';
}
