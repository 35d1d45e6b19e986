import { randomUUID } from 'node:crypto';
import { isDiskError } from './disk/disk-error.ts';
import { Keeper, type KeeperParts } from './disk/guards/keeper.ts';
import type { Clock } from './ecs/clock.ts';
import type { Logger } from './observability/logger.ts';

export interface KeeperLoopOptions extends Omit<KeeperParts, 'onAct' | 'onProblem'> {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** More refusals than this say nothing new. */
const maxTold = 5;

/** A keeper at work, until it is disposed. */
export interface RunningKeeper extends Disposable {
  /** What it could not do in its last round for want of a right or of CRDs, one sentence each: none passes by itself. */
  problems(): readonly string[];
}

/** Runs the keeper's rounds. A round that fails is logged, and the next one tries again. */
export function startKeeper(options: KeeperLoopOptions): RunningKeeper {
  const { log, intervalMs, isDryRun, clock } = options;
  const stopped = new AbortController();
  let refusals: readonly string[] = [];
  let refusalsNow = new Set<string>();
  const keeper = new Keeper({
    ...options,
    onAct: (act) => log.info({ ...act, isDryRun }, isDryRun ? 'The keeper would act' : 'The keeper acts'),
    onProblem(error) {
      if (!isDiskError(error, 'denied', 'unsupported')) {
        log.warn({ err: error }, 'The keeper leaves something for its next round');
        return;
      }
      const refusal = `keeper: ${error.message}`;
      refusalsNow.add(refusal);
      if (!refusals.includes(refusal)) {
        log.warn({ err: error }, 'The keeper cannot do all; it goes on with the rest');
      }
    },
  });
  const run = async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(intervalMs, stopped.signal);
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(10 * intervalMs)]);
      refusalsNow = new Set();
      await keeper.round({ signal, requestId: `keeper-${randomUUID()}` });
      refusals = [...refusalsNow].slice(0, maxTold);
    }
  };
  run().catch((error: unknown) => {
    if (!stopped.signal.aborted) {
      log.error({ err: error }, 'The keeper has stopped; restart the plugin and report this');
    }
  });
  return {
    problems: () => refusals,
    [Symbol.dispose]() {
      stopped.abort();
    },
  };
}
