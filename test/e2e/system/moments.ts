import type { EmulatorClient } from '../../support/emulator.ts';
import type { Moment } from './story.ts';
import type { Strikes } from './strikes.ts';

/** A request that is held lives so long at ECS: shorter than the 10 s after which the plugin gives it up by itself. */
const holdMs = 8_000;
/** How long a request may still be on its way when its story is over already. */
const afterStoryMs = 20_000;

/** The moments of one telling at which somebody is to die. */
export interface Interruptions {
  /** Resolves once it has come. */
  add(moment: Moment): Promise<void>;
  /** Waits until each moment has come. @throws Error that names those that have not. */
  untilAllCame(): Promise<void>;
  stop(): void;
}

/** Where the requests of a telling arrive, and how they are known there. */
export interface Watched {
  readonly ecs: EmulatorClient;
  readonly tags: Readonly<Record<string, string>>;
  readonly strikes: Strikes;
  readonly say: (text: string) => void;
}

/**
 * A request that matches is held at ECS: for every other moment before it is carried out, for the rest afterwards. Meanwhile
 * the victim is killed. If it could not be in time, the next such request is held.
 */
export function createInterruptions(firstIs: 'before' | 'after', watched: Watched): Interruptions {
  const stopped = new AbortController();
  const missing = new Set<string>();
  const started: Promise<void>[] = [];
  const meet = async (moment: Moment, when: 'before' | 'after', words: string) => {
    let skip = moment.skip ?? 0;
    while (!(await isInterrupted({ ...moment, skip, when }, watched, stopped.signal))) {
      watched.say(`came too late: ${words}`);
      skip = 0;
    }
    missing.delete(words);
    watched.say(`interrupted: ${words}`);
  };
  return {
    add(moment) {
      const when = (started.length % 2 === 0) === (firstIs === 'before') ? 'before' : 'after';
      const words = `${started.length + 1}. ${moment.action}, ${when} it is carried out`;
      missing.add(words);
      const met = meet(moment, when, words);
      met.catch(() => undefined);
      started.push(met);
      return met;
    },
    async untilAllCame() {
      const timer = setTimeout(() => stopped.abort(), afterStoryMs);
      try {
        await Promise.all(started);
      } catch (error) {
        const cause = { cause: error };
        throw new Error(`nobody was killed, since the moment never came: ${[...missing].join('; ')}`, cause);
      } finally {
        clearTimeout(timer);
      }
    },
    stop: () => stopped.abort(),
  };
}

/** Holds the next such request and kills the victim meanwhile. @returns whether it died in time. */
async function isInterrupted(
  { action, match = {}, skip, when, isUntagged = false }: Moment & { readonly when: 'before' | 'after' },
  { ecs, tags, strikes, say }: Watched,
  signal: AbortSignal,
): Promise<boolean> {
  const effect = { type: 'delay', ms: holdMs };
  const about = isUntagged ? {} : tags;
  const rule = await ecs.addFault({ action, match, tags: about, when, effect, times: 1, skip: skip ?? 0 });
  try {
    await untilHit(ecs, rule, signal);
    say(`held: ${action}`);
    const death = await strikes.strike();
    const requests = await ecs.requests(action);
    const held = requests.find(({ faultApplied }) => faultApplied.includes(rule));
    const isInTime =
      held !== undefined && held.startedAt <= death.until && (held.finishedAt ?? Infinity) >= death.from;
    if (isInTime) {
      strikes.met(death);
    }
    return isInTime;
  } finally {
    await ecs.control('DELETE', `/faults/${rule}`);
  }
}

async function untilHit(ecs: EmulatorClient, rule: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await ecs.waitForFault(rule, signal);
      return;
    } catch (error) {
      // The emulator waits a minute at most.
      if (!String(error).includes(' 408 ') || signal.aborted) {
        throw error;
      }
    }
  }
}
