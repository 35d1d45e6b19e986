import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke, type CsiClient } from './csi-client.ts';
import type { Emulator } from './emulator.ts';

export const gib = 1024 ** 3;

/** A file system on one node, the most usual capability. */
export const mountCapability = {
  mount: { fsType: 'ext4' },
  accessMode: { mode: 'SINGLE_NODE_WRITER' as const },
};

/** Parameters of the StorageClass that most tests use. */
export const essdParameters = { type: 'cloud_essd', performanceLevel: 'PL1', zoneId: 'cn-hangzhou-h' };

export interface VolumeWish {
  readonly sizeGiB?: number;
  readonly parameters?: Record<string, string>;
  readonly snapshotId?: string;
  /** The volume that it is to be a clone of. */
  readonly volumeId?: string;
  readonly timeLimitMs?: number;
}

/** CreateVolume as csi-provisioner sends it. @returns the volume's id. */
export async function createVolume(client: CsiClient, name: string, wish: VolumeWish = {}): Promise<string> {
  const { sizeGiB = 20, parameters = essdParameters, snapshotId, volumeId, timeLimitMs } = wish;
  const request = {
    name,
    capacityRange: { requiredBytes: sizeGiB * gib },
    volumeCapabilities: [mountCapability],
    parameters,
    ...(snapshotId === undefined ? {} : { volumeContentSource: { snapshot: { snapshotId } } }),
    ...(volumeId === undefined ? {} : { volumeContentSource: { volume: { volumeId } } }),
  };
  const { volume } = await invoke(client.controller, 'CreateVolume', request, timeLimitMs);
  return volume?.volumeId ?? '';
}

/** A volume whose disk was attached and written to, so that ECS makes snapshots of it. */
export async function createUsedVolume(client: CsiClient, emulator: Emulator, name: string): Promise<string> {
  const volumeId = await createVolume(client, name);
  await emulator.attach(volumeId);
  await emulator.writeDisk(volumeId, 0, Buffer.from(`first bytes of ${name}`));
  return volumeId;
}

/** CreateSnapshot as csi-snapshotter sends it. @returns the snapshot's id. */
export async function createSnapshot(
  client: CsiClient,
  name: string,
  sourceVolumeId: string,
): Promise<string> {
  const { snapshot } = await invoke(client.controller, 'CreateSnapshot', { name, sourceVolumeId });
  return snapshot?.snapshotId ?? '';
}

/** The gRPC error of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error('the call succeeded, which it must not');
}

/** Expects a call to fail with a status and a text. */
export async function expectFailure(call: Promise<unknown>, code: GrpcStatus, text: RegExp): Promise<void> {
  const error = await failureOf(call);
  expect(`${GrpcStatus[error.code]}: ${error.details}`).to.match(text);
  expect(GrpcStatus[error.code]).to.equal(GrpcStatus[code]);
}

/** Repeats until the condition holds: no sleeps of a guessed length. */
export async function eventually(
  condition: () => Promise<boolean>,
  what: string,
  timeLimitMs = 20_000,
  everyMs = 25,
): Promise<void> {
  const giveUpAt = Date.now() + timeLimitMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) {
      throw new Error(`not within ${timeLimitMs} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Waits until Probe answers ready. */
export async function untilReady(client: CsiClient): Promise<void> {
  const isReady = async () => (await invoke(client.identity, 'Probe', {})).ready?.value === true;
  await eventually(isReady, 'Probe answers ready');
}

/** The statuses after which every sidecar asks again and forgets nothing. */
export const undecided = ['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE', 'ABORTED'];

/** Repeats as a sidecar does until the call succeeds; every status on the way must be an undecided one. */
export async function untilItSucceeds<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      expect(undecided, String(error)).to.include(GrpcStatus[(error as ServiceError).code]);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error('200 attempts did not succeed');
}
