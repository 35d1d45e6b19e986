import { expect } from 'chai';
import { addNode, placedDisks, publish, unpublish } from '../../support/attachments.ts';
import { startEmulator, type Emulator, type LoggedRequest } from '../../support/emulator.ts';
import { socketDirectory, startPlugin, type Plugin } from '../../support/plugin.ts';
import { createVolume, eventually, untilReady } from '../../support/volumes.ts';

const isParallel = { supportConcurrencyAttach: 'true', supportConcurrencyDetach: 'true' };

/** An emulated ECS and plugins on it. */
async function startSite(plugins: number, args: readonly string[] = []) {
  await using started = new AsyncDisposableStack();
  const emulator = started.use(await startEmulator());
  await emulator.configure({ createDiskMs: 5, attachMs: 200, detachMs: 200, disksPerInstance: 64 });
  const running: Plugin[] = [];
  for (let number = 0; number < plugins; number += 1) {
    const { socket } = started.use(socketDirectory());
    const plugin = started.use(await startPlugin({ ecsEndpoint: emulator.endpoint, socket, args }));
    await untilReady(plugin.client);
    running.push(plugin);
  }
  const [first] = running;
  if (first === undefined) {
    throw new Error('no plugin');
  }
  const all = started.move();
  return { emulator, plugins: running, plugin: first, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function createVolumes({ client }: Plugin, count: number): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, number) => createVolume(client, `pvc-${number}`)),
  );
}

async function movesOf(emulator: Emulator): Promise<LoggedRequest[]> {
  const requests = await emulator.requests();
  return requests.filter(({ action }) => action === 'AttachDisk' || action === 'DetachDisk');
}

/** Looks at many disks: how many requests there were, and how many rounds, which is how often one disk was looked at. */
async function looks(emulator: Emulator): Promise<{ requests: number; rounds: number }> {
  const times = new Map<string, number>();
  const requests = await emulator.requests('DescribeDisks');
  for (const { parameters } of requests) {
    for (const id of JSON.parse(parameters['DiskIds'] ?? '[]') as string[]) {
      times.set(id, (times.get(id) ?? 0) + 1);
    }
  }
  return { requests: requests.length, rounds: Math.max(0, ...times.values()) };
}

describe('The order at an instance', () => {
  it('attaches one disk at a time, without a request that ECS would refuse', async () => {
    await using site = await startSite(1);
    const node = await addNode(site.emulator);
    const volumes = await createVolumes(site.plugin, 6);

    await Promise.all(volumes.map((volumeId) => publish(site.plugin.client, volumeId, node)));

    const codes = (await site.emulator.requests('AttachDisk')).map(({ code }) => code);
    expect(codes).to.deep.equal(volumes.map(() => 'OK'));
  });

  it('attaches several at a time to an instance that is tagged for it', async () => {
    await using site = await startSite(1);
    await site.emulator.configure({ attachMs: 60_000 });
    const node = await addNode(site.emulator, { tags: isParallel });
    const volumes = await createVolumes(site.plugin, 6);

    const publishing = volumes.map((volumeId) => publish(site.plugin.client, volumeId, node));

    const allAreSent = async () => (await site.emulator.requests('AttachDisk')).length === volumes.length;
    await eventually(allAreSent, 'six attaches are under way');
    await site.emulator.control('POST', '/clock', { advanceMs: 60_000 });
    await Promise.all(publishing);
  });

  it('lets the detaches that wait go first', async () => {
    await using site = await startSite(1, ['--detach-concurrency', '1']);
    const { client } = site.plugin;
    const node = await addNode(site.emulator);
    const [a, b, c, d = '', e = ''] = await createVolumes(site.plugin, 5);
    const leaving = [a, b, c].filter((volumeId) => volumeId !== undefined);
    for (const volumeId of leaving) {
      await publish(client, volumeId, node);
    }
    await site.emulator.configure({ detachMs: 600 });
    await site.emulator.clearRequests();

    const detaching = leaving.map((volumeId) => unpublish(client, volumeId, node));
    await eventually(async () => (await movesOf(site.emulator)).length === 1, 'the first detach is sent');
    await Promise.all([...detaching, publish(client, d, node), publish(client, e, node)]);

    const actions = (await movesOf(site.emulator)).map(({ action }) => action);
    expect(actions).to.deep.equal([...leaving.map(() => 'DetachDisk'), 'AttachDisk', 'AttachDisk']);
  });

  it('goes on when another replica attaches to the same instance', async () => {
    await using site = await startSite(2);
    const node = await addNode(site.emulator);
    const volumes = await createVolumes(site.plugin, 8);

    await Promise.all(
      volumes.map((volumeId, number) =>
        publish((site.plugins[number % 2] ?? site.plugin).client, volumeId, node),
      ),
    );

    const places = [...(await placedDisks(site.emulator)).values()].map(({ instanceIds }) => instanceIds);
    expect(places).to.deep.equal(volumes.map(() => [node]));
  });

  it('waits for room on a full instance that is letting go of a disk', async () => {
    await using site = await startSite(1);
    const { client } = site.plugin;
    await site.emulator.configure({ disksPerInstance: 2, detachMs: 1000 });
    const node = await addNode(site.emulator);
    const [first = '', second = ''] = await createVolumes(site.plugin, 2);
    await publish(client, first, node);

    const leaving = unpublish(client, first, node);
    await eventually(
      async () => (await site.emulator.requests('DetachDisk')).length === 1,
      'the detach is sent',
    );
    await Promise.all([leaving, publish(client, second, node)]);

    expect((await placedDisks(site.emulator)).get(second)?.instanceIds).to.deep.equal([node]);
  });
});

describe('Looking at many disks', () => {
  it('costs 5 DescribeDisks a round for 500 disks that are attached, and detached with one request each', async () => {
    await using site = await startSite(1);
    const { client } = site.plugin;
    const volumes = await createVolumes(site.plugin, 500);
    const nodes = await Promise.all(
      Array.from({ length: 50 }, () => addNode(site.emulator, { tags: isParallel })),
    );
    const nodeOf = (number: number) => nodes[number % nodes.length] ?? '';
    const rounds = 5;
    const watched = async (action: string, calls: readonly Promise<unknown>[]) => {
      const sent = async () => (await site.emulator.requests(action)).length >= volumes.length;
      await eventually(sent, `500 ${action} are sent`, 60_000);
      await site.emulator.clearRequests();
      const enough = async () => (await looks(site.emulator)).rounds > rounds;
      await eventually(enough, `${rounds} rounds`, 60_000);
      const cost = await looks(site.emulator);
      console.log(
        `        while 500 ${action} work: ${cost.requests} DescribeDisks in ${cost.rounds} rounds`,
      );
      expect(cost.requests).to.be.at.most(5 * cost.rounds);
      await site.emulator.control('POST', '/clock', { advanceMs: 600_000 });
      await Promise.all(calls);
      expect(await site.emulator.requests(action), action).to.have.length(0);
    };
    await site.emulator.configure({ attachMs: 600_000, detachMs: 600_000 });
    await site.emulator.clearRequests();
    await watched(
      'AttachDisk',
      volumes.map((volumeId, number) => publish(client, volumeId, nodeOf(number))),
    );
    await watched(
      'DetachDisk',
      volumes.map((volumeId, number) => unpublish(client, volumeId, nodeOf(number))),
    );
    const places = [...(await placedDisks(site.emulator)).values()].flatMap(({ instanceIds }) => instanceIds);
    expect(places).to.deep.equal([]);
  });
});
