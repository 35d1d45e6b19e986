import { randomUUID } from 'node:crypto';
import { createEcsClient } from '../../../src/ecs/client.ts';
import { aNewDisk, aNewSnapshot } from '../../support/builders.ts';
import type { EcsClientSettings } from '../../../src/ecs/client.ts';
import { createCredential } from '../../../src/ecs/credentials/create-credential.ts';
import type { CredentialSettings } from '../../../src/ecs/credentials/credential-settings.ts';
import { createEcsDiskCloud } from '../../../src/ecs/ecs-disk-cloud.ts';
import type { Call } from '../../../src/disk/call.ts';
import type { NewDisk } from '../../../src/disk/disk.ts';
import type { NewSnapshot } from '../../../src/disk/snapshot.ts';
import { RecordingObserver } from '../../unit/ecs/fixtures.ts';

export const ownerTag = { key: 'ack.aliyun.com', value: 'cluster-1' };

export const regionId = 'cn-hangzhou';

const emulatorKeys: CredentialSettings = {
  kind: 'access-key',
  accessKeyId: 'emulator-access-key',
  accessKeySecret: 'emulator-secret',
};

interface CloudSettings extends Partial<Omit<EcsClientSettings, 'credential'>> {
  readonly endpoint: string;
  readonly keys?: CredentialSettings;
}

/** Our adapter over the official SDK, speaking to an emulator. */
export function connect({ keys = emulatorKeys, ...settings }: CloudSettings) {
  const observer = new RecordingObserver();
  const client = createEcsClient({
    regionId,
    protocol: 'http',
    userAgent: 'test',
    requestTimeoutMs: 2_000,
    ...settings,
    credential: createCredential(keys),
  });
  const cloud = createEcsDiskCloud({
    client,
    regionId: settings.regionId ?? regionId,
    ownerTag,
    observer,
    pollIntervalMs: 100,
    batchWindow: { refillPerSecond: 100 },
  });
  return Object.assign(cloud, { observer });
}

/** A call with half a minute of time. */
export function aCall(signal = AbortSignal.timeout(30_000)): Call {
  return { signal, requestId: randomUUID() };
}

export function newDisk(overrides: Partial<NewDisk> = {}): NewDisk {
  const ours = {
    name: 'pv-1',
    performanceLevel: 'PL1',
    zoneId: 'cn-hangzhou-i',
    tags: [ownerTag],
    clientToken: randomUUID(),
  };
  return aNewDisk({ ...ours, ...overrides });
}

export function newSnapshot(diskId: string, overrides: Partial<NewSnapshot> = {}): NewSnapshot {
  return aNewSnapshot({ diskId, name: 'snap-1', tags: [ownerTag], clientToken: randomUUID(), ...overrides });
}
