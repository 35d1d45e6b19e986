import { expect } from 'chai';
import type { Call } from '../../../src/disk/call.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { StatusPoller } from '../../../src/ecs/status-poller.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { RecordingObserver, aCall, cancelled, limitsOf, watch } from './fixtures.ts';

interface Thing {
  readonly id: string;
  readonly state: string;
}

/** Things that a test changes, and the requests for them. */
function setUp(closed = new AbortController().signal) {
  const clock = new FakeClock();
  const things = new Map<string, Thing>();
  const world = {
    clock,
    things,
    requests: [] as string[][],
    failure: undefined as DiskError | undefined,
    latencyMs: 0,
  };
  const describe = async (ids: readonly string[], call: Call) => {
    world.requests.push([...ids]);
    if (world.latencyMs > 0) {
      await clock.sleep(world.latencyMs, call.signal);
    }
    call.signal.throwIfAborted();
    if (world.failure !== undefined) {
      throw world.failure;
    }
    return new Map(ids.flatMap((id) => things.get(id) ?? []).map((thing) => [thing.id, thing]));
  };
  const observer = new RecordingObserver();
  const poller = new StatusPoller<Thing>({
    action: 'DescribeDisks',
    describe,
    observer,
    limits: limitsOf(clock, closed),
    intervalMs: 1_000,
  });
  return Object.assign(world, { poller });
}

const isReady = (thing: Thing | undefined) => thing?.state === 'ready';

describe('StatusPoller', () => {
  it('looks at 200 waited-for things with 2 requests a round', async () => {
    const { poller, clock, requests } = setUp();
    for (let index = 0; index < 200; index += 1) {
      void poller.waitFor(`d-${String(index)}`, isReady, aCall());
    }
    await clock.advance(10_000);
    const rounds = requests.length / 2;
    expect(rounds).to.be.within(9, 11);
    expect(requests.map((ids) => ids.length)).to.deep.equal(Array(requests.length).fill(100));
  });

  it('resolves with what was found once the condition holds, and then stops looking', async () => {
    const { poller, clock, things, requests } = setUp();
    const result = watch(poller.waitFor('d-1', isReady, aCall()));
    await clock.advance(3_000);
    things.set('d-1', { id: 'd-1', state: 'ready' });
    await clock.advance(1_000);
    expect(result.value).to.deep.equal({ id: 'd-1', state: 'ready' });
    const asked = requests.length;
    await clock.advance(60_000);
    expect(requests).to.have.length(asked);
    expect(clock.pending).to.equal(0);
  });

  it('looks soon for who comes first, and within an interval for who comes later', async () => {
    const { poller, clock, things } = setUp();
    things.set('d-2', { id: 'd-2', state: 'ready' });
    void poller.waitFor('d-1', isReady, aCall());
    await clock.advance(1_300);
    const late = watch(poller.waitFor('d-2', isReady, aCall()));
    await clock.advance(1_000);
    expect(late.settled).to.equal(true);
  });

  it('can wait for something to be gone', async () => {
    const { poller, clock, things } = setUp();
    things.set('d-1', { id: 'd-1', state: 'ready' });
    const gone = watch(poller.waitFor('d-1', (thing) => thing === undefined, aCall()));
    await clock.advance(2_000);
    expect(gone.settled).to.equal(false);
    things.clear();
    await clock.advance(1_000);
    expect(gone.settled).to.equal(true);
  });

  it('asks once for an id that several wait for', async () => {
    const { poller, clock, requests } = setUp();
    void poller.waitFor('d-1', isReady, aCall());
    void poller.waitFor('d-1', isReady, aCall());
    await clock.advance(300);
    expect(requests).to.deep.equal([['d-1']]);
  });

  it('lets one go whose signal aborts, and leaves no timer when it was the last', async () => {
    const { poller, clock, requests } = setUp();
    const controller = new AbortController();
    const result = watch(poller.waitFor('d-1', isReady, aCall(controller)));
    await clock.advance(1_500);
    const asked = requests.length;
    controller.abort(cancelled);
    await settle();
    expect(result.error).to.equal(cancelled);
    expect(clock.pending).to.equal(0);
    await clock.advance(10_000);
    expect(requests).to.have.length(asked);
  });

  it('goes on looking when a new one comes just as the last one leaves', async () => {
    const { poller, clock, things } = setUp();
    const controller = new AbortController();
    void poller.waitFor('d-1', isReady, aCall(controller)).catch(() => undefined);
    await clock.advance(500);
    controller.abort(cancelled);
    things.set('d-2', { id: 'd-2', state: 'ready' });
    const second = watch(poller.waitFor('d-2', isReady, aCall()));
    await clock.advance(2_500);
    expect(second.settled).to.equal(true);
    expect(clock.pending).to.equal(0);
  });

  it('repeats a failed look in the next round', async () => {
    const world = setUp();
    world.failure = new DiskError('outcome-unknown', 'lost');
    const result = watch(world.poller.waitFor('d-1', isReady, aCall()));
    await world.clock.advance(3_000);
    expect(result.settled).to.equal(false);
    world.failure = undefined;
    world.things.set('d-1', { id: 'd-1', state: 'ready' });
    await world.clock.advance(1_000);
    expect(result.settled).to.equal(true);
  });

  for (const kind of ['denied', 'unauthenticated', 'unreadable', 'invalid'] as const) {
    it(`gives up when the failure is ${kind}, which cannot pass by itself`, async () => {
      const world = setUp();
      world.failure = new DiskError(kind, 'no');
      const result = watch(world.poller.waitFor('d-1', isReady, aCall()));
      await world.clock.advance(1_000);
      expect(result.error).to.equal(world.failure);
      expect(world.clock.pending).to.equal(0);
    });
  }

  it('does not tell who comes during a round what was so before', async () => {
    const world = setUp();
    world.latencyMs = 500;
    void world.poller.waitFor('d-1', isReady, aCall());
    await world.clock.advance(300);
    const sawNothing = watch(world.poller.waitFor('d-1', (thing) => thing === undefined, aCall()));
    await world.clock.advance(450);
    expect(sawNothing.settled).to.equal(false);
    await world.clock.advance(1_600);
    expect(sawNothing.settled).to.equal(true);
  });

  it('rejects with what the condition throws', async () => {
    const { poller, clock } = setUp();
    const failed = new DiskError('failed', 'the snapshot failed');
    const result = watch(
      poller.waitFor(
        'd-1',
        () => {
          throw failed;
        },
        aCall(),
      ),
    );
    await clock.advance(1_000);
    expect(result.error).to.equal(failed);
  });

  it('rejects everyone when the plugin closes', async () => {
    const closing = new AbortController();
    const { poller, clock } = setUp(closing.signal);
    const result = watch(poller.waitFor('d-1', isReady, aCall()));
    await clock.advance(1_500);
    closing.abort(cancelled);
    await settle();
    expect(result.error).to.equal(cancelled);
    expect(clock.pending).to.equal(0);
  });
});
