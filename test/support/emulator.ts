import { spawnCommand, type SpawnedProcess } from './spawned-process.ts';

/** A request that the emulator got, as its log has it. */
export interface LoggedRequest {
  readonly seq: number;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly code: string;
  readonly status: number;
  readonly accessKeyId: string;
  readonly faultApplied: readonly string[];
  /** Of the wall clock, in milliseconds; no end while the request runs. */
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

export interface FaultRule {
  readonly action: string;
  readonly when?: 'before' | 'after';
  readonly effect: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly skip?: number;
  readonly times?: number;
  readonly match?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What lives in the emulated account. */
export interface CloudCounts {
  readonly disks: number;
  readonly snapshots: number;
  readonly groups: number;
}

/** An ECS emulator, driven over its control end points. */
export interface EmulatorClient {
  /** `127.0.0.1:PORT` */
  readonly endpoint: string;
  control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** @returns the rule's id. */
  addFault(rule: FaultRule): Promise<string>;
  clearFaults(): Promise<void>;
  /** Waits until a fault rule has been hit, or the signal aborts. */
  waitForFault(ruleId: string, signal?: AbortSignal): Promise<void>;
  requests(action?: string): Promise<LoggedRequest[]>;
  clearRequests(): Promise<void>;
  counts(): Promise<CloudCounts>;
  writeDisk(diskId: string, offset: number, data: Uint8Array): Promise<void>;
  readDisk(diskId: string, offset: number, length: number): Promise<Buffer>;
  attach(diskId: string): Promise<void>;
  detach(diskId: string): Promise<void>;
}

/** An emulator in its own process. */
export interface Emulator extends EmulatorClient, AsyncDisposable {
  readonly process: SpawnedProcess;
}

/** The AccessKey that the emulator knows by default. */
export const emulatorEnvironment = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator-access-key',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret',
};

/** Starts an emulator on a free port. */
export async function startEmulator(args: readonly string[] = []): Promise<Emulator> {
  const process = spawnCommand(['emulator', '--port', '0', ...args]);
  const [, endpoint = ''] = await process.waitForOutput(/listening on http:\/\/(\S+)/);
  return {
    ...connectEmulator(endpoint),
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** An emulator that runs already at this `host:port`. */
export function connectEmulator(endpoint: string): EmulatorClient {
  const url = `http://${endpoint}/__emulator`;

  const send = async (method: string, path: string, options: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { method, ...options });
    if (!response.ok) {
      throw new Error(`emulator: ${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  };
  const control = async <T>(method: string, path: string, body?: unknown) => {
    const response = await send(method, path, body === undefined ? {} : { body: JSON.stringify(body) });
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  return {
    endpoint,
    control,
    configure: async (settings) => void (await control('POST', '/settings', settings)),
    addFault: async (rule) => (await control<{ id: string }>('POST', '/faults', rule)).id,
    clearFaults: async () => void (await control('DELETE', '/faults')),
    waitForFault: async (ruleId, signal = AbortSignal.timeout(20_000)) =>
      void (await send('GET', `/requests?waitForFault=${ruleId}&timeoutMs=60000&action=none`, { signal })),
    async requests(action) {
      const query = action === undefined ? '' : `?action=${action}`;
      return (await control<{ requests: LoggedRequest[] }>('GET', `/requests${query}`)).requests;
    },
    clearRequests: async () => void (await control('DELETE', '/requests')),
    async counts() {
      const state = await control<Record<keyof CloudCounts, unknown[]>>('GET', '/state');
      return { disks: state.disks.length, snapshots: state.snapshots.length, groups: state.groups.length };
    },
    writeDisk: async (diskId, offset, data) =>
      void (await send('PUT', `/disks/${diskId}/data?offset=${offset}`, { body: Buffer.from(data) })),
    async readDisk(diskId, offset, length) {
      const response = await send('GET', `/disks/${diskId}/data?offset=${offset}&length=${length}`);
      return Buffer.from(await response.arrayBuffer());
    },
    attach: async (diskId) => void (await control('POST', `/disks/${diskId}/attach`, {})),
    detach: async (diskId) => void (await control('POST', `/disks/${diskId}/detach`, {})),
  };
}
