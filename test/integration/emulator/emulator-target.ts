import { CreateDiskRequest, CreateSnapshotRequest } from '@alicloud/ecs20140526';

import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { lastingKey, present, sdkClient, type Client } from './sdk-client.ts';

/** An emulator of its own process with a client of the official SDK. */
export interface EmulatorTarget extends Emulator {
  readonly client: Client;
  /** Moves the emulator's clock. */
  advance(ms: number): Promise<void>;
  /** Calls a control endpoint without expecting success; returns the status and the body. */
  send(method: string, path: string, body?: string): Promise<[status: number, body: string]>;
  /** A disk that was never attached. */
  newDisk(change?: Partial<CreateDiskRequest>): Promise<string>;
  /** A disk that is attached and was written to. */
  usedDisk(change?: Partial<CreateDiskRequest>): Promise<string>;
  /** A snapshot whose upload has begun. */
  newSnapshot(diskId: string): Promise<string>;
}

export const regionId = 'cn-hangzhou';
export const zoneId = 'cn-hangzhou-h';

/** Its time stands still and disks are there at once, unless the settings say otherwise. */
export async function emulatorWith(
  settings: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
): Promise<EmulatorTarget> {
  const instant = { createDiskMs: 0, attachMs: 0, attachVisibleAfterMs: 0, detachMs: 0, cutMs: 0 };
  const emulator = await startEmulator(['--settings', JSON.stringify({ ...instant, ...settings }), ...args]);
  await emulator.control('POST', '/clock', { frozen: true });
  const client = sdkClient({ endpoint: emulator.endpoint, protocol: 'http', regionId }, lastingKey);
  const newDisk: EmulatorTarget['newDisk'] = async (change = {}) => {
    const preset = { regionId, zoneId, diskCategory: 'cloud_essd', size: 20 };
    const { body } = await client.createDisk(new CreateDiskRequest({ ...preset, ...change }));
    return present(body?.diskId);
  };
  return {
    ...emulator,
    client,
    advance: async (advanceMs) => void (await emulator.control('POST', '/clock', { advanceMs })),
    newDisk,
    send: async (method, path, body) => {
      const url = `http://${emulator.endpoint}/__emulator/${path}`;
      const response = await fetch(url, { method, ...(body === undefined ? {} : { body }) });
      return [response.status, await response.text()];
    },
    newSnapshot: async (diskId) =>
      present((await client.createSnapshot(new CreateSnapshotRequest({ diskId }))).body?.snapshotId),
    usedDisk: async (change) => {
      const diskId = await newDisk(change);
      await emulator.attach(diskId);
      await emulator.writeDisk(diskId, 0, Buffer.from('x'));
      return diskId;
    },
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}
