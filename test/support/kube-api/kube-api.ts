import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { spawnCommand, type SpawnedProcess } from '../spawned-process.ts';
import type { FaultRule } from './faults.ts';
import type { LoggedKubeRequest } from './request-log.ts';
import type { KubeObject } from './resources.ts';
import { kubeApiToken, startServer } from './server.ts';

export type { KubeObject, LoggedKubeRequest };
export type NewKubeFault = Partial<FaultRule> & Pick<FaultRule, 'effect'>;

/** A running fake API server, driven over its control end points. */
export interface KubeApi extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** A kubeconfig file that leads to it. */
  readonly kubeconfig: string;
  /** @returns the rule's id. */
  addFault(rule: NewKubeFault): Promise<string>;
  clearFaults(): Promise<void>;
  /** Waits until a fault rule has been hit so often, or the signal aborts. */
  waitForFault(ruleId: string, hits?: number, signal?: AbortSignal): Promise<void>;
  requests(filter?: Partial<Pick<LoggedKubeRequest, 'verb' | 'resource'>>): Promise<LoggedKubeRequest[]>;
  clearRequests(): Promise<void>;
  /** All objects of a type, in every namespace. */
  objects(plural: string): Promise<KubeObject[]>;
  /** Makes or replaces an object as it stands, status and all. */
  put(object: KubeObject): Promise<KubeObject>;
  /** Takes an object away at once, whatever its finalizers. */
  take(plural: string, name: string, namespace?: string): Promise<void>;
  putNamespace(name: string, phase?: 'Active' | 'Terminating'): Promise<void>;
  /** Refuses these `verb resource` pairs (`*` for any, `get /apis/*` for what it serves) from now on, and no others. */
  deny(...pairs: string[]): Promise<void>;
  /** Behaves as if the CRDs of these plurals were not installed. */
  withoutCrds(...plurals: string[]): Promise<void>;
  /** Serves these groups of snapshots in these versions from now on, and no others. */
  serveGroups(versionsByGroup: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /** While it is not available, connections are cut without an answer. */
  setAvailable(isAvailable: boolean): Promise<void>;
  endWatches(how: 'close' | 'cut'): Promise<void>;
  sendBookmarks(): Promise<void>;
  watchCount(): Promise<number>;
  /** Forgets old versions: watches that come back get `410 Gone`. */
  compact(): Promise<void>;
  /** Whether somebody plays the snapshot-controller: binds, and guards with finalizers. */
  runSnapshotController(isRunning: boolean): Promise<void>;
}

/** Starts a fake API server in this process. */
export async function startKubeApi(): Promise<KubeApi> {
  const server = await startServer();
  return await driveKubeApi(server.url, () => server[Symbol.asyncDispose]());
}

/** Starts a fake API server as a process of its own, which outlives what is killed around it. */
export async function spawnKubeApi(): Promise<KubeApi & { readonly process: SpawnedProcess }> {
  const process = spawnCommand(['--port', '0'], {}, new URL('main.ts', import.meta.url).pathname);
  const [, url = ''] = await process.waitForOutput(/listening on (http:\/\/\S+)/);
  return { ...(await driveKubeApi(url, () => process[Symbol.asyncDispose]())), process };
}

async function driveKubeApi(url: string, close: () => PromiseLike<void>): Promise<KubeApi> {
  const directory = await mkdtemp(join(tmpdir(), 'datasafe-kube-'));
  const kubeconfig = await writeKubeconfig(directory, url);
  const control = async <T>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> => {
    const response = await fetch(`${url}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) {
      throw new Error(`fake Kubernetes API: ${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as T;
  };
  return {
    url,
    kubeconfig,
    addFault: async (rule) => (await control<{ id: string }>('POST', 'faults', rule)).id,
    clearFaults: async () => void (await control('DELETE', 'faults')),
    waitForFault: async (ruleId, hits = 1, signal = AbortSignal.timeout(20_000)) =>
      void (await control(
        'GET',
        `requests?waitForFault=${ruleId}&hits=${hits}&timeoutMs=60000`,
        undefined,
        signal,
      )),
    async requests(filter = {}) {
      const { requests } = await control<{ requests: LoggedKubeRequest[] }>('GET', 'requests');
      return requests.filter(
        ({ verb, resource }) => verb === (filter.verb ?? verb) && resource === (filter.resource ?? resource),
      );
    },
    clearRequests: async () => void (await control('DELETE', 'requests')),
    objects: async (plural) =>
      (await control<{ objects: KubeObject[] }>('GET', `objects?resource=${plural}`)).objects,
    put: async (object) => await control<KubeObject>('PUT', 'objects', object),
    async take(plural, name, namespace) {
      const query = new URLSearchParams({
        resource: plural,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      });
      await control('DELETE', `objects?${query.toString()}`);
    },
    putNamespace: async (name, phase = 'Active') =>
      void (await control('PUT', 'namespaces', { name, phase })),
    deny: async (...pairs) => void (await control('PUT', 'denied', pairs)),
    withoutCrds: async (...plurals) => void (await control('PUT', 'missing', plurals)),
    serveGroups: async (versionsByGroup) => void (await control('PUT', 'served', versionsByGroup)),
    setAvailable: async (isAvailable) => void (await control('PUT', 'available', { isAvailable })),
    endWatches: async (how) => void (await control('POST', 'watches/end', { how })),
    sendBookmarks: async () => void (await control('POST', 'watches/bookmark')),
    watchCount: async () => (await control<{ count: number }>('GET', 'watches')).count,
    compact: async () => void (await control('POST', 'compact')),
    runSnapshotController: async (isRunning) =>
      void (await control('PUT', 'snapshot-controller', { isRunning })),
    async [Symbol.asyncDispose]() {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Writes a kubeconfig file for the server into the folder. @returns its path. */
export async function writeKubeconfig(directory: string, url: string): Promise<string> {
  const path = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fake',
    // client-node speaks plain http only to a server that it need not verify.
    clusters: [{ name: 'fake', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'plugin', user: { token: kubeApiToken } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'plugin' } }],
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
