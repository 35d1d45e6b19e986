import type { Clock } from './clock.ts';

export interface BatchWindowOptions {
  /** So many requests may go out with hardly any wait. Default: 8. */
  readonly burst?: number | undefined;
  /** Requests per second that may be kept up. Default: 5, half of what ECS is known to grant in a minute. */
  readonly refillPerSecond?: number | undefined;
  /** The wait when the burst is used up. Default: 1,000. */
  readonly maxWaitMs?: number | undefined;
}

/**
 * How long to gather ids before a request goes out: 4 ms when little was asked lately, twice as long for each request of a
 * burst, so that a busy plugin asks rarely for many ids and an idle one at once for one.
 */
export function createBatchWindow(clock: Clock, options: BatchWindowOptions = {}): { nextWaitMs(): number } {
  const { burst = 8, refillPerSecond = 5, maxWaitMs = 1_000 } = options;
  let tokens = burst;
  let countedAt = clock.elapsedMs();
  return {
    nextWaitMs() {
      const now = clock.elapsedMs();
      tokens = Math.min(burst, tokens + ((now - countedAt) / 1_000) * refillPerSecond);
      countedAt = now;
      const waitMs = maxWaitMs * 0.5 ** tokens;
      tokens = Math.max(0, tokens - 1);
      return waitMs;
    },
  };
}
