import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../support/plugin.ts';
import {
  createSnapshot,
  createUsedVolume,
  createVolume,
  eventually,
  gib,
  untilReady,
} from '../../support/volumes.ts';

/** Two replicas of the plugin: each sidecar has its own leader, so both serve the same volume at the same time. */
describe('Two replicas at work on the same thing', () => {
  const directories = [socketDirectory(), socketDirectory()];
  let emulator: Emulator;
  let plugins: Plugin[];

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({
      createDiskMs: 300,
      attachMs: 20,
      cutMs: 300,
      uploadMs: 500,
      latencyMs: { '*': 30 },
    });
    plugins = await Promise.all(
      directories.map(({ socket }) => startPlugin({ ecsEndpoint: emulator.endpoint, socket })),
    );
    await Promise.all(plugins.map(({ client }) => untilReady(client)));
  });

  beforeEach(() => emulator.control('POST', '/reset'));

  after(async () => {
    await Promise.all(plugins.map((plugin) => plugin[Symbol.asyncDispose]()));
    await emulator[Symbol.asyncDispose]();
    directories.forEach((directory) => {
      directory[Symbol.dispose]();
    });
  });

  /** Asks both replicas at once, each again and again until it succeeds. */
  async function inBoth<T>(attempt: (plugin: Plugin) => Promise<T>): Promise<T[]> {
    return await Promise.all(
      plugins.map(async (plugin) => {
        const results: T[] = [];
        await eventually(async () => {
          const result = await attempt(plugin).catch(() => undefined);
          results.push(...(result === undefined ? [] : [result]));
          return results.length > 0;
        }, 'the replica succeeds');
        return results[0] as T;
      }),
    );
  }

  it('CreateVolume: both answer with the same, only disk', async () => {
    const ids = await inBoth(({ client }) => createVolume(client, 'pvc-shared'));
    expect(new Set(ids).size).to.equal(1);
    expect((await emulator.counts()).disks).to.equal(1);
  });

  it('CreateSnapshot: both answer with the same, only snapshot', async () => {
    const volumeId = await createUsedVolume((plugins[0] as Plugin).client, emulator, 'pvc-shared');
    const ids = await inBoth(({ client }) => createSnapshot(client, 'snapshot-shared', volumeId));
    expect(new Set(ids).size).to.equal(1);
    expect((await emulator.counts()).snapshots).to.equal(1);
  });

  it('ControllerExpandVolume: both answer with the new size, and the disk grew once', async () => {
    const volumeId = await createUsedVolume((plugins[0] as Plugin).client, emulator, 'pvc-shared');
    const request = { volumeId, capacityRange: { requiredBytes: 40 * gib } };
    const answers = await inBoth(({ client }) =>
      invoke(client.controller, 'ControllerExpandVolume', request),
    );
    expect(answers.map(({ capacityBytes }) => capacityBytes)).to.deep.equal([
      String(40 * gib),
      String(40 * gib),
    ]);
  });

  it('DeleteVolume: both answer OK, and nothing is left', async () => {
    const volumeId = await createVolume((plugins[0] as Plugin).client, 'pvc-shared');
    await inBoth(({ client }) => invoke(client.controller, 'DeleteVolume', { volumeId }));
    expect((await emulator.counts()).disks).to.equal(0);
  });

  it('a listing that is begun at one replica goes on at the other', async () => {
    const [first, second] = plugins as [Plugin, Plugin];
    const names = Array.from({ length: 7 }, (_, index) => `pvc-${index}`);
    const ids = await Promise.all(names.map((name) => createVolume(first.client, name)));
    const one = await invoke(first.client.controller, 'ListVolumes', { maxEntries: 3 });
    const two = await invoke(second.client.controller, 'ListVolumes', { startingToken: one.nextToken });
    const listed = [...one.entries, ...two.entries].map(({ volume }) => volume?.volumeId);
    expect(listed).to.deep.equal(ids.sort());
    expect(two.nextToken).to.equal('');
  });
});
