import { formatDuration } from '../format.ts';
import { pollUntil } from '../poll.ts';
import { startEmulator, startPlugin } from '../services.ts';
import { ask, askFor, type Stage } from '../stage.ts';

/** Uploads of real snapshots take minutes; this one lasts until the story ends it. */
const uploadMs = 3_600_000;
const readyLimitMs = 15_000;

/** Emulator and plugin, each a process of its own; the plugin knows ECS only by its address. */
export async function startServices(stage: Stage): Promise<void> {
  await startEcs(stage);
  await startCsi(stage);
  await proveReady(stage);
  await proveIdentity(stage);
  await showCapabilities(stage);
}

async function startEcs({ screen, findings, cleanUp }: Stage): Promise<void> {
  const startedAtMs = performance.now();
  const emulator = await startEmulator(cleanUp);
  findings.emulator = emulator;
  screen.say('started', `emulator in ${formatDuration(performance.now() - startedAtMs)}`);
  screen.fields({ process: `${emulator.process.processId}`, 'ECS end point': `http://${emulator.address}` });
  await emulator.ecs.setUploadTime(uploadMs);
}

async function startCsi({ screen, findings, cleanUp }: Stage): Promise<void> {
  const startedAtMs = performance.now();
  const plugin = await startPlugin(findings.emulator?.address ?? '', cleanUp);
  findings.plugin = plugin;
  screen.say('started', `plugin in ${formatDuration(performance.now() - startedAtMs)}`);
  screen.fields({
    process: `${plugin.process.processId}`,
    'CSI socket': `unix://${plugin.socketPath}`,
    'metrics and health': plugin.httpUrl,
  });
}

/** The plugin is ready once ECS has accepted its credentials. */
async function proveReady(stage: Stage): Promise<void> {
  const startedAtMs = performance.now();
  const { csi } = stage.findings.plugin ?? {};
  stage.screen.say('asked', 'Probe, until it is ready');
  const isReady = await pollUntil(
    async () => {
      const answer = await csi?.call('Probe', {});
      return answer?.response?.ready?.value === true;
    },
    (ready) => ready,
    readyLimitMs,
  );
  const evidence = `ready: ${isReady} after ${formatDuration(performance.now() - startedAtMs)}`;
  stage.proofs.that('ECS has let the plugin in', isReady, evidence);
}

async function proveIdentity(stage: Stage): Promise<void> {
  const info = await askFor(stage, {
    method: 'GetPluginInfo',
    asked: {},
    request: {},
    answered: ({ name, vendorVersion }) => ({ name, version: vendorVersion }),
  });
  stage.proofs.equal(
    'it has the name that clusters know it by',
    info.name,
    'diskplugin.csi.alibabacloud.com',
  );
}

async function showCapabilities(stage: Stage): Promise<void> {
  await ask(stage, {
    method: 'GetPluginCapabilities',
    asked: {},
    request: {},
    answered: ({ capabilities }) => ({
      services: listOf(capabilities.map(({ service }) => service?.type)),
      expansion: listOf(capabilities.map(({ volumeExpansion }) => volumeExpansion?.type)),
    }),
  });
  await ask(stage, {
    method: 'ControllerGetCapabilities',
    asked: {},
    request: {},
    answered: ({ capabilities }) => ({ calls: listOf(capabilities.map(({ rpc }) => rpc?.type)) }),
  });
  await ask(stage, {
    method: 'GroupControllerGetCapabilities',
    asked: {},
    request: {},
    answered: ({ capabilities }) => ({ calls: listOf(capabilities.map(({ rpc }) => rpc?.type)) }),
  });
}

function listOf(names: readonly (string | undefined)[]): string {
  return names.filter((name) => name !== undefined).join(' ');
}
