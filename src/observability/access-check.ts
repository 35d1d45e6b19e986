import type { Readiness } from './http-server.ts';

export interface AccessCheckOptions {
  /** Rejects with the reason when the cloud does not let us in. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** Told when the answer changes, and not at every look. */
  readonly onChange: (error: unknown) => void;
  readonly failedIntervalMs: number;
  readonly passedIntervalMs: number;
  readonly timeoutMs: number;
  /** What a check that takes too long is aborted with: it should say what to look at. */
  readonly timeUp: () => Error;
}

/** Whether the cloud lets us in. Asking never waits. */
export interface AccessCheck extends Disposable {
  start(): void;
  /** True from the first success on: a cloud that fails later must not make a liveness probe restart us. */
  hasPassed(): boolean;
  readiness(): Readiness;
}

/** Looks again and again from `start` on, often while it fails and seldom while it works, until it is disposed. */
export function createAccessCheck(options: AccessCheckOptions): AccessCheck {
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let hasPassed = false;
  let reason: string | undefined = 'the first request to ECS has not been answered yet';

  const settle = (error: unknown, text: string | undefined) => {
    if (stopped.signal.aborted) {
      return;
    }
    const isNew = text !== reason;
    reason = text;
    hasPassed ||= text === undefined;
    if (isNew) {
      options.onChange(error);
    }
    timer = setTimeout(look, text === undefined ? options.passedIntervalMs : options.failedIntervalMs);
  };
  const look = () => {
    const timedOut = new AbortController();
    timer = setTimeout(() => {
      timedOut.abort(options.timeUp());
    }, options.timeoutMs);
    options.check(AbortSignal.any([stopped.signal, timedOut.signal])).then(
      () => {
        clearTimeout(timer);
        settle(undefined, undefined);
      },
      (error: unknown) => {
        clearTimeout(timer);
        settle(error, error instanceof Error ? error.message : String(error));
      },
    );
  };
  return {
    start: look,
    hasPassed: () => hasPassed,
    readiness: () => ({ ready: reason === undefined, reasons: reason === undefined ? [] : [reason] }),
    [Symbol.dispose]() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}
