import { setTimeout as pause } from 'node:timers/promises';
import type { PlaceOfDeath, Victim } from './victims.ts';

/** When a victim was dead, in milliseconds of the wall clock. Only the API server stays so for more than a moment. */
export interface Death {
  readonly from: number;
  readonly until: number;
}

/** Kills one victim, again and again. */
export interface Strikes {
  /** Kills the victim as soon as it has recovered from the last time. Whoever asks meanwhile shares that death. */
  strike(): Promise<Death>;
  /** Resolves once nobody is dead any more. */
  untilRecovered(): Promise<void>;
  count(): number;
}

export function createStrikes(victim: Victim, place: PlaceOfDeath, companyMs: number): Strikes {
  let recovered = Promise.resolve();
  let next: Promise<Death> | undefined;
  let count = 0;
  const strikeOnce = async () => {
    // The requests of other stories get a little time to be under way as well: one death interrupts them all.
    await Promise.all([recovered, pause(companyMs)]);
    const from = Date.now();
    count += 1;
    await victim.kill(place);
    next = undefined;
    recovered = victim.untilRecovered(place);
    recovered.catch(() => undefined);
    return { from, until: Date.now() };
  };
  return {
    strike() {
      next ??= strikeOnce();
      return next;
    },
    untilRecovered: () => recovered,
    count: () => count,
  };
}
