import { expect } from 'chai';
import { holdMs, holdRepeatedRefusals } from '../../../../src/csi/group-controller/hold-refusals.ts';
import { aborted, invalidArgument } from '../../../../src/csi/status.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { aCall } from '../../../support/builders.ts';
import { FakeClock, settle } from '../../ecs/fake-clock.ts';

const twoZones = new DiskError('unsupported', 'disk d-2 is in another zone');

/** An RPC that ends with each of these in turn, the last for ever, and tells what was answered at once. */
function start(...ends: (Error | 'ok')[]) {
  const clock = new FakeClock();
  let calls = 0;
  const rpc = holdRepeatedRefusals<{ name: string }, object>(() => {
    const end = ends[Math.min(calls, ends.length - 1)];
    calls += 1;
    return end instanceof Error ? Promise.reject(end) : Promise.resolve({});
  }, clock);
  const call = async (name = 'group-1', signal?: AbortSignal) => {
    const answer: { error?: Error; isOut: boolean } = { isOut: false };
    void rpc({ name }, aCall(signal)).then(
      () => (answer.isOut = true),
      (error: unknown) => Object.assign(answer, { error, isOut: true }),
    );
    await settle();
    return answer;
  };
  return { clock, call, callsMade: () => calls };
}

describe('holdRepeatedRefusals', () => {
  it('answers the first refusal of a name at once, and holds each later one', async () => {
    const { clock, call } = start(twoZones);
    expect(await call()).to.deep.equal({ error: twoZones, isOut: true });
    for (let repeats = 0; repeats < 3; repeats += 1) {
      const answer = await call();
      await clock.advance(holdMs - 1);
      expect(answer).to.deep.equal({ isOut: false });
      await clock.advance(1);
      expect(answer).to.deep.equal({ error: twoZones, isOut: true });
    }
  });

  it('gets few calls from a caller that repeats a refused one as soon as it has its answer', async () => {
    const { clock, call, callsMade } = start(twoZones);
    let answer = await call();
    for (let seconds = 0; seconds < 90; seconds += 1) {
      answer = answer.isOut ? await call() : answer;
      await clock.advance(1_000);
    }
    expect(callsMade()).to.be.at.most(1 + 90_000 / holdMs);
  });

  it('holds what our own checks refuse, as a class with a wrong parameter', async () => {
    const { clock, call } = start(invalidArgument('retentionDays is refused'));
    expect((await call()).isOut).to.equal(true);
    expect((await call()).isOut).to.equal(false);
    await clock.advance(holdMs);
  });

  it('ends with its call, with the refusal, leaving no timer behind', async () => {
    const { clock, call } = start(twoZones);
    await call();
    const stop = new AbortController();
    const answer = await call('group-1', stop.signal);
    stop.abort(new DiskError('timed-out', 'time is up'));
    await settle();
    expect(answer).to.deep.equal({ error: twoZones, isOut: true });
    expect(clock.pending).to.equal(0);
    expect((await call('group-1', stop.signal)).error).to.equal(twoZones);
  });

  const notHeld: [what: string, name: string, error: Error][] = [
    ['what is not decided yet', 'group-1', aborted('ECS is still at it')],
    ['what nobody foresaw: its outcome is unknown', 'group-1', new Error('oops')],
    ['a request without a name', '', invalidArgument('name is missing')],
  ];
  for (const [what, name, error] of notHeld) {
    it(`does not hold ${what}`, async () => {
      const { call } = start(error);
      await call(name);
      expect(await call(name)).to.deep.equal({ error, isOut: true });
    });
  }

  it('does not hold other names, nor a name that has worked since', async () => {
    const { call } = start(twoZones, twoZones, 'ok', twoZones);
    await call('group-1');
    expect((await call('group-2')).isOut).to.equal(true);
    await call('group-1');
    expect((await call('group-1')).isOut).to.equal(true);
  });
});
