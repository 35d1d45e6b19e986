import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../support/plugin.ts';
import {
  createSnapshot,
  createUsedVolume,
  createVolume,
  essdParameters,
  gib,
  mountCapability,
  untilItSucceeds,
  untilReady,
} from '../../support/volumes.ts';

/** Two replicas of the plugin: each sidecar has its own leader, so both serve the same volume at the same time. */
describe('Two replicas at work on the same thing', () => {
  const directories = [socketDirectory(), socketDirectory()];
  let emulator: Emulator;
  let first: Plugin;
  let second: Plugin;

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({
      createDiskMs: 300,
      attachMs: 20,
      cutMs: 300,
      uploadMs: 500,
      latencyMs: { '*': 30 },
    });
    const [one, two] = directories.map(({ socket }) =>
      startPlugin({ ecsEndpoint: emulator.endpoint, socket }),
    );
    [first, second] = [await one, await two] as [Plugin, Plugin];
    await Promise.all([untilReady(first.client), untilReady(second.client)]);
  });

  beforeEach(() => emulator.control('POST', '/reset'));

  after(async () => {
    await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
    await emulator[Symbol.asyncDispose]();
    directories.forEach((directory) => {
      directory[Symbol.dispose]();
    });
  });

  /** Asks both replicas at once, each again and again as a sidecar does: only after a status that decides nothing. */
  async function inBoth<T>(attempt: (plugin: Plugin) => Promise<T>): Promise<T[]> {
    return await Promise.all([first, second].map((plugin) => untilItSucceeds(() => attempt(plugin))));
  }

  it('CreateVolume: both answer with the same, only disk', async () => {
    const ids = await inBoth(({ client }) => createVolume(client, 'pvc-shared'));
    expect(new Set(ids).size).to.equal(1);
    expect((await emulator.counts()).disks).to.equal(1);
  });

  it('CreateSnapshot: both answer with the same, only snapshot', async () => {
    const volumeId = await createUsedVolume(first.client, emulator, 'pvc-shared');
    const ids = await inBoth(({ client }) => createSnapshot(client, 'snapshot-shared', volumeId));
    expect(new Set(ids).size).to.equal(1);
    expect((await emulator.counts()).snapshots).to.equal(1);
  });

  it('ControllerExpandVolume: both answer with the new size, and the disk grew once', async () => {
    const volumeId = await createUsedVolume(first.client, emulator, 'pvc-shared');
    const request = { volumeId, capacityRange: { requiredBytes: 40 * gib } };
    const answers = await inBoth(({ client }) =>
      invoke(client.controller, 'ControllerExpandVolume', request),
    );
    expect(answers.map(({ capacityBytes }) => capacityBytes)).to.deep.equal([
      String(40 * gib),
      String(40 * gib),
    ]);
  });

  it('ControllerModifyVolume: both answer OK, and the disk was changed once', async () => {
    const volumeId = await createVolume(first.client, 'pvc-shared', { sizeGiB: 40 });
    const mutableParameters = { type: 'cloud_auto', burstingEnabled: 'true', 'diskTags/team': 'db' };
    await inBoth(({ client }) =>
      invoke(client.controller, 'ControllerModifyVolume', { volumeId, mutableParameters }),
    );
    const { disks, tasks } = await emulator.control<{
      disks: { category: string; burstingEnabled: boolean; tags: { key: string }[] }[];
      tasks: unknown[];
    }>('GET', '/state');
    expect(disks[0]).to.include({ category: 'cloud_auto', burstingEnabled: true });
    expect(disks[0]?.tags.map(({ key }) => key)).to.include('team');
    expect(tasks).to.have.length(1);
  });

  it('CreateVolume of a clone: both answer with the same, only disk', async () => {
    const volumeId = await createUsedVolume(first.client, emulator, 'pvc-shared');
    const request = {
      name: 'pvc-copy',
      capacityRange: { requiredBytes: 20 * gib },
      volumeCapabilities: [mountCapability],
      parameters: essdParameters,
      volumeContentSource: { volume: { volumeId } },
    };
    const answers = await inBoth(({ client }) => invoke(client.controller, 'CreateVolume', request));
    const ids = answers.map(({ volume }) => volume?.volumeId ?? '');
    expect(new Set(ids).size).to.equal(1);
    expect(await emulator.counts()).to.include({ disks: 2 });
    expect((await emulator.readDisk(ids[0] ?? '', 0, 5)).toString()).to.equal('first');
    expect((await emulator.counts()).snapshots).to.be.at.most(1);
  });

  it('DeleteVolume: both answer OK, and nothing is left', async () => {
    const volumeId = await createVolume(first.client, 'pvc-shared');
    await inBoth(({ client }) => invoke(client.controller, 'DeleteVolume', { volumeId }));
    expect((await emulator.counts()).disks).to.equal(0);
  });

  it('a listing that is begun at one replica goes on at the other', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `pvc-${index}`);
    const ids = await Promise.all(names.map((name) => createVolume(first.client, name)));
    const one = await invoke(first.client.controller, 'ListVolumes', { maxEntries: 3 });
    const two = await invoke(second.client.controller, 'ListVolumes', { startingToken: one.nextToken });
    const listed = [...one.entries, ...two.entries].map(({ volume }) => volume?.volumeId);
    expect(listed).to.deep.equal(ids.sort());
    expect(two.nextToken).to.equal('');
  });
});
