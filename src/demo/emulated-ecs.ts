import type { CallCounts } from './call-counts.ts';
import type { DiskBytes } from './disk-content.ts';

/** The AccessKey that the emulator knows by default. */
export const emulatorKeys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator-access-key',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret',
};

/** What lives in the emulated account. */
interface ResourceCounts {
  readonly disks: number;
  readonly snapshots: number;
  readonly groups: number;
}

/** A snapshot as ECS itself has it. */
export interface EcsSnapshot {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sourceDiskId: string;
  readonly retentionDays: number | null;
}

interface State {
  readonly counts: ResourceCounts;
  readonly disks: readonly { readonly id: string; readonly zoneId: string }[];
  readonly instances: readonly { readonly id: string; readonly zoneId: string }[];
  readonly snapshots: readonly EcsSnapshot[];
}

/** The side of the emulator that ECS does not have: the bytes of disks, instances, the log of requests. */
export interface EmulatedEcs {
  bytesOf(diskId: string): DiskBytes;
  /** An instance in the zone of the disk. */
  instanceBeside(diskId: string): Promise<string>;
  /** How long the upload of a snapshot takes from now on. */
  setUploadTime(uploadMs: number): Promise<void>;
  finishUpload(snapshotId: string): Promise<void>;
  /** The next request of this action is refused. */
  refuseNext(action: string, error: { readonly code: string; readonly message: string }): Promise<void>;
  /** Steps the clock of ECS, not that of the machine. */
  advanceClock(durationMs: number): Promise<void>;
  /** The requests that ECS got so far, by action and code. */
  requestCounts(): Promise<CallCounts>;
  /** The parameters of each request of an action, oldest first. */
  parametersOf(action: string): Promise<Readonly<Record<string, string>>[]>;
  resourceCounts(): Promise<ResourceCounts>;
  /** What ECS says of a snapshot: progressing, accomplished or failed. */
  snapshotStatus(snapshotId: string): Promise<string>;
  hasDisk(diskId: string): Promise<boolean>;
  snapshotsOf(diskId: string): Promise<EcsSnapshot[]>;
  snapshotIds(): Promise<string[]>;
}

/** @param address `host:port` of the emulator. */
export function emulatedEcsAt(address: string): EmulatedEcs {
  const send = async (method: string, path: string, body?: string | Buffer<ArrayBuffer>) => {
    const response = await fetch(`http://${address}/__emulator${path}`, { method, body: body ?? null });
    if (!response.ok) {
      throw new Error(`emulator: ${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  };
  const get = async <T>(path: string) => (await (await send('GET', path)).json()) as T;
  const post = async <T>(path: string, body: object) =>
    (await (await send('POST', path, JSON.stringify(body))).json()) as T;
  return {
    bytesOf: (diskId) => ({
      write: async (offset, bytes) => {
        await send('PUT', `/disks/${diskId}/data?offset=${offset}`, Buffer.from(bytes));
      },
      read: async (offset, length) => {
        const response = await send('GET', `/disks/${diskId}/data?offset=${offset}&length=${length}`);
        return Buffer.from(await response.arrayBuffer());
      },
    }),
    async instanceBeside(diskId) {
      const { disks, instances } = await get<State>('/state');
      const disk = disks.find(({ id }) => id === diskId);
      return instances.find(({ zoneId }) => zoneId === disk?.zoneId)?.id ?? 'none';
    },
    setUploadTime: async (uploadMs) => void (await post('/settings', { uploadMs })),
    finishUpload: async (snapshotId) =>
      void (await post(`/snapshots/${snapshotId}`, { status: 'accomplished' })),
    refuseNext: async (action, error) =>
      void (await post('/faults', { action, times: 1, effect: { type: 'error', status: 403, ...error } })),
    advanceClock: async (advanceMs) => void (await post('/clock', { advanceMs })),
    async requestCounts() {
      const summary =
        await get<Readonly<Record<string, Readonly<Record<string, number>>>>>('/requests/summary');
      return new Map(
        Object.entries(summary).map(([action, codes]) => [action, new Map(Object.entries(codes))]),
      );
    },
    async parametersOf(action) {
      const { requests } = await get<{
        requests: { action: string; parameters: Readonly<Record<string, string>> }[];
      }>('/requests');
      return requests.filter((request) => request.action === action).map(({ parameters }) => parameters);
    },
    resourceCounts: async () => (await get<State>('/state')).counts,
    async snapshotStatus(snapshotId) {
      const { snapshots } = await get<State>('/state');
      return snapshots.find(({ id }) => id === snapshotId)?.status ?? 'absent';
    },
    hasDisk: async (diskId) => (await get<State>('/state')).disks.some(({ id }) => id === diskId),
    snapshotsOf: async (diskId) =>
      (await get<State>('/state')).snapshots.filter(({ sourceDiskId }) => sourceDiskId === diskId),
    snapshotIds: async () => (await get<State>('/state')).snapshots.map(({ id }) => id),
  };
}
