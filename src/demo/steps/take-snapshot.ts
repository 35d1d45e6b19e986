import type { Snapshot__Output } from '../../generated/csi/v1/Snapshot.ts';
import { totalOf } from '../call-counts.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { pollUntil } from '../poll.ts';
import { askForSnapshotIds, nothing } from '../questions.ts';
import { askFor, finding, type Stage } from '../stage.ts';

const name = 'snapshot-demo-mysql-data';
const readyLimitMs = 20_000;

/** The state that everything later is measured against. */
export async function takeSnapshot(stage: Stage): Promise<void> {
  const snapshot = await askForSnapshot(stage);
  stage.findings.snapshotId = snapshot.snapshotId;
  stage.proofs.equal('the snapshot is of this volume', snapshot.sourceVolumeId, finding(stage, 'volumeId'));
  stage.screen.say('note', 'csi-snapshotter asks again until the snapshot is ready');
  const again = await askForSnapshot(stage);
  stage.proofs.equal('the same name gives the same snapshot', again.snapshotId, snapshot.snapshotId);
  const sent = totalOf(await finding(stage, 'emulator').ecs.requestCounts(), 'CreateSnapshot');
  stage.proofs.equal('ECS was asked for one snapshot (CreateSnapshot requests)', sent, 1);
  await proveReady(stage, snapshot.snapshotId);
  const found = await askForSnapshotIds(stage);
  stage.proofs.equal('ListSnapshots shows it, and nothing else', found, snapshot.snapshotId);
}

async function askForSnapshot(stage: Stage): Promise<Snapshot__Output> {
  const sourceVolumeId = finding(stage, 'volumeId');
  const { snapshot } = await askFor(stage, {
    method: 'CreateSnapshot',
    asked: { name, source_volume_id: sourceVolumeId },
    request: { name, sourceVolumeId },
    answered: (response) => (response.snapshot === null ? {} : snapshotFields(response.snapshot)),
  });
  return snapshot ?? nothing('CreateSnapshot', 'snapshot');
}

function snapshotFields({ snapshotId, sizeBytes, creationTime, readyToUse }: Snapshot__Output) {
  const seconds = Number(creationTime?.seconds ?? 0);
  return {
    snapshot_id: snapshotId,
    size_bytes: formatBytes(Number(sizeBytes)),
    creation_time: new Date(seconds * 1000).toISOString(),
    ready_to_use: `${readyToUse}`,
  };
}

/** Instant access: a disk can be made from the snapshot long before ECS has uploaded it. */
async function proveReady(stage: Stage, snapshotId: string): Promise<void> {
  const { csi } = finding(stage, 'plugin');
  const startedAtMs = performance.now();
  stage.screen.say('asked', 'GetSnapshot, until it is ready to use');
  const isReady = await pollUntil(
    async () => {
      const answer = await csi.call('GetSnapshot', { snapshotId });
      return answer.response?.snapshot?.readyToUse === true;
    },
    (ready) => ready,
    readyLimitMs,
  );
  const durationMs = performance.now() - startedAtMs;
  stage.screen.say('answered', isReady ? 'ready' : 'still not ready');
  const status = await finding(stage, 'emulator').ecs.snapshotStatus(snapshotId);
  const evidence = `ready_to_use: ${isReady} after ${formatDuration(durationMs)}; in ECS it is ${status}`;
  stage.proofs.that(
    'it can be restored while ECS still uploads it',
    isReady && status === 'progressing',
    evidence,
  );
}
