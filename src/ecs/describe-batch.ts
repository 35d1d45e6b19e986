import DataLoader from 'dataloader';
import type { Call } from '../disk/call.ts';
import type { DiskError } from '../disk/disk-error.ts';
import { createBatchWindow } from './batch-window.ts';
import type { BatchWindowOptions } from './batch-window.ts';
import type { Clock } from './clock.ts';
import { describeEach, maxIdsPerRequest } from './describe-each.ts';
import type { EcsObserver } from './ecs-observer.ts';
import { raceSignal } from './race-signal.ts';
import { runShared } from './shared-call.ts';
import type { SharedCallLimits } from './shared-call.ts';

export interface DescribeBatchOptions<T> {
  readonly action: string;
  readonly isId: (text: string) => boolean;
  readonly describe: (ids: readonly string[], call: Call) => Promise<ReadonlyMap<string, T | DiskError>>;
  readonly observer: EcsObserver;
  readonly limits: SharedCallLimits;
  readonly window?: BatchWindowOptions | undefined;
  /** The most ids that ECS takes in one request of the action. Default: 100. */
  readonly maxIds?: number | undefined;
}

/**
 * Looks one id up; `undefined` when it is not there or is no id at all. Look-ups that come at about the same time share a
 * request, and neither another caller's bad id nor its abort fails them.
 */
export type LookUp<T> = (id: string, call: Call) => Promise<T | undefined>;

interface Key {
  readonly id: string;
  readonly requestId: string;
}

export function createDescribeBatch<T>(options: DescribeBatchOptions<T>): LookUp<T> {
  const { maxIds = maxIdsPerRequest } = options;
  const schedule = createSchedule(options.limits.clock, maxIds, options.window);
  const loader = new DataLoader<Key, T | undefined>((keys) => loadBatch(keys, options), {
    cache: false,
    maxBatchSize: maxIds,
    batchScheduleFn: schedule.begin,
  });
  return (id, call) => {
    if (!options.isId(id)) {
      return Promise.resolve(undefined);
    }
    const loading = loader.load({ id, requestId: call.requestId });
    schedule.add();
    return raceSignal(loading, call.signal);
  };
}

async function loadBatch<T>(
  keys: readonly Key[],
  { action, describe, observer, limits }: DescribeBatchOptions<T>,
): Promise<(T | undefined | Error)[]> {
  const ids = [...new Set(keys.map((key) => key.id))];
  observer.batchSize(action, ids.length);
  const results = await runShared(limits, joinedRequestIds(keys), (call) =>
    describeEach(ids, (some) => describe(some, call)),
  );
  return keys.map((key) => results.get(key.id));
}

/** The first caller's request id stands for the batch, with the number of the others. */
function joinedRequestIds(keys: readonly Key[]): string {
  const ids = [...new Set(keys.map((key) => key.requestId))];
  return ids.length === 1 ? String(ids[0]) : `${String(ids[0])}+${String(ids.length - 1)}`;
}

/** Sends a batch when its window has passed, or at once when it is full. */
function createSchedule(clock: Clock, maxIds: number, options: BatchWindowOptions | undefined) {
  const window = createBatchWindow(clock, options);
  let open = { size: 0, full: new AbortController() };
  return {
    begin: (dispatch: () => void): void => {
      open = { size: 0, full: new AbortController() };
      clock.sleep(window.nextWaitMs(), open.full.signal).then(dispatch, dispatch);
    },
    add: (): void => {
      open.size += 1;
      if (open.size === maxIds) {
        open.full.abort();
      }
    },
  };
}
