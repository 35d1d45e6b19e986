import type { ClusterEvent } from '../disk/cluster.ts';
import { isDiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import { toEventObject, type EventObject } from './event-object.ts';
import { writeEvent, type PendingEvent } from './event-writer.ts';
import type { KubeLog } from './log.ts';
import { AdmissionError } from './refusal.ts';
import type { ObjectStore } from './store.ts';

/** Takes events and writes them in the background, one after the other. */
export interface EventSink {
  /** Never throws and does not wait. */
  report(event: ClusterEvent): void;
  /** The same for an event object; it is not logged here. */
  write(object: EventObject): void;
  /**
   * Why the last event could not be written, where the next would fare no better; `undefined` when it was written. Whoever asks
   * makes it be tried again from time to time: otherwise the reason would stand until the next event, long after it is gone.
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

  const drops = createDropLog(log);
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await writeEvent(store, clock, next, stop.signal);
        loss.forget();
        drops.forget(next);
        onWritten(next);
      } catch (error) {
        drops.tell(next, error);
        loss.note(next, error);
      }
    }
    worker = undefined;
  };
  const add = (pending: PendingEvent) => {
    if (queue.length >= longestQueue || stop.signal.aborted) {
      const why = stop.signal.aborted ? 'the plugin is stopping' : 'too many events are waiting';
      drops.tell(pending, new Error(why));
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

/** Tells of each event that is dropped, once for one reason: it comes again, by itself or because it is tried again. */
function createDropLog(log: KubeLog) {
  const told = new Map<string, string>();
  const keyOf = ({ object: { metadata } }: PendingEvent) => `${metadata.namespace}/${metadata.name}`;
  return {
    tell(event: PendingEvent, why: unknown) {
      const text = textOf(why);
      if (told.get(keyOf(event)) === text) {
        return;
      }
      told.delete(keyOf(event));
      told.set(keyOf(event), text);
      forgetOldest(told);
      const { reason, involvedObject } = event.object;
      log.warn({ reason, object: involvedObject, err: why }, 'an event was dropped');
    },
    forget(event: PendingEvent) {
      told.delete(keyOf(event));
    },
  };
}

/** The last event that could not be written for a reason that concerns all events. */
function createLoss(clock: Clock) {
  let loss: { readonly event: PendingEvent; readonly why: string; readonly atMs: number } | undefined;
  return {
    note(event: PendingEvent, error: unknown) {
      loss = concernsAll(error) ? { event, why: textOf(error), atMs: clock.now() } : undefined;
    },
    forget() {
      loss = undefined;
    },
    why: () => loss?.why,
    /** The event, once it was long enough ago to try again. */
    due: () => (loss !== undefined && clock.now() - loss.atMs >= againAfterMs ? loss.event : undefined),
  };
}

/**
 * Whether other events are lost for the same reason. What comes after the rights does not: a namespace is gone, its quota is
 * used up, or somebody's webhook wants no such event. That is no fault of the plugin, and shows that it may write events.
 */
function concernsAll(error: unknown): boolean {
  return (
    isDiskError(error, 'outcome-unknown', 'busy', 'unauthenticated', 'denied') &&
    !(error instanceof AdmissionError)
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Notes a name; the oldest of very many is forgotten. */
export function remember(names: Set<string>, name: string): void {
  names.add(name);
  forgetOldest(names);
}

function forgetOldest(all: Set<string> | Map<string, string>): void {
  const [oldest] = all.keys();
  if (all.size > mostRemembered && oldest !== undefined) {
    all.delete(oldest);
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
