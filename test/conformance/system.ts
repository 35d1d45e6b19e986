import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCsiProto } from '../../src/csi/proto.ts';
import { invoke } from '../support/csi-client.ts';
import { startEmulator, type Emulator } from '../support/emulator.ts';
import { startPlugin, type Plugin } from '../support/plugin.ts';
import { startCsiProxy } from './csi-proxy.ts';
import { nodeStub } from './node-stub.ts';

const zoneId = 'cn-hangzhou-h';
const readyLimitMs = 30_000;
/** The keeper removes what a clone leaves behind, once ECS has uploaded it. */
const keeperArgs = ['--keeper-interval', '1s'];
const cleanUpLimitMs = 10_000;

/** What ModifyVolume and CreateVolume are asked for besides: something of everything. */
const mutableParameters = {
  type: 'cloud_auto',
  provisionedIops: '100',
  burstingEnabled: 'true',
  volumeExpandAutoSnapshot: 'besteffort',
  volumeDeleteSnapshotRetentionDays: '0',
  'diskTags/conformance': 'yes',
  '-diskTags/absent': '',
};

/** csi-sanity takes snapshots of disks that were never attached; and nobody wants to wait for clouds. */
const emulatorSettings = {
  allowNeverAttachedSnapshots: true,
  createDiskMs: 50,
  attachMs: 50,
  attachVisibleAfterMs: 0,
  detachMs: 50,
  cutMs: 50,
  uploadMs: 100,
  modifySpecMs: 50,
  // The system disk and three volumes: the attach limit is found without making dozens of disks.
  disksPerInstance: 4,
};

/** Emulator, plugin, and the stub of a node in front of it. All of it ends when this goes out of scope. */
export interface System extends AsyncDisposable {
  /** Where Identity, Controller, GroupController and Node are served. */
  readonly socket: string;
  readonly volumeParameters: Readonly<Record<string, string>>;
  readonly mutableParameters: Readonly<Record<string, string>>;
  readonly emulator: Emulator;
  /** The capabilities that the plugin announces. */
  announced(): Promise<Set<string>>;
  pluginOutput(): string;
  /** Whether the plugin still runs. */
  pluginRuns(): boolean;
}

/** Starts everything, with sockets in this folder, and waits until the plugin is ready. */
export async function startSystem(directory: string): Promise<System> {
  await using started = new AsyncDisposableStack();
  const emulator = started.use(await startEmulator());
  await emulator.configure(emulatorSettings);
  const pluginSocket = join(directory, 'plugin.sock');
  const args = [...keeperArgs, '--feature-gates', 'EnableVolumeGroupSnapshots=true'];
  const plugin = started.use(
    await startPlugin({ ecsEndpoint: emulator.endpoint, socket: pluginSocket, args }),
  );
  const { v1 } = loadCsiProto();
  const node = { instanceId: await instanceIn(emulator), zoneId, maxVolumes: 3 };
  const proxy = started.use(
    await startCsiProxy({
      socket: join(directory, 'csi.sock'),
      pluginSocket,
      forwarded: [v1.Identity.service, v1.Controller.service, v1.GroupController.service],
      answered: [{ definition: v1.Node.service, implementation: nodeStub(node) }],
    }),
  );
  await waitUntilReady(plugin);
  const running = started.move();
  return {
    socket: proxy.socket,
    volumeParameters: { type: 'cloud_essd', zoneId },
    mutableParameters,
    emulator,
    announced: () => announcedBy(plugin),
    pluginOutput: () => plugin.process.output(),
    pluginRuns: () => plugin.process.child.exitCode === null && plugin.process.child.signalCode === null,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What there is in the emulated account, as far as it is read here. */
interface CloudState {
  readonly disks: readonly { id: string; name: string }[];
  readonly snapshots: readonly { id: string; name: string }[];
  readonly groups: readonly { id: string; name: string }[];
  readonly instances: readonly { id: string; zoneId: string }[];
}

async function instanceIn(emulator: Emulator): Promise<string> {
  const { instances } = await emulator.control<CloudState>('GET', '/state');
  const found = instances.find((instance) => instance.zoneId === zoneId);
  if (found === undefined) {
    throw new Error(`the emulator has no instance in ${zoneId}`);
  }
  return found.id;
}

/** Says which disks, snapshots and groups are still there in the end, if any: csi-sanity deletes all that it makes. */
export async function leftovers(system: System): Promise<string[]> {
  const until = performance.now() + cleanUpLimitMs;
  let found = await leftNow(system);
  while (found.length > 0 && performance.now() < until) {
    await sleep(200);
    found = await leftNow(system);
  }
  return found;
}

async function leftNow({ emulator }: System): Promise<string[]> {
  const { disks, snapshots, groups } = await emulator.control<CloudState>('GET', '/state');
  const found = [...disks, ...snapshots, ...groups].map(({ id, name }) => `${id} (${name})`);
  return found.length === 0 ? [] : [`${found.length} left behind in ECS: ${found.join(', ')}`];
}

async function waitUntilReady({ client, process }: Plugin): Promise<void> {
  const until = performance.now() + readyLimitMs;
  while ((await invoke(client.identity, 'Probe', {})).ready?.value !== true) {
    if (performance.now() > until) {
      throw new Error(`the plugin is not ready after ${readyLimitMs} ms:\n${process.output()}`);
    }
    await sleep(50);
  }
}

async function announcedBy({ client }: Plugin): Promise<Set<string>> {
  const ofPlugin = await invoke(client.identity, 'GetPluginCapabilities', {});
  const ofController = await invoke(client.controller, 'ControllerGetCapabilities', {});
  const ofGroups = await invoke(client.groupController, 'GroupControllerGetCapabilities', {});
  const names = [
    ...ofPlugin.capabilities.map(({ service }) => service?.type),
    ...ofController.capabilities.map(({ rpc }) => rpc?.type),
    ...ofGroups.capabilities.map(({ rpc }) => rpc?.type),
  ];
  return new Set(names.filter((name) => name !== undefined).map(String));
}
