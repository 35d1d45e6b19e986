import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { showEvent } from '../../guard-events.ts';
import { objectsIn, snapshotChainIn } from '../../kubernetes-objects.ts';
import { deletionOfVolume } from '../../questions.ts';
import { ask, finding, type Stage } from '../../stage.ts';
import { detachDisk } from '../attachment.ts';

/** Second story: a volume is deleted by mistake. The disk goes, a snapshot of its last state stays. */
export async function deleteGuardedVolume(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'rescuedVolumeId');
  const { ecs } = finding(stage, 'emulator');
  await detachDisk(stage, volumeId);
  const { code } = await ask(stage, deletionOfVolume(volumeId));
  stage.proofs.equal('the volume is deleted', code, 'OK');
  stage.proofs.equal('its disk is gone from ECS', (await ecs.hasDisk(volumeId)) ? 'there' : 'gone', 'gone');
  const found = (await ecs.snapshotsOf(volumeId)).map(
    ({ name, retentionDays }) => `${name} ${retentionDays}`,
  );
  stage.proofs.equal('one snapshot of it stays, for 3 days', found.join(', '), `${volumeId}-delprotect 3`);
  const message = await showEvent(stage, 'DeleteProtected', volumeId);
  const snapshotId = (await ecs.snapshotsOf(volumeId))[0]?.id ?? 'none';
  const says = message.includes(`snapshotId[${snapshotId}]`);
  stage.proofs.that('the event names the snapshot', says, snapshotId);
  await proveManifest(stage, volumeId, snapshotId);
}

/** With Kubernetes there would be two objects; without, they stand in a file. */
async function proveManifest(stage: Stage, volumeId: string, snapshotId: string): Promise<void> {
  const file = join(finding(stage, 'plugin').manifestDirectory, `${volumeId}-delprotect.yaml`);
  const text = await readFile(file, 'utf8');
  stage.screen.say('file', file);
  text
    .trimEnd()
    .split('\n')
    .forEach((line) => stage.screen.say('', line));
  const chain = snapshotChainIn(objectsIn(text));
  const name = `default/${volumeId}-delprotect`;
  stage.proofs.equal('the VolumeSnapshot has the documented name', chain.snapshotName, name);
  stage.proofs.equal('and so has its content', chain.contentName, `${volumeId}-delprotect-content`);
  const found = `${chain.deletionPolicy}, ${chain.snapshotHandle}`;
  stage.proofs.equal('they keep the snapshot and lead to it', found, `Retain, ${snapshotId}`);
  stage.findings.protectionSnapshotId = chain.snapshotHandle;
}
