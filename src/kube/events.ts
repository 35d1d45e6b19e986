import type { ClusterEvent } from '../disk/cluster.ts';
import { isDiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import { toEventObject } from './event-object.ts';
import { writeEvent, type PendingEvent } from './event-writer.ts';
import type { KubeLog } from './log.ts';
import type { ObjectStore } from './store.ts';

/** Takes events and writes them in the background, one after the other. */
export interface EventSink {
  /** Never throws and does not wait. */
  report(event: ClusterEvent): void;
  /**
   * Why the last event could not be written; `undefined` when it was. Whoever asks makes it be tried again from time to time:
   * otherwise the reason would stand until the next event, long after it is gone.
   */
  problem(): string | undefined;
  /** Writes what is left for as long as the signal allows, then drops the rest. */
  close(signal: AbortSignal): Promise<void>;
}

export interface EventSinkOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: KubeLog;
}

/** Events beyond this number wait for no API server. */
const longestQueue = 1_000;
const progressIntervalMs = 60_000;
/** The last event that could not be written is tried again so long afterwards. */
const againAfterMs = 30_000;
/** Written events that are not tried again; those that are forgotten cost one request. */
const mostRemembered = 2_000;

export function createEventSink({ store, clock, log }: EventSinkOptions): EventSink {
  const gate = createProgressGate(clock);
  const written = new Set<string>();
  const queue: PendingEvent[] = [];
  const stop = new AbortController();
  let worker: Promise<void> | undefined;
  const trouble = createTrouble(clock);

  const drop = ({ object }: PendingEvent, err: unknown) =>
    log.warn({ reason: object.reason, object: object.involvedObject, err }, 'an event was dropped');
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await writeEvent(store, clock, next, stop.signal);
        trouble.end();
        rememberKeyed(written, next);
      } catch (error) {
        drop(next, error);
        trouble.begin(next, error);
      }
    }
    worker = undefined;
  };
  const enqueue = (pending: PendingEvent) => {
    const refusal = whyNot(queue.length, stop.signal);
    if (refusal !== undefined) {
      drop(pending, new Error(refusal));
      return;
    }
    queue.push(pending);
    worker ??= work();
  };
  return {
    problem() {
      const again = worker === undefined ? trouble.toTryAgain() : undefined;
      if (again !== undefined) {
        enqueue(again);
      }
      return trouble.reason();
    },
    report(event) {
      if (!gate(event)) {
        return;
      }
      const object = toEventObject(event, new Date(clock.now()));
      const isKeyed = event.key !== undefined;
      if (isKeyed && object !== undefined && written.has(object.metadata.name)) {
        return;
      }
      logEvent(log, event);
      if (object !== undefined) {
        enqueue({ object, isKeyed });
      }
    },
    async close(signal) {
      await Promise.race([worker, aborted(signal)]);
      stop.abort();
      await worker;
    },
  };
}

/** Why no event can be taken at the moment. */
function whyNot(waiting: number, stop: AbortSignal): string | undefined {
  if (stop.aborted) {
    return 'the plugin is stopping';
  }
  return waiting >= longestQueue ? 'too many events are waiting' : undefined;
}

/** The last event that could not be written, and why; nothing once one could. */
function createTrouble(clock: Pick<Clock, 'now'>) {
  let last: { readonly event: PendingEvent; readonly reason: string; atMs: number } | undefined;
  return {
    begin(event: PendingEvent, error: unknown) {
      const reason = error instanceof Error ? error.message : String(error);
      // A namespace that is gone was somebody's wish: nothing is wrong with the plugin.
      last = isDiskError(error, 'not-found') ? undefined : { event, reason, atMs: clock.now() };
    },
    end() {
      last = undefined;
    },
    reason: () => last?.reason,
    toTryAgain(): PendingEvent | undefined {
      if (last === undefined || clock.now() - last.atMs < againAfterMs) {
        return undefined;
      }
      last.atMs = clock.now();
      return last.event;
    },
  };
}

/** Without a key, the same event again is another one. */
function rememberKeyed(written: Set<string>, { object, isKeyed }: PendingEvent): void {
  if (isKeyed) {
    remember(written, object.metadata.name);
  }
}

/** Notes a name; the oldest of very many is forgotten. */
export function remember(names: Set<string>, name: string): void {
  names.add(name);
  const [oldest] = names;
  if (names.size > mostRemembered && oldest !== undefined) {
    names.delete(oldest);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/** Writes an event to the log, where it is found when Kubernetes cannot be written to. */
export function logEvent(log: KubeLog, event: ClusterEvent): void {
  const { type, reason, diskId, volume, message } = event;
  const claim = volume?.claim === undefined ? undefined : `${volume.claim.namespace}/${volume.claim.name}`;
  const fields = { event: reason, disk: diskId, volume: volume?.name, claim };
  log[type === 'Warning' ? 'warn' : 'info'](fields, message);
}

/** Lets progress of a disk pass once in a minute, and everything else always. */
export function createProgressGate(clock: Pick<Clock, 'now'>): (event: ClusterEvent) => boolean {
  const lastOf = new Map<string, number>();
  return ({ reason, diskId }) => {
    if (reason !== 'WaitingForSnapshot') {
      return true;
    }
    const now = clock.now();
    const last = lastOf.get(diskId);
    if (last !== undefined && now - last < progressIntervalMs) {
      return false;
    }
    for (const [disk, at] of lastOf) {
      if (now - at >= progressIntervalMs) {
        lastOf.delete(disk);
      }
    }
    lastOf.set(diskId, now);
    return true;
  };
}
