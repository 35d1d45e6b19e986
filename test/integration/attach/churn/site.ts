import { addNode } from '../../../support/attachments.ts';
import { emulatorEnvironment, startEmulator, type Emulator } from '../../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../../support/plugin.ts';
import { createVolume, untilItSucceeds, untilReady } from '../../../support/volumes.ts';

/** How long the emulated ECS takes for an attach, and for one that is stuck. */
export const attachMs = 60;
export const stuckAttachMs = 2_500;

const settings = {
  createDiskMs: 5,
  attachMs,
  attachVisibleAfterMs: 25,
  detachMs: 60,
  modifySpecMs: 60,
};

/** Temporary keys of the same account, by which the request log tells the second plugin from the first. */
const otherKeys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator-sts-key',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-sts-secret',
  ALIBABA_CLOUD_SECURITY_TOKEN: 'emulator-sts-token',
};

/** An emulated ECS, two plugins on it, nodes, and volumes that nobody uses yet. */
export interface Site extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly plugins: readonly Plugin[];
  readonly nodes: readonly string[];
  /** Those of the nodes that attach and detach several disks at a time. */
  readonly parallelNodes: ReadonlySet<string>;
  readonly volumes: readonly string[];
}

export interface SiteSize {
  readonly nodes: number;
  readonly volumes: number;
}

export async function startSite(size: SiteSize): Promise<Site> {
  await using started = new AsyncDisposableStack();
  const emulator = started.use(await startEmulator());
  await emulator.configure(settings);
  const plugins = await Promise.all(
    [emulatorEnvironment, otherKeys].map(async (env) => {
      const directory = started.use(socketDirectory());
      const options = { ecsEndpoint: emulator.endpoint, socket: directory.socket, env };
      const plugin = started.use(await startPlugin(options));
      await untilReady(plugin.client);
      return plugin;
    }),
  );
  const nodes: string[] = [];
  const parallelNodes = new Set<string>();
  for (let number = 0; number < size.nodes; number += 1) {
    const isParallel = number % 10 === 0;
    const tags = isParallel ? { supportConcurrencyAttach: 'true', supportConcurrencyDetach: 'true' } : {};
    const node = await addNode(emulator, { tags });
    nodes.push(node);
    if (isParallel) {
      parallelNodes.add(node);
    }
  }
  const volumes = await Promise.all(
    Array.from({ length: size.volumes }, (_, number) => {
      const plugin = plugins[number % plugins.length];
      if (plugin === undefined) {
        throw new Error('no plugin');
      }
      return untilItSucceeds(() => createVolume(plugin.client, `pvc-churn-${number}`));
    }),
  );
  await emulator.clearRequests();
  const running = started.move();
  const site = { emulator, plugins, nodes, parallelNodes, volumes };
  return { ...site, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
