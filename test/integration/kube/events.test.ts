import { expect } from 'chai';
import type { ClusterEvent } from '../../../src/disk/cluster.ts';
import { clusterVolume, setUp, type Setup } from './set-up.ts';

function event(changes: Partial<ClusterEvent> = {}): ClusterEvent {
  return {
    type: 'Normal',
    reason: 'SnapshotCreated',
    message: 'a snapshot was made',
    diskId: 'd-1',
    volume: clusterVolume('d-1'),
    on: 'claim',
    ...changes,
  };
}

async function withShop(options: Parameters<typeof setUp>[0] = {}): Promise<Setup> {
  const setup = await setUp(options);
  await setup.api.putNamespace('shop');
  return setup;
}

async function written({ api }: Setup) {
  return await api.objects('events');
}

describe('Events of the guards', () => {
  it('are written on the claim, and to the log', async () => {
    await using setup = await withShop();
    setup.cluster.report(event());
    await setup.cluster.close();

    const [one, ...more] = await written(setup);
    expect(more).to.deep.equal([]);
    expect(one?.metadata.namespace).to.equal('shop');
    expect(one).to.deep.include({
      type: 'Normal',
      reason: 'SnapshotCreated',
      message: 'a snapshot was made',
      count: 1,
      firstTimestamp: '2026-03-01T10:00:00Z',
      lastTimestamp: '2026-03-01T10:00:00Z',
      source: { component: 'csi-datasafe' },
      reportingComponent: 'csi-datasafe',
      involvedObject: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: 'shop',
        name: 'data',
        uid: 'uid-of-claim',
      },
    });
    const fields = { event: 'SnapshotCreated', disk: 'd-1', volume: 'pv-d-1', claim: 'shop/data' };
    expect(setup.log.lines).to.deep.equal([{ level: 'info', fields, message: 'a snapshot was made' }]);
  });

  it('are written on the volume, in the namespace default', async () => {
    await using setup = await withShop();
    setup.cluster.report(event({ on: 'volume', type: 'Warning' }));
    setup.cluster.report(event({ volume: { ...clusterVolume('d-2'), claim: undefined }, on: 'claim' }));
    await setup.cluster.close();

    const events = await written(setup);
    expect(events.map(({ metadata, ...one }) => [metadata.namespace, one['involvedObject']])).to.deep.equal([
      ['default', { apiVersion: 'v1', kind: 'PersistentVolume', name: 'pv-d-1', uid: 'uid-of-d-1' }],
      ['default', { apiVersion: 'v1', kind: 'PersistentVolume', name: 'pv-d-2', uid: 'uid-of-d-2' }],
    ]);
    expect(setup.log.lines.map(({ level }) => level)).to.deep.equal(['warn', 'info']);
  });

  it('go to the log alone when no volume is known', async () => {
    await using setup = await withShop();
    setup.cluster.report(event({ volume: undefined }));
    await setup.cluster.close();

    expect(await written(setup)).to.deep.equal([]);
    expect(setup.log.lines).to.have.length(1);
  });

  it('with a key are one event, however often and in however many replicas', async () => {
    await using setup = await withShop();
    const another = setup.another();
    for (const cluster of [setup.cluster, setup.cluster, another]) {
      cluster.report(event({ key: 'intent-1', message: `said at ${setup.log.lines.length}` }));
      await setup.until(async () => (await written(setup)).length === 1, 'the event is there');
    }
    expect((await setup.api.requests({ verb: 'create', resource: 'events' })).length).to.be.lessThan(3);
    setup.cluster.report(event({ key: 'intent-2' }));
    await Promise.all([setup.cluster.close(), another.close()]);

    const events = await written(setup);
    expect(events.map((one) => [one['message'], one['count']])).to.have.deep.members([
      ['said at 0', 1],
      ['a snapshot was made', 1],
    ]);
  });

  it('without a key count their repetitions, apart from other texts', async () => {
    await using setup = await withShop();
    setup.cluster.report(event());
    await setup.clock.advance(90_000);
    setup.cluster.report(event());
    setup.another().report(event({ message: 'another text' }));
    setup.cluster.report(event());
    await setup.until(async () => {
      const [first, second] = await written(setup);
      return [first?.['count'], second?.['count']].sort().join() === '1,3';
    }, 'all are counted');

    const [event3] = (await written(setup)).filter((one) => one['count'] === 3);
    expect(event3).to.deep.include({
      firstTimestamp: '2026-03-01T10:00:00Z',
      lastTimestamp: '2026-03-01T10:01:30Z',
    });
  });

  it('lose no repetition when two replicas count at once', async () => {
    await using setup = await withShop();
    const clusters = [setup.cluster, setup.another(), setup.another()];
    clusters.forEach((cluster) => cluster.report(event()));

    await setup.until(async () => (await written(setup))[0]?.['count'] === 3, 'all three are counted');
  });

  it('of waiting are told at most once a minute for each disk', async () => {
    await using setup = await withShop();
    const waiting = (diskId: string, percent: number) =>
      setup.cluster.report(
        event({
          reason: 'WaitingForSnapshot',
          message: `${percent} %`,
          diskId,
          volume: clusterVolume(diskId),
        }),
      );
    waiting('d-1', 10);
    waiting('d-1', 20);
    waiting('d-2', 15);
    await setup.clock.advance(59_000);
    waiting('d-1', 30);
    await setup.clock.advance(1_000);
    waiting('d-1', 40);
    await setup.cluster.close();

    const messages = setup.log.lines.map(({ fields, message }) => `${String(fields['disk'])} ${message}`);
    expect(messages).to.deep.equal(['d-1 10 %', 'd-2 15 %', 'd-1 40 %']);
    expect(await written(setup)).to.have.length(3);
  });

  it('are cut to what the API server takes', async () => {
    await using setup = await withShop();
    setup.cluster.report(event({ message: 'x'.repeat(2000) }));
    await setup.cluster.close();

    expect((await written(setup))[0]?.['message']).to.equal('x'.repeat(1024));
  });

  it('are written after the API server has been away', async () => {
    await using setup = await withShop();
    await setup.api.setAvailable(false);
    setup.cluster.report(event());
    await setup.until(() => setup.clock.now() > Date.parse('2026-03-01T10:00:02Z'), 'time passes');
    await setup.api.setAvailable(true);

    await setup.until(async () => (await written(setup)).length === 1, 'the event is there');
    expect((await written(setup))[0]?.['count']).to.equal(1);
    expect(setup.cluster.problems()).to.deep.equal([]);
  });

  it('are counted once when the answer to a write is lost', async () => {
    await using setup = await withShop();
    const rule = await setup.api.addFault({
      verb: 'create',
      resource: 'events',
      when: 'after',
      effect: { type: 'drop' },
      times: 1,
    });
    setup.cluster.report(event());
    await setup.api.waitForFault(rule);
    await setup.until(
      async () => (await setup.api.requests({ verb: 'create', resource: 'events' })).length === 2,
      'it is sent again',
    );
    await setup.cluster.close();

    expect((await written(setup)).map((one) => one['count'])).to.deep.equal([1]);
  });

  it('are dropped with a line in the log when they are refused, and the next ones are not', async () => {
    await using setup = await withShop();
    await setup.api.deny('create events');
    setup.cluster.report(event());
    await setup.until(() => setup.log.lines.length === 2, 'the loss is logged');

    expect(setup.log.lines[1]).to.deep.include({ level: 'warn', message: 'an event was dropped' });
    expect(setup.cluster.problems()[0]).to.contain('grant create on events');
    await setup.api.deny();
    setup.cluster.report(event());
    await setup.until(async () => (await written(setup)).length === 1, 'the next one is there');
    await setup.until(() => setup.cluster.problems().length === 0, 'the problem is over');
  });

  it('are dropped when their namespace is gone', async () => {
    await using setup = await setUp();
    setup.cluster.report(event());
    await setup.until(() => setup.log.lines.length === 2, 'the loss is logged');

    expect(await setup.api.requests({ resource: 'events' })).to.have.length(1);
    expect(setup.cluster.problems(), 'somebody has deleted it: that is no fault of the plugin').to.deep.equal(
      [],
    );
  });

  for (const { who, status, message, tells } of [
    {
      who: 'a quota of its namespace',
      status: 403,
      message: 'events "data.1" is forbidden: exceeded quota: objects, requested: count/events=1, used: 5',
      tells: 'exceeded quota objects',
    },
    {
      who: 'a webhook of its namespace',
      status: 403,
      message: 'admission webhook "no.example.com" denied the request: no events here',
      tells: 'no.example.com',
    },
    {
      who: 'a webhook of its namespace that cannot be called',
      status: 500,
      message: 'Internal error occurred: failed calling webhook "no.example.com": no endpoints',
      tells: 'no.example.com',
    },
  ]) {
    it(`that ${who} refuses are told of once in the log, and are no fault of the plugin`, async () => {
      await using setup = await withShop();
      const isDropped = ({ message: text }: { readonly message: string }) => text === 'an event was dropped';
      const effect = { type: 'error', status, reason: 'Forbidden', message } as const;
      await setup.api.addFault({ verb: 'create', resource: 'events', effect });
      const lose = async (times: number) => {
        const before = (await setup.api.requests({ resource: 'events' })).length;
        setup.cluster.report(event());
        await setup.until(
          async () => (await setup.api.requests({ resource: 'events' })).length === before + times,
          'it was tried',
        );
      };
      const tries = status === 500 ? 5 : 1;
      await lose(tries);
      await setup.until(() => setup.log.lines.some(isDropped), 'the loss is logged');
      expect(String(setup.log.lines.find(isDropped)?.fields['err'])).to.contain(tells);
      expect(setup.cluster.problems()).to.deep.equal([]);

      await lose(tries);
      await setup.clock.advance(120_000);
      expect(setup.cluster.problems(), 'nor later').to.deep.equal([]);
      expect(await setup.api.requests({ resource: 'events' })).to.have.length(2 * tries);

      await setup.api.clearFaults();
      setup.cluster.report(event());
      await setup.until(async () => (await written(setup)).length === 1, 'the next one is there');
      expect(setup.log.lines.filter(isDropped)).to.have.length(1);
    });
  }

  it('are tried again when they were refused, so that the reason goes once its cause has gone', async () => {
    await using setup = await withShop();
    await setup.api.deny('create events');
    setup.cluster.report(event());
    await setup.until(() => setup.cluster.problems().length === 1, 'it is refused');
    expect(setup.cluster.problems()[0]).to.contain('grant create on events');
    expect(await setup.api.requests({ resource: 'events' }), 'not each time somebody asks').to.have.length(1);

    await setup.clock.advance(30_000);
    await setup.until(async () => {
      const { length } = setup.cluster.problems();
      return length === 1 && (await setup.api.requests({ resource: 'events' })).length === 2;
    }, 'it is refused again');
    await setup.clock.advance(1_000);
    const dropped = setup.log.lines.filter(({ message }) => message === 'an event was dropped');
    expect(dropped, 'it is told of once').to.have.length(1);

    await setup.api.deny();
    await setup.clock.advance(30_000);
    await setup.until(() => setup.cluster.problems().length === 0, 'the problem is over');
    expect((await written(setup)).map((one) => one['count'])).to.deep.equal([1]);
  });

  it('wait in a queue of bounded length', async () => {
    await using setup = await withShop();
    await setup.api.setAvailable(false);
    for (let index = 0; index < 1_010; index += 1) {
      setup.cluster.report(event({ message: `event ${index}` }));
    }
    const dropped = setup.log.lines.filter(({ message }) => message === 'an event was dropped');
    // One is under way, a thousand wait.
    expect(dropped).to.have.length(9);
  });

  it('that are left are dropped when the time to close is over', async () => {
    await using setup = await withShop();
    await setup.api.addFault({ verb: 'create', resource: 'events', effect: { type: 'hang' } });
    setup.cluster.report(event());
    setup.cluster.report(event({ message: 'another text' }));

    await setup.cluster.close(AbortSignal.timeout(20));

    const dropped = setup.log.lines.filter(({ message }) => message === 'an event was dropped');
    expect(dropped).to.have.length(2);
  });
});
