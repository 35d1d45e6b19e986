import { expect } from 'chai';
import { ThrottleGate } from '../../../src/ecs/throttle-gate.ts';
import type { GateOutcome } from '../../../src/ecs/throttle-gate.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { cancelled, watch } from './fixtures.ts';

const never = new AbortController().signal;

/** An ECS that answers after 100 ms, as it is told to at the time. */
class FakeEcs {
  calls: number[] = [];
  wasted = 0;
  served = 0;
  readonly #clock: FakeClock;
  readonly #answer: (now: number) => GateOutcome;

  constructor(clock: FakeClock, answer: (now: number) => GateOutcome) {
    this.#clock = clock;
    this.#answer = answer;
  }

  /** Sends one request through the gate, again and again until it is served. */
  async request(gate: ThrottleGate, signal = never): Promise<void> {
    for (;;) {
      const pass = await gate.enter(signal);
      this.calls.push(this.#clock.now());
      const outcome = this.#answer(this.#clock.now());
      await this.#clock.sleep(100);
      pass.leave(outcome);
      if (outcome === 'answered') {
        this.served += 1;
        return;
      }
      this.wasted += outcome === 'throttled' ? 1 : 0;
    }
  }
}

describe('ThrottleGate', () => {
  it('lets a lone request through at once', async () => {
    const gate = new ThrottleGate(new FakeClock());
    const pass = await gate.enter(never);
    pass.leave('answered');
  });

  for (const second of [0, 10, 30, 44, 50, 59]) {
    it(`wastes at most 6 calls of 16 workers on 16 seconds of throttling from second ${String(second)}`, async () => {
      const start = 60_000 * 10 + second * 1_000;
      const clock = new FakeClock(start);
      const ecs = new FakeEcs(clock, (now) => (now - start < 16_000 ? 'throttled' : 'answered'));
      const gate = new ThrottleGate(clock);
      const all = watch(Promise.all(Array.from({ length: 16 }, () => ecs.request(gate))));
      await clock.advance(90_000);
      expect(ecs.wasted).to.be.lessThanOrEqual(6);
      expect(ecs.served).to.equal(16);
      expect(all.settled).to.equal(true);
      expect(clock.pending).to.equal(0);
    });
  }

  it('waits for the turn of the minute, wasting no more than 6 calls, and then lets everyone go on within seconds', async () => {
    const clock = new FakeClock(10_000);
    const ecs = new FakeEcs(clock, (now) => (now < 60_000 ? 'throttled' : 'answered'));
    const gate = new ThrottleGate(clock);
    for (let worker = 0; worker < 200; worker += 1) {
      void ecs.request(gate);
    }
    await clock.advance(49_900);
    expect(ecs.served).to.equal(0);
    expect(ecs.wasted).to.be.lessThanOrEqual(6);
    await clock.advance(6_000);
    expect(ecs.served).to.equal(200);
  });

  it('probes one at a time, and at growing distance', async () => {
    const clock = new FakeClock(0);
    const ecs = new FakeEcs(clock, () => 'throttled');
    const gate = new ThrottleGate(clock);
    for (let worker = 0; worker < 16; worker += 1) {
      void ecs.request(gate);
    }
    await clock.advance(59_000);
    const seconds = ecs.calls.map((at) => Math.round(at / 1_000));
    expect(seconds).to.deep.equal([0, 0, 1, 3, 7, 15]);
  });

  it('sends another probe at once when the outcome of one is unknown', async () => {
    const clock = new FakeClock(0);
    let calls = 0;
    const ecs = new FakeEcs(clock, () => {
      calls += 1;
      return (
        (['throttled', 'throttled', 'unknown', 'answered', 'answered'] as const)[calls - 1] ?? 'answered'
      );
    });
    const gate = new ThrottleGate(clock);
    const requests = Array.from({ length: 3 }, () => watch(ecs.request(gate)));
    await clock.advance(1_500);
    expect(ecs.calls.map((at) => Math.round(at / 100))).to.deep.equal([0, 0, 11, 12, 13, 13]);
    expect(requests.map(({ settled }) => settled)).to.deep.equal([true, true, true]);
  });

  it('keeps few requests in flight at first and more as they are answered', async () => {
    const clock = new FakeClock();
    const gate = new ThrottleGate(clock);
    const passes = Array.from({ length: 40 }, () => watch(gate.enter(never)));
    const inFlight = () => passes.filter(({ value }) => value !== undefined);
    await settle();
    expect(inFlight()).to.have.length(2);
    inFlight().forEach(({ value }) => value?.leave('answered'));
    await settle();
    expect(inFlight().length - 2).to.equal(4);
  });

  it('lets a waiting caller go when its signal aborts, and leaves no timer behind', async () => {
    const clock = new FakeClock(0);
    const gate = new ThrottleGate(clock);
    (await gate.enter(never)).leave('throttled');
    const controller = new AbortController();
    const waiting = watch(gate.enter(controller.signal));
    await settle();
    expect(clock.pending).to.equal(1);
    controller.abort(cancelled);
    await settle();
    expect(waiting.error).to.equal(cancelled);
    expect(clock.pending).to.equal(0);
  });

  it('probes for whoever comes later, although the one who was throttled has gone', async () => {
    const clock = new FakeClock(0);
    const gate = new ThrottleGate(clock);
    (await gate.enter(never)).leave('throttled');
    await clock.advance(10_000);
    const late = watch(gate.enter(never));
    await clock.advance(0);
    expect(late.settled).to.equal(true);
  });

  for (const stepMs of [-3_600_000, 3_600_000]) {
    it(`probes in time when the clock of the node is set by ${String(stepMs / 3_600_000)} h`, async () => {
      const clock = new FakeClock(7_200_000);
      const gate = new ThrottleGate(clock);
      (await gate.enter(never)).leave('throttled');
      clock.step(stepMs);
      const waiting = watch(gate.enter(never));
      await clock.advance(999);
      expect(waiting.settled).to.equal(false);
      await clock.advance(1);
      expect(waiting.settled).to.equal(true);
    });
  }
});
