import type { CsiClient } from './csi-client.ts';
import { startEmulator, type Emulator } from './emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from './plugin.ts';
import { untilReady } from './volumes.ts';

/** An emulator, and a plugin that works against it. */
export interface SuiteSite {
  readonly emulator: Emulator;
  readonly plugin: Plugin;
  readonly client: CsiClient;
}

export interface SuiteSiteOptions {
  /** Of the plugin, besides those that each one needs. */
  readonly args?: readonly string[];
  /** Of the emulator; where they are silent, disks and snapshots take some milliseconds. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const quick = { createDiskMs: 20, attachMs: 20, cutMs: 20, uploadMs: 50 };

/**
 * To be called in a `describe`: all its tests share one emulator and one plugin. Each test starts with an empty cloud and
 * leaves no fault behind.
 */
export function siteOfSuite({ args = [], settings = {} }: SuiteSiteOptions = {}): SuiteSite {
  const stack = new AsyncDisposableStack();
  let started: SuiteSite | undefined;
  const site = (): SuiteSite => {
    if (started === undefined) {
      throw new Error('the site of a suite is there for its tests and hooks, not for its body');
    }
    return started;
  };

  before(async () => {
    const directory = stack.use(socketDirectory());
    const emulator = stack.use(await startEmulator());
    await emulator.configure({ ...quick, ...settings });
    const plugin = stack.use(
      await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args }),
    );
    await untilReady(plugin.client);
    started = { emulator, plugin, client: plugin.client };
  });
  beforeEach(() => site().emulator.control('POST', '/reset'));
  afterEach(() => site().emulator.clearFaults());
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
  };
}
