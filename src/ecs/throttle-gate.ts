import type { Clock } from './clock.ts';

/** How a request that went through the gate ended. Each answer but a throttle shows that there is quota. */
export type GateOutcome = 'answered' | 'throttled' | 'unknown';

/** The right to send one request; to be given back when the request has ended. */
export interface GatePass {
  leave(outcome: GateOutcome): void;
}

const firstWindow = 2;
const maxWindow = 16;
const maxWindowAfterThrottle = 4;
const memoryOfThrottleMs = 10 * 60_000;
const firstProbeMs = 1_000;
const earlyProbes = 4;
const minuteMs = 60_000;
/** Waited beyond the turn of the minute, since the minute of ECS may begin a little later than ours. */
const boundaryMarginMs = 50;

type Admit = (pass: GatePass) => void;

/** The state of being throttled: one probe at a time is sent, everyone else waits. */
interface Closure {
  minute: number;
  failedProbes: number;
  /** By the time elapsed: the clock of the node may be set meanwhile. */
  nextProbeAt: number;
  probing: boolean;
}

/**
 * Lets the requests of one action through as fast as ECS takes them.
 *
 * ECS grants each action a number of requests per minute and refuses the rest until the minute is over. What is in flight
 * when the quota ends is wasted, so requests start two at a time and each answer makes room for one more, up to sixteen, or up
 * to four for some time after a throttle. Once throttled, a single request probes after 1, 3, 7 and 15 seconds and then at each
 * turn of the minute; its success lets the others go on.
 */
export class ThrottleGate {
  readonly #clock: Clock;
  readonly #waiters: Admit[] = [];
  #inFlight = 0;
  #window = firstWindow;
  /** Counts the times the gate was reopened; a throttle from before the last one says nothing new. */
  #era = 0;
  #lastThrottleAt = Number.NEGATIVE_INFINITY;
  #closure: Closure | undefined;
  #timer: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the caller may send; rejects with the signal's reason if that aborts first. */
  enter(signal: AbortSignal): Promise<GatePass> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const admit: Admit = (pass) => {
        signal.removeEventListener('abort', abort);
        resolve(pass);
      };
      const abort = () => {
        this.#waiters.splice(this.#waiters.indexOf(admit), 1);
        this.#advance();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.push(admit);
      this.#advance();
    });
  }

  #newPass(isProbe: boolean): GatePass {
    const era = this.#era;
    this.#inFlight += 1;
    return {
      leave: (outcome) => {
        this.#inFlight -= 1;
        if (isProbe && this.#closure !== undefined) {
          this.#closure.probing = false;
        }
        if (outcome === 'throttled' && era === this.#era) {
          this.#noteThrottle(isProbe);
        } else if (outcome === 'answered') {
          this.#noteAnswer(isProbe);
        }
        this.#advance();
      },
    };
  }

  #noteThrottle(byProbe: boolean): void {
    const now = this.#clock.now();
    const elapsed = this.#clock.elapsedMs();
    const minute = Math.floor(now / minuteMs);
    this.#lastThrottleAt = elapsed;
    if (this.#closure === undefined) {
      const nextProbeAt = elapsed + probeDelayMs(now, 0);
      this.#closure = { minute, failedProbes: 0, nextProbeAt, probing: false };
    } else if (byProbe) {
      // The turn of the minute did not help, or ECS counts a little differently: one more early probe.
      const inSameMinute = this.#closure.minute === minute;
      const failedProbes = inSameMinute ? this.#closure.failedProbes + 1 : earlyProbes - 1;
      const nextProbeAt = elapsed + probeDelayMs(now, failedProbes);
      this.#closure = { minute, failedProbes, nextProbeAt, probing: false };
    }
  }

  #noteAnswer(byProbe: boolean): void {
    if (this.#closure === undefined) {
      const throttledLately = this.#clock.elapsedMs() - this.#lastThrottleAt < memoryOfThrottleMs;
      this.#window = Math.min(this.#window + 1, throttledLately ? maxWindowAfterThrottle : maxWindow);
    } else if (byProbe) {
      this.#closure = undefined;
      this.#era += 1;
      this.#window = firstWindow;
    }
  }

  /** Lets in who may go, and sees to it that the next probe will be sent in time. */
  #advance(): void {
    while (this.#closure === undefined && this.#inFlight < this.#window && this.#waiters.length > 0) {
      this.#waiters.shift()?.(this.#newPass(false));
    }
    const needsProbe = this.#closure !== undefined && !this.#closure.probing && this.#waiters.length > 0;
    if (!needsProbe) {
      this.#timer?.abort();
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      this.#timer = new AbortController();
      void this.#probeInTime(this.#timer);
    }
  }

  async #probeInTime(own: AbortController): Promise<void> {
    const delayMs = (this.#closure?.nextProbeAt ?? 0) - this.#clock.elapsedMs();
    try {
      await this.#clock.sleep(Math.max(0, delayMs), own.signal);
    } catch {
      return;
    }
    if (this.#timer !== own) {
      return;
    }
    this.#timer = undefined;
    const admit = this.#waiters.shift();
    if (this.#closure !== undefined && admit !== undefined) {
      this.#closure.probing = true;
      admit(this.#newPass(true));
    }
    this.#advance();
  }
}

/** Soon at first, since not every throttle lasts a minute; after that, when ECS counts anew. */
function probeDelayMs(now: number, failedProbes: number): number {
  const toBoundaryMs = (Math.floor(now / minuteMs) + 1) * minuteMs + boundaryMarginMs - now;
  return failedProbes >= earlyProbes
    ? toBoundaryMs
    : Math.min(toBoundaryMs, firstProbeMs * 2 ** failedProbes);
}
