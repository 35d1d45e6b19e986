import type { DiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';

export interface TimeLimit extends Disposable {
  /** Aborts with the error when the time is up. */
  readonly signal: AbortSignal;
}

/** Starts a limit of so many milliseconds; it ends, and leaves no timer behind, when it is disposed. */
export function startTimeLimit(clock: Pick<Clock, 'sleep'>, limitMs: number, timeUp: DiskError): TimeLimit {
  const over = new AbortController();
  const disposed = new AbortController();
  clock.sleep(limitMs, disposed.signal).then(
    () => over.abort(timeUp),
    () => undefined,
  );
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      disposed.abort();
    },
  };
}
