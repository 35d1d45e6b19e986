import { setTimeout as wait } from 'node:timers/promises';
import { countOf } from '../call-counts.ts';
import type { CsiAnswer } from '../csi-connection.ts';
import type { ControllerExpandVolumeResponse__Output } from '../../generated/csi/v1/ControllerExpandVolumeResponse.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { pollUntil } from '../poll.ts';
import { askAboutVolume, bytesPerGiB } from '../questions.ts';
import { ask, finding, proveData, type Stage } from '../stage.ts';

const newSizeGiB = 25;
const refusal = 'DiskCreatingSnapshot';
const refusalLimitMs = 15_000;
/** How long the upload goes on after ECS has refused. */
const holdMs = 1000;

/** The volume grows while it is in use and while its snapshot is still being uploaded. */
export async function expandVolume(stage: Stage): Promise<void> {
  const volumeId = finding(stage, 'volumeId');
  stage.screen.say('note', 'ECS is still uploading the snapshot, and resizes no disk meanwhile;');
  stage.screen.say('', `here the upload ends ${formatDuration(holdMs)} after the first refusal`);
  const [answer, wasRefused] = await Promise.all([grow(stage, volumeId), endUploadOnceRefused(stage)]);
  const passed = wasRefused && answer.code === 'OK' && answer.durationMs >= holdMs;
  const evidence = `${wasRefused ? refusal : 'no refusal'}, then ${answer.code} after ${formatDuration(answer.durationMs)}`;
  stage.proofs.that('the plugin waited for ECS instead of failing', passed, evidence);
  await proveGrown(stage, volumeId);
  await proveIdempotent(stage, volumeId);
  await proveData(stage, 'the data is what it was before', volumeId, stage.plan.atEnd);
}

function grow(stage: Stage, volumeId: string): Promise<CsiAnswer<ControllerExpandVolumeResponse__Output>> {
  const request = {
    volumeId,
    capacityRange: { requiredBytes: newSizeGiB * bytesPerGiB },
    volumeCapability: { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } },
  };
  return ask(stage, {
    method: 'ControllerExpandVolume',
    asked: { volume_id: volumeId, required_bytes: `${newSizeGiB} GiB` },
    request,
    answered: ({ capacityBytes, nodeExpansionRequired }) => ({
      capacity_bytes: formatBytes(Number(capacityBytes)),
      node_expansion_required: `${nodeExpansionRequired}`,
    }),
  });
}

async function endUploadOnceRefused(stage: Stage): Promise<boolean> {
  const { ecs } = finding(stage, 'emulator');
  const wasRefused = await pollUntil(
    async () => countOf(await ecs.requestCounts(), 'ResizeDisk', refusal) > 0,
    (refused) => refused,
    refusalLimitMs,
  );
  stage.screen.say('ECS', wasRefused ? `refuses ResizeDisk: ${refusal}` : 'has not refused ResizeDisk');
  await wait(holdMs);
  await ecs.finishUpload(finding(stage, 'snapshotId'));
  stage.screen.say('ECS', 'has uploaded the snapshot');
  return wasRefused;
}

async function proveGrown(stage: Stage, volumeId: string): Promise<void> {
  const { capacity } = await askAboutVolume(stage, volumeId);
  stage.proofs.equal('the volume has its new size', capacity, formatBytes(newSizeGiB * bytesPerGiB));
}

async function proveIdempotent(stage: Stage, volumeId: string): Promise<void> {
  const { response } = await grow(stage, volumeId);
  const resized = countOf(await finding(stage, 'emulator').ecs.requestCounts(), 'ResizeDisk', 'OK');
  const found = `${formatBytes(Number(response?.capacityBytes ?? 0))}, ${resized} ResizeDisk`;
  stage.proofs.equal('asked again, it grows no further', found, `${newSizeGiB} GiB, 1 ResizeDisk`);
}
