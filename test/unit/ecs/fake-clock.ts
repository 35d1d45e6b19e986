import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/ecs/clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  elapsedMs(): number {
    return this.#elapsed;
  }

  /** Sets the clock back or forth, as one does with that of a node. No time passes. */
  step(byMs: number): void {
    this.#now += byMs;
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#sleepers.size;
  }

  /** When the first of them is due, by the clock as it goes now. */
  get nextAt(): number | undefined {
    const next = this.#next(Infinity);
    return next === undefined ? undefined : this.#now + next.at - this.#elapsed;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        at: this.#elapsed + durationMs,
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
    const end = this.#elapsed + durationMs;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#passTo(next.at);
      next.wake();
      await settle();
    }
    this.#passTo(end);
  }

  #passTo(at: number): void {
    this.#now += at - this.#elapsed;
    this.#elapsed = at;
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
