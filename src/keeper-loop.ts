import { randomUUID } from 'node:crypto';
import { DiskError, isDiskError } from './disk/disk-error.ts';
import { Keeper, type KeeperParts } from './disk/guards/keeper.ts';
import type { Clock } from './ecs/clock.ts';
import { raceSignal } from './ecs/race-signal.ts';
import { startTimeLimit } from './ecs/time-limit.ts';
import type { Logger } from './observability/logger.ts';

export interface KeeperLoopOptions extends Omit<KeeperParts, 'onAct' | 'onProblem'> {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** More problems than this say nothing new. */
const maxTold = 5;
const intervalsPerRound = 10;
/** The longest that a timer of Node.js takes; what is longer it ends at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A keeper at work, until it is disposed. */
export interface RunningKeeper extends Disposable {
  /**
   * What does not pass by itself, one sentence each: what it could not do in its last whole round for want of a right or of
   * CRDs, or by a defect of the plugin; and, until a round is whole again, that the last one was given up.
   */
  problems(): readonly string[];
}

/** Runs the keeper's rounds, `intervalMs` apart. However a round ends, the next one follows. */
export function startKeeper(options: KeeperLoopOptions): RunningKeeper {
  const { log, isDryRun, clock, intervalMs } = options;
  const stopped = new AbortController();
  const reports = createRoundReports(log);
  const keeper = new Keeper({
    ...options,
    onAct: (act) => log.info({ ...act, isDryRun }, isDryRun ? 'The keeper would act' : 'The keeper acts'),
    onProblem: reports.add,
  });
  const round = async () => {
    const limitMs = Math.min(intervalsPerRound * intervalMs, longestTimerMs);
    const timeUp = new DiskError('timed-out', `not over within ${String(limitMs / 1_000)} seconds`);
    using limit = startTimeLimit(clock, limitMs, timeUp);
    const signal = AbortSignal.any([stopped.signal, limit.signal]);
    // Raced, so that not even a step that does not listen to the signal can hold up the rounds to come.
    await raceSignal(keeper.round({ signal, requestId: `keeper-${randomUUID()}` }), signal);
  };
  const run = async () => {
    for (;;) {
      await clock.sleep(intervalMs, stopped.signal);
      try {
        await round();
        reports.endRound();
      } catch (error) {
        stopped.signal.throwIfAborted();
        reports.giveUpRound(error);
      }
    }
  };
  run().catch((error: unknown) => {
    if (!stopped.signal.aborted) {
      reports.stop(error);
    }
  });
  return {
    problems: reports.problems,
    [Symbol.dispose]() {
      stopped.abort(new DiskError('cancelled', 'the plugin is stopping'));
    },
  };
}

/** Logs what rounds meet with, and knows what is to be told of it for as long as it lasts. */
function createRoundReports(log: Logger) {
  let lasting: readonly string[] = [];
  let lastingNow = new Set<string>();
  let broken: string | undefined;
  const add = (error: unknown) => {
    if (isDiskError(error) && !isDiskError(error, 'denied', 'unsupported')) {
      log.warn({ err: error }, 'The keeper leaves something for its next round');
      return;
    }
    const problem = `keeper: ${isDiskError(error) ? error.message : `a defect of the plugin; report it (${textOf(error)})`}`;
    lastingNow.add(problem);
    if (!lasting.includes(problem)) {
      log.warn({ err: error }, 'The keeper cannot do all; it goes on with the rest');
    }
  };
  return {
    add,
    endRound() {
      lasting = [...lastingNow].slice(0, maxTold);
      lastingNow = new Set();
      broken = undefined;
    },
    giveUpRound(error: unknown) {
      lastingNow = new Set();
      broken = `keeper: its last round was given up (${textOf(error)}), the next one tries again: see the log`;
      log.error({ err: error }, 'The keeper gives up a round; the next one tries again');
    },
    stop(error: unknown) {
      broken = `keeper: it has stopped; restart the plugin and report this (${textOf(error)})`;
      log.error({ err: error }, 'The keeper has stopped; restart the plugin and report this');
    },
    problems: () => (broken === undefined ? lasting : [broken, ...lasting]),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
