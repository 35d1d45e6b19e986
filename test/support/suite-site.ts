import type { CsiClient } from './csi-client.ts';
import { startEmulator, type Emulator } from './emulator.ts';
import { startKubeApi, type KubeApi } from './kube-api/kube-api.ts';
import { socketDirectory, startPlugin, type Plugin } from './plugin.ts';
import { untilReady } from './volumes.ts';

/** An emulator, and a plugin that works against it. */
export interface SuiteSite {
  readonly emulator: Emulator;
  readonly plugin: Plugin;
  readonly client: CsiClient;
}

/** The same in a cluster. */
export interface ClusterSite extends SuiteSite {
  readonly kube: KubeApi;
}

export interface SuiteSiteOptions {
  /** Of the plugin, besides those that each one needs. */
  readonly args?: readonly string[];
  /** Of the emulator; where they are silent, disks and snapshots take some milliseconds. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface ClusterSiteOptions extends SuiteSiteOptions {
  /** Of the cluster that the plugin is to know. */
  readonly namespaces: readonly string[];
}

const quick = { createDiskMs: 20, attachMs: 20, detachMs: 20, cutMs: 20, uploadMs: 50 };

/**
 * To be called in a `describe`: all its tests share one emulator and one plugin, and one Kubernetes where namespaces are
 * named. Each test starts with an empty cloud and the settings of the suite, and leaves no fault behind; what is in
 * Kubernetes stays.
 */
export function siteOfSuite(options: ClusterSiteOptions): ClusterSite;
export function siteOfSuite(options?: SuiteSiteOptions): SuiteSite;
export function siteOfSuite(options: SuiteSiteOptions & Partial<ClusterSiteOptions> = {}): Started {
  const stack = new AsyncDisposableStack();
  let started: Started | undefined;
  const site = (): Started => {
    if (started === undefined) {
      throw new Error('the site of a suite is there for its tests and hooks, not for its body');
    }
    return started;
  };

  before(async () => {
    started = await start(options, stack);
  });
  beforeEach(async () => {
    const { emulator } = site();
    await emulator.control('POST', '/reset');
    await emulator.control('DELETE', '/settings');
    await emulator.configure({ ...quick, ...options.settings });
  });
  afterEach(async () => {
    const { emulator, kube } = site();
    await emulator.clearFaults();
    await kube?.clearFaults();
    await kube?.deny();
  });
  after(() => stack.disposeAsync());

  return {
    get emulator() {
      return site().emulator;
    },
    get plugin() {
      return site().plugin;
    },
    get client() {
      return site().client;
    },
    get kube() {
      return site().kube;
    },
  };
}

interface Started extends SuiteSite {
  readonly kube: KubeApi | undefined;
}

/** What it starts goes onto the stack. */
async function start(
  { args = [], namespaces }: SuiteSiteOptions & Partial<ClusterSiteOptions>,
  stack: AsyncDisposableStack,
): Promise<Started> {
  const { socket } = stack.use(socketDirectory());
  const emulator = stack.use(await startEmulator());
  const kube = namespaces === undefined ? undefined : stack.use(await startCluster(namespaces));
  const plugin = stack.use(
    await startPlugin({
      ecsEndpoint: emulator.endpoint,
      socket,
      args: kube === undefined ? args : ['--kubernetes', kube.kubeconfig, ...args],
    }),
  );
  await untilReady(plugin.client);
  return { emulator, kube, plugin, client: plugin.client };
}

async function startCluster(namespaces: readonly string[]): Promise<KubeApi> {
  const kube = await startKubeApi();
  for (const namespace of namespaces) {
    await kube.putNamespace(namespace);
  }
  return kube;
}
