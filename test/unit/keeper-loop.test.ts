import { expect } from 'chai';
import { pino } from 'pino';
import { DiskError } from '../../src/disk/disk-error.ts';
import { startKeeper } from '../../src/keeper-loop.ts';
import { GuardScene } from './disk/guards/set-up.ts';
import { FakeClock } from './ecs/fake-clock.ts';

describe('The loop of the keeper', () => {
  it('tells what it was refused in its last round, until a round is refused nothing', async () => {
    const scene = new GuardScene();
    const clock = new FakeClock();
    const list = scene.cluster.listProtections.bind(scene.cluster);
    scene.cluster.listProtections = () =>
      Promise.reject(new DiskError('denied', 'it may not list volumesnapshots'));
    using keeper = startKeeper({
      ...{ ...scene.parts, clock, intervalMs: 60_000, isDryRun: false },
      log: pino({ enabled: false }),
    });
    expect(keeper.problems()).to.deep.equal([]);

    await clock.advance(60_000);
    expect(keeper.problems()).to.deep.equal(['keeper: it may not list volumesnapshots']);

    scene.cluster.listProtections = list;
    await clock.advance(60_000);
    expect(keeper.problems()).to.deep.equal([]);
  });

  it('does not tell of what passes by itself', async () => {
    const scene = new GuardScene();
    const clock = new FakeClock();
    scene.cluster.listProtections = () => Promise.reject(new DiskError('outcome-unknown', 'no answer'));
    using keeper = startKeeper({
      ...{ ...scene.parts, clock, intervalMs: 60_000, isDryRun: false },
      log: pino({ enabled: false }),
    });
    await clock.advance(60_000);
    expect(keeper.problems()).to.deep.equal([]);
  });
});
