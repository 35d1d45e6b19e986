import { expect } from 'chai';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { startTimeLimit } from '../../../src/ecs/time-limit.ts';
import { FakeClock, settle } from './fake-clock.ts';

describe('a time limit', () => {
  const timeUp = new DiskError('timed-out', 'not over in time');

  it('aborts with its error when the time is up, and not before', async () => {
    const clock = new FakeClock();
    using limit = startTimeLimit(clock, 1_000, timeUp);
    await clock.advance(999);
    expect(limit.signal.aborted).to.equal(false);
    await clock.advance(1);
    expect(limit.signal.reason).to.equal(timeUp);
  });

  it('ends when it is disposed, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const limit = startTimeLimit(clock, 1_000, timeUp);
    limit[Symbol.dispose]();
    await settle();
    expect(clock.pending).to.equal(0);
    expect(limit.signal.aborted).to.equal(false);
  });
});
