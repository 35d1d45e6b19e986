import type { Call } from '../disk/call.ts';
import { DiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import { startTimeLimit } from './time-limit.ts';

/** What bounds a request that serves several callers: none of them, but a time limit and the end of the plugin. */
export interface SharedCallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly closed: AbortSignal;
}

/** Runs work for several callers at once; rejects with `outcome-unknown` when it takes longer than the limit. */
export async function runShared<T>(
  limits: SharedCallLimits,
  requestId: string,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const timeUp = new DiskError('outcome-unknown', 'no answer from ECS within the time limit');
  using limit = startTimeLimit(limits.clock, limits.timeoutMs, timeUp);
  return await work({ signal: AbortSignal.any([limit.signal, limits.closed]), requestId });
}
