import { randomUUID } from 'node:crypto';
import { Keeper, type KeeperParts } from './disk/guards/keeper.ts';
import type { Clock } from './ecs/clock.ts';
import type { Logger } from './observability/logger.ts';

export interface KeeperLoopOptions extends Omit<KeeperParts, 'onAct' | 'onProblem'> {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs the keeper's rounds until it is disposed. A round that fails is logged, and the next one tries again. */
export function startKeeper(options: KeeperLoopOptions): Disposable {
  const { log, intervalMs, isDryRun, clock } = options;
  const stopped = new AbortController();
  const keeper = new Keeper({
    ...options,
    onAct: (act) => log.info({ ...act, isDryRun }, isDryRun ? 'The keeper would act' : 'The keeper acts'),
    onProblem: (error) => log.warn({ err: error }, 'The keeper leaves something for its next round'),
  });
  const run = async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(intervalMs, stopped.signal);
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(10 * intervalMs)]);
      await keeper.round({ signal, requestId: `keeper-${randomUUID()}` });
    }
  };
  run().catch((error: unknown) => {
    if (!stopped.signal.aborted) {
      log.error({ err: error }, 'The keeper has stopped; restart the plugin and report this');
    }
  });
  return {
    [Symbol.dispose]() {
      stopped.abort();
    },
  };
}
