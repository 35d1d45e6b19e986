import { expect } from 'chai';
import type { Call } from '../../../src/disk/call.ts';
import { isDiskId } from '../../../src/disk/disk.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { createDescribeBatch } from '../../../src/ecs/describe-batch.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { RecordingObserver, aCall, cancelled, limitsOf, watch } from './fixtures.ts';

interface Thing {
  readonly id: string;
}

type Describe = (ids: readonly string[], call: Call) => Promise<ReadonlyMap<string, Thing>>;

const all: Describe = (ids) => Promise.resolve(new Map(ids.map((id) => [id, { id }])));

function setUp(describeThings: Describe = all) {
  const clock = new FakeClock();
  const observer = new RecordingObserver();
  const requests: string[][] = [];
  const describe: Describe = (ids, call) => {
    requests.push([...ids]);
    return describeThings(ids, call);
  };
  const limits = limitsOf(clock);
  const lookUp = createDescribeBatch<Thing>({
    action: 'DescribeDisks',
    isId: isDiskId,
    describe,
    observer,
    limits,
  });
  return { clock, observer, requests, lookUp };
}

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `d-${String(index)}`);
}

describe('batched look-ups', () => {
  it('answers a lone look-up within 5 ms', async () => {
    const { clock, lookUp } = setUp();
    const result = watch(lookUp('d-1', aCall()));
    await clock.advance(5);
    expect(result.value).to.deep.equal({ id: 'd-1' });
    expect(clock.pending).to.equal(0);
  });

  it('asks once for what is asked at the same time, and once for the same id', async () => {
    const { clock, lookUp, requests, observer } = setUp();
    const results = ['d-1', 'd-2', 'd-1'].map((id) => watch(lookUp(id, aCall())));
    await clock.advance(5);
    expect(requests).to.deep.equal([['d-1', 'd-2']]);
    expect(observer.batches).to.deep.equal([2]);
    expect(results.map(({ value }) => value?.id)).to.deep.equal(['d-1', 'd-2', 'd-1']);
  });

  it('puts at most a hundred ids into a request, and sends a full one at once', async () => {
    const { clock, lookUp, requests } = setUp();
    ids(250).forEach((id) => void lookUp(id, aCall()));
    await clock.advance(0);
    expect(requests.map((batch) => batch.length)).to.deep.equal([100, 100]);
    await clock.advance(50);
    expect(requests.map((batch) => batch.length)).to.deep.equal([100, 100, 50]);
  });

  it('gathers longer when it is busy', async () => {
    const { clock, lookUp, requests } = setUp();
    for (let turn = 0; turn < 200; turn += 1) {
      void lookUp(`d-${String(turn)}`, aCall());
      await clock.advance(10);
    }
    expect(requests.length).to.be.lessThan(25);
  });

  for (const stepMs of [-4_000, 86_400_000]) {
    it(`waits no longer when the clock of the node is set by ${String(stepMs / 1_000)} s`, async () => {
      const { clock, lookUp } = setUp();
      clock.step(stepMs);
      const result = watch(lookUp('d-1', aCall()));
      await clock.advance(5);
      expect(result.value).to.deep.equal({ id: 'd-1' });
    });
  }

  it('finds nothing, without asking, where the text is no id', async () => {
    const { clock, lookUp, requests } = setUp();
    const result = watch(lookUp('"] or all', aCall()));
    await clock.advance(5);
    expect(result).to.deep.include({ settled: true, value: undefined });
    expect(requests).to.deep.equal([]);
  });

  it('finds nothing where ECS leaves the id out', async () => {
    const { clock, lookUp } = setUp(() => Promise.resolve(new Map()));
    const result = watch(lookUp('d-1', aCall()));
    await clock.advance(5);
    expect(result).to.deep.include({ settled: true, value: undefined });
  });

  it('fails only the id for whose sake ECS refuses a whole request', async () => {
    const { clock, lookUp } = setUp((some, call) =>
      some.includes('d-13') ? Promise.reject(new DiskError('invalid', 'bad id')) : all(some, call),
    );
    const results = ids(50).map((id) => watch(lookUp(id, aCall())));
    await clock.advance(5);
    expect(results.filter(({ value }) => value !== undefined)).to.have.length(49);
    expect(results[13]?.error).to.include({ kind: 'invalid' });
  });

  it('does not halve a request that failed for another reason', async () => {
    const { clock, lookUp, requests } = setUp(() => Promise.reject(new DiskError('unreadable', 'no right')));
    const results = ids(8).map((id) => watch(lookUp(id, aCall())));
    await clock.advance(5);
    expect(requests).to.have.length(1);
    expect(results.map(({ error }) => (error as DiskError).kind)).to.deep.equal(Array(8).fill('unreadable'));
  });

  it('lets one caller go without failing the others', async () => {
    const { clock, lookUp } = setUp(async (some, call) => {
      await clock.sleep(100, call.signal);
      return await all(some, call);
    });
    const controller = new AbortController();
    const gone = watch(lookUp('d-1', aCall(controller)));
    const stays = watch(lookUp('d-2', aCall()));
    await clock.advance(50);
    controller.abort(cancelled);
    await settle();
    expect(gone.error).to.equal(cancelled);
    await clock.advance(100);
    expect(stays.value).to.deep.equal({ id: 'd-2' });
  });

  it('gives up on a request that takes too long', async () => {
    const { clock, lookUp } = setUp(async (some, call) => {
      await clock.sleep(3_600_000, call.signal);
      return await all(some, call);
    });
    const result = watch(lookUp('d-1', aCall()));
    await clock.advance(31_000);
    expect(result.error).to.include({ kind: 'outcome-unknown' });
    expect(clock.pending).to.equal(0);
  });

  it('tells for whom the shared request is', async () => {
    const seen: string[] = [];
    const { clock, lookUp } = setUp((some, call) => {
      seen.push(call.requestId);
      return all(some, call);
    });
    ['a', 'b', 'b', 'c'].forEach((requestId) => void lookUp('d-1', aCall(undefined, requestId)));
    await clock.advance(5);
    void lookUp('d-1', aCall(undefined, 'd'));
    await clock.advance(50);
    expect(seen).to.deep.equal(['a+2', 'd']);
  });
});
