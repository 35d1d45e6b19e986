import { setTimeout as delay } from 'node:timers/promises';

/** Time, passed in so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment. The clock of a node may be set, back or forth: only this measures how long something takes. */
  elapsedMs(): number;
  /** Rejects with the signal's reason, leaving no timer behind, when the signal aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  async sleep(durationMs, signal) {
    try {
      await delay(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
