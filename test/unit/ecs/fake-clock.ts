import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/ecs/clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#sleepers.size;
  }

  /** When the first of them is due. */
  get nextAt(): number | undefined {
    return this.#next(Infinity)?.at;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        at: this.#now + durationMs,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** Moves on, waking each sleeper at its time and letting what follows from it happen first. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.at;
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Sleeper | undefined {
    const [first] = [...this.#sleepers].sort((a, b) => a.at - b.at);
    return first !== undefined && first.at <= end ? first : undefined;
  }
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await setImmediate();
  }
}
