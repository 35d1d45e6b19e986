import type { ClusterEvent } from '../disk/cluster.ts';
import { isDiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import { toEventObject, type EventObject } from './event-object.ts';
import { writeEvent, type PendingEvent } from './event-writer.ts';
import type { KubeLog } from './log.ts';
import type { ObjectStore } from './store.ts';

/** Takes events and writes them in the background, one after the other. */
export interface EventSink {
  /** Never throws and does not wait. */
  report(event: ClusterEvent): void;
  /** The same for an event object; it is not logged here. */
  write(object: EventObject): void;
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

export function createEventSink(options: EventSinkOptions): EventSink {
  const { clock, log } = options;
  const gate = createProgressGate(clock);
  const written = new Set<string>();
  const queue = createEventQueue(options, ({ object, isKeyed }) => {
    if (isKeyed) {
      remember(written, object.metadata.name);
    }
  });
  return {
    write: (object) => {
      queue.add({ object, isKeyed: false });
    },
    problem: () => queue.problem(),
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
        queue.add({ object, isKeyed });
      }
    },
    close: (signal) => queue.close(signal),
  };
}

/** Writes one event after the other. */
function createEventQueue(
  { store, clock, log }: EventSinkOptions,
  onWritten: (event: PendingEvent) => void,
): { add(event: PendingEvent): void } & Pick<EventSink, 'problem' | 'close'> {
  const queue: PendingEvent[] = [];
  const stop = new AbortController();
  const loss = createLoss(clock);
  let worker: Promise<void> | undefined;

  const drop = ({ object }: PendingEvent, why: unknown) => {
    log.warn({ reason: object.reason, object: object.involvedObject, err: why }, 'an event was dropped');
  };
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await writeEvent(store, clock, next, stop.signal);
        loss.forget();
        onWritten(next);
      } catch (error) {
        drop(next, error);
        loss.note(next, error);
      }
    }
    worker = undefined;
  };
  const add = (pending: PendingEvent) => {
    if (queue.length >= longestQueue || stop.signal.aborted) {
      const why = stop.signal.aborted ? 'the plugin is stopping' : 'too many events are waiting';
      drop(pending, new Error(why));
      return;
    }
    queue.push(pending);
    worker ??= work();
  };
  return {
    add,
    problem() {
      const again = worker === undefined ? loss.due() : undefined;
      if (again !== undefined) {
        add(again);
      }
      return loss.why();
    },
    async close(signal) {
      await Promise.race([worker, aborted(signal)]);
      stop.abort();
      await worker;
    },
  };
}

/** The last event that could not be written. */
function createLoss(clock: Clock) {
  let loss: { readonly event: PendingEvent; readonly why: string; readonly atMs: number } | undefined;
  return {
    note(event: PendingEvent, error: unknown) {
      const why = error instanceof Error ? error.message : String(error);
      // A namespace that is gone was somebody's wish: nothing is wrong with the plugin.
      loss = isDiskError(error, 'not-found') ? undefined : { event, why, atMs: clock.now() };
    },
    forget() {
      loss = undefined;
    },
    why: () => loss?.why,
    /** The event, once it was long enough ago to try again. */
    due: () => (loss !== undefined && clock.now() - loss.atMs >= againAfterMs ? loss.event : undefined),
  };
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
