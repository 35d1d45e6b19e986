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
  /** A request was under way at that death. */
  met(death: Death): void;
  summary(): string;
}

export function createStrikes(victim: Victim, place: PlaceOfDeath): Strikes {
  let recovered = Promise.resolve();
  let next: Promise<Death> | undefined;
  const requestsAt = new Map<Death, number>();
  const strikeOnce = async () => {
    await Promise.all([recovered, pause(victim.companyMs)]);
    const from = Date.now();
    await victim.kill(place);
    next = undefined;
    recovered = victim.untilRecovered(place);
    recovered.catch(() => undefined);
    const death = { from, until: Date.now() };
    requestsAt.set(death, 0);
    return death;
  };
  return {
    strike() {
      next ??= strikeOnce();
      return next;
    },
    untilRecovered: () => recovered,
    met: (death) => requestsAt.set(death, (requestsAt.get(death) ?? 0) + 1),
    summary() {
      const counts = [...requestsAt.values()];
      const all = counts.reduce((sum, count) => sum + count, 0);
      return `${victim.name}: killed ${counts.length} times, during ${all} requests, up to ${Math.max(0, ...counts)} at once`;
    },
  };
}
