import { startCommand } from '../../child-process.ts';
import { guardEventsIn } from '../../guard-events.ts';
import {
  objectsIn,
  ofKind,
  snapshotChainIn,
  textAt,
  type KubernetesObject,
} from '../../kubernetes-objects.ts';
import { askForVolume, deletionOfVolume, volumeRequest } from '../../questions.ts';
import { ask, compareData, finding, proveData, writeData, type Stage } from '../../stage.ts';
import { attachDisk, detachDisk } from '../attachment.ts';
import { guardedClass } from './create-guarded.ts';
import { restoreCommandIn } from './fail-expansion.ts';

const sizeGiB = 20;

/** The data is damaged after the failed expansion; what the event told the user to type brings it back. */
export async function restoreKeptSnapshot(stage: Stage): Promise<void> {
  await damage(stage);
  const objects = await runRestoreCommand(stage);
  const snapshotId = proveManifests(stage, objects);
  const { volumeId } = await askForVolume(stage, {
    ...volumeRequest('pvc-demo-orders-restored', sizeGiB),
    parameters: { ...guardedClass, 'csi.storage.k8s.io/pv/name': 'pvc-demo-orders-restored' },
    volumeContentSource: { snapshot: { snapshotId } },
  });
  stage.findings.rescuedVolumeId = volumeId;
  await attachDisk(stage, volumeId);
  const claim = 'the new volume holds every byte from before the expansion';
  await proveData(stage, claim, volumeId, stage.guardedPlan.atSnapshot);
  await giveUpDamaged(stage);
}

async function damage(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'guardedVolumeId');
  await writeData(stage, volumeId, [stage.guardedPlan.overwrite]);
  const { differingBytes } = await compareData(stage, volumeId, stage.guardedPlan.atSnapshot);
  const evidence = `${differingBytes} bytes are not what they were`;
  stage.proofs.that('the data of the volume is damaged', differingBytes > 0, evidence);
}

/** The very command of the event, but for kubectl: there is no cluster here. */
async function runRestoreCommand(stage: Stage): Promise<KubernetesObject[]> {
  const volumeId = finding(stage, 'guardedVolumeId');
  const event = guardEventsIn(finding(stage, 'plugin').process.lines()).findLast(
    ({ reason, diskId }) => reason === 'ExpansionFailedSnapshotKept' && diskId === volumeId,
  );
  const [command = ''] = restoreCommandIn(event?.message ?? '').split(' | ');
  stage.screen.say('typed', command);
  await using run = startCommand(command.split(' ').slice(1));
  const status = await run.ended;
  const lines = run.lines();
  lines.forEach((line) => stage.screen.say('', line));
  stage.proofs.equal('the command of the event works (exit status)', status, 0);
  return objectsIn(lines.join('\n'));
}

/** The objects must form one chain: claim, VolumeSnapshot, content, ECS snapshot. @returns the id at its end. */
function proveManifests(stage: Stage, objects: readonly KubernetesObject[]): string {
  const claim = ofKind(objects, 'PersistentVolumeClaim');
  const { snapshotName, snapshotHandle } = snapshotChainIn(objects);
  const source = `${textAt(claim, 'metadata.namespace')}/${textAt(claim, 'spec.dataSource.name')}`;
  const passed = source === snapshotName && snapshotHandle === finding(stage, 'keptSnapshotId');
  const evidence = `claim ${textAt(claim, 'metadata.name')} leads to ${snapshotHandle}`;
  stage.proofs.that('it prints a claim that leads to the kept snapshot', passed, evidence);
  return snapshotHandle;
}

/** Also a damaged volume is deleted only behind a snapshot: its class says so. */
async function giveUpDamaged(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'guardedVolumeId');
  const { ecs } = finding(stage, 'emulator');
  await detachDisk(stage, volumeId);
  const { code } = await ask(stage, deletionOfVolume(volumeId));
  stage.proofs.equal('the damaged volume is deleted', code, 'OK');
  const names = (await ecs.snapshotsOf(volumeId)).map(
    ({ name, retentionDays }) => `${name} ${retentionDays}`,
  );
  const isThere = names.includes(`${volumeId}-delprotect 3`);
  stage.proofs.that('it too left a snapshot for 3 days', isThere, names.join(', '));
}
