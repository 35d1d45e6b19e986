import type { Call } from '../disk/call.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import { describeEach, maxIdsPerRequest } from './describe-each.ts';
import type { EcsObserver } from './ecs-observer.ts';
import { runShared } from './shared-call.ts';
import type { SharedCallLimits } from './shared-call.ts';

export interface StatusPollerOptions<T> {
  readonly action: string;
  readonly describe: (ids: readonly string[], call: Call) => Promise<ReadonlyMap<string, T | DiskError>>;
  readonly observer: EcsObserver;
  readonly limits: SharedCallLimits;
  readonly intervalMs: number;
  /** The most ids that ECS takes in one request of the action. Default: 100. */
  readonly maxIds?: number | undefined;
}

interface Waiter<T> {
  readonly id: string;
  readonly until: (found: T | undefined) => boolean;
  readonly resolve: (found: T | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** The first look of a fresh round gathers those who begin to wait at about the same time. */
const firstLookShare = 5;

/**
 * Waits for resources to change, all of them in one loop: every round describes each id that somebody waits for, as many
 * to a request as ECS takes. The loop runs only while somebody waits.
 */
export class StatusPoller<T> {
  readonly #options: StatusPollerOptions<T>;
  readonly #waiters = new Set<Waiter<T>>();
  #running = false;
  /** Aborted when the last one has stopped waiting, so that no timer is left behind. */
  #nobodyWaits = new AbortController();

  constructor(options: StatusPollerOptions<T>) {
    this.#options = options;
  }

  /**
   * Resolves with what was found once `until` holds; rejects with the signal's reason when that aborts first. A look that
   * fails is repeated in the next round, unless the failure cannot pass by itself, such as a missing right.
   */
  async waitFor(id: string, until: (found: T | undefined) => boolean, call: Call): Promise<T | undefined> {
    call.signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiters.delete(waiter);
        call.signal.removeEventListener('abort', abort);
        if (this.#waiters.size === 0) {
          this.#nobodyWaits.abort();
        }
      };
      const waiter: Waiter<T> = {
        id,
        until,
        resolve(found) {
          stop();
          resolve(found);
        },
        reject(error) {
          stop();
          reject(error);
        },
      };
      const abort = () => waiter.reject(call.signal.reason as Error);
      call.signal.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) {
      return;
    }
    this.#running = true;
    await this.#pause(this.#options.intervalMs / firstLookShare);
    while (this.#waiters.size > 0) {
      await this.#round();
      await this.#pause(this.#options.intervalMs);
    }
    this.#running = false;
  }

  async #pause(durationMs: number): Promise<void> {
    if (this.#waiters.size === 0) {
      return;
    }
    this.#nobodyWaits = new AbortController();
    const { clock, closed } = this.#options.limits;
    const wake = AbortSignal.any([this.#nobodyWaits.signal, closed]);
    await clock.sleep(durationMs, wake).catch(() => undefined);
  }

  async #round(): Promise<void> {
    // Who comes while the round is under way must not be told of the time before.
    const present = [...this.#waiters];
    const ids = [...new Set(present.map((waiter) => waiter.id))];
    const { maxIds = maxIdsPerRequest } = this.#options;
    const batches = [];
    for (let start = 0; start < ids.length; start += maxIds) {
      batches.push(this.#look(ids.slice(start, start + maxIds)));
    }
    const results = new Map((await Promise.all(batches)).flatMap((batch) => [...batch]));
    for (const waiter of present) {
      settle(waiter, results.get(waiter.id));
    }
  }

  async #look(ids: readonly string[]): Promise<Map<string, T | DiskError | undefined>> {
    const { action, describe, observer, limits } = this.#options;
    observer.batchSize(action, ids.length);
    return await runShared(limits, `poll:${action}`, (call) =>
      describeEach(ids, (some) => describe(some, call)),
    );
  }
}

function settle<T>(waiter: Waiter<T>, found: T | DiskError | undefined): void {
  if (found instanceof DiskError) {
    if (!canPass(found)) {
      waiter.reject(found);
    }
    return;
  }
  try {
    if (waiter.until(found)) {
      waiter.resolve(found);
    }
  } catch (error) {
    waiter.reject(error as Error);
  }
}

/** Whether the next round may well succeed although this one failed. */
function canPass(error: DiskError): boolean {
  return isDiskError(error, 'outcome-unknown', 'throttled', 'busy', 'timed-out');
}
