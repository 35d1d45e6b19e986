import { expect } from 'chai';
import { pino } from 'pino';
import type { Call } from '../../src/disk/call.ts';
import { DiskError } from '../../src/disk/disk-error.ts';
import { startKeeper, type RunningKeeper } from '../../src/keeper-loop.ts';
import { GuardScene } from './disk/guards/set-up.ts';
import { FakeClock, settle } from './ecs/fake-clock.ts';

const minuteMs = 60_000;

function start(scene: GuardScene, clock: FakeClock): RunningKeeper {
  const options = { ...scene.parts, clock, intervalMs: minuteMs, isDryRun: false };
  return startKeeper({ ...options, log: pino({ enabled: false }) });
}

/** Never answers; when the signal aborts it ends with its reason, as requests do. */
function unanswered(call: Call): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  call.signal.addEventListener('abort', () => reject(call.signal.reason as Error));
  return promise;
}

const givenUp =
  'keeper: its last round was given up (not over within 600 seconds), the next one tries again: see the log';

describe('The loop of the keeper', () => {
  it('tells what it was refused in its last round, until a round is refused nothing', async () => {
    const scene = new GuardScene();
    const clock = new FakeClock();
    const list = scene.cluster.listProtections.bind(scene.cluster);
    scene.cluster.listProtections = () =>
      Promise.reject(new DiskError('denied', 'it may not list volumesnapshots'));
    using keeper = start(scene, clock);
    expect(keeper.problems()).to.deep.equal([]);

    await clock.advance(minuteMs);
    expect(keeper.problems()).to.deep.equal(['keeper: it may not list volumesnapshots']);

    scene.cluster.listProtections = list;
    await clock.advance(minuteMs);
    expect(keeper.problems()).to.deep.equal([]);
  });

  it('does not tell of what passes by itself', async () => {
    const scene = new GuardScene();
    const clock = new FakeClock();
    scene.cluster.listProtections = () => Promise.reject(new DiskError('outcome-unknown', 'no answer'));
    using keeper = start(scene, clock);
    await clock.advance(minuteMs);
    expect(keeper.problems()).to.deep.equal([]);
  });

  for (const [how, hang] of [
    ['that ends with its time', (_tag: unknown, call: Call) => unanswered(call)],
    ['that does not listen to its signal', () => Promise.withResolvers<never>().promise],
  ] as const) {
    it(`gives up a round ${how}, tells it, and goes on with the next one`, async () => {
      const scene = new GuardScene();
      const clock = new FakeClock();
      const listSnapshotIds = scene.cloud.listSnapshotIds.bind(scene.cloud);
      let rounds = 0;
      scene.cloud.listSnapshotIds = hang;
      scene.cluster.listProtections = () => {
        rounds += 1;
        return Promise.resolve([]);
      };
      using keeper = start(scene, clock);
      await clock.advance(10 * minuteMs);
      expect(keeper.problems()).to.deep.equal([]);
      await clock.advance(minuteMs);
      expect(keeper.problems()).to.deep.equal([givenUp]);
      expect(rounds).to.equal(0);

      scene.cloud.listSnapshotIds = listSnapshotIds;
      await clock.advance(minuteMs);
      expect(rounds).to.equal(1);
      expect(keeper.problems()).to.deep.equal([]);
      await clock.advance(minuteMs);
      expect(rounds).to.equal(2);
    });
  }

  it('survives a defect, does the rest of the round, and tells of it until it is gone', async () => {
    const scene = new GuardScene();
    const clock = new FakeClock();
    const listSnapshotIds = scene.cloud.listSnapshotIds.bind(scene.cloud);
    let protections = 0;
    scene.cloud.listSnapshotIds = () => Promise.reject(new TypeError('tags is not iterable'));
    scene.cluster.listProtections = () => {
      protections += 1;
      return Promise.resolve([]);
    };
    using keeper = start(scene, clock);
    await clock.advance(minuteMs);
    expect(protections).to.equal(1);
    expect(keeper.problems()).to.deep.equal([
      'keeper: a defect of the plugin; report it (tags is not iterable)',
    ]);

    scene.cloud.listSnapshotIds = listSnapshotIds;
    await clock.advance(minuteMs);
    expect(keeper.problems()).to.deep.equal([]);
  });

  it('ends with the plugin, in the middle of a round too, and leaves no timer behind', async () => {
    const scene = new GuardScene();
    const clock = new FakeClock();
    scene.cloud.listSnapshotIds = (_tag, call) => unanswered(call);
    const keeper = start(scene, clock);
    await clock.advance(minuteMs);
    keeper[Symbol.dispose]();
    await settle();
    expect(clock.pending).to.equal(0);
    expect(keeper.problems()).to.deep.equal([]);
  });
});
