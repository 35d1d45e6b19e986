import { expect } from 'chai';
import { systemClock } from '../../../src/ecs/clock.ts';
import { cancelled } from './fixtures.ts';

describe('the system clock', () => {
  it('sleeps and wakes', async () => {
    await systemClock.sleep(1);
    await systemClock.sleep(1, new AbortController().signal);
  });

  it('wakes with the reason of the signal when that aborts', async () => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(3_600_000, controller.signal).catch((error: unknown) => error);
    controller.abort(cancelled);
    expect(await sleep).to.equal(cancelled);
  });

  it('does not sleep at all when the signal has aborted', async () => {
    const sleep = systemClock.sleep(3_600_000, AbortSignal.abort(cancelled));
    expect(await sleep.catch((error: unknown) => error)).to.equal(cancelled);
  });
});
