import { DiskError, isDiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import type { EventObject } from './event-object.ts';
import { events } from './objects.ts';
import type { ObjectStore } from './store.ts';

/** An event on its way to the API server. */
export interface PendingEvent {
  readonly object: EventObject;
  /** With a key, an event that is there already is the same one; without, it happened once more. */
  readonly isKeyed: boolean;
}

const tries = 5;
const firstPauseMs = 1_000;

/**
 * Writes an event, or raises the count of the one that is there. Tries some times while the API server is not to be had.
 * @throws DiskError when it cannot be written.
 */
export async function writeEvent(
  store: ObjectStore,
  clock: Clock,
  event: PendingEvent,
  signal: AbortSignal,
): Promise<void> {
  let isInDoubt = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await tryToWrite(store, { ...event, isInDoubt }, signal)) {
        return;
      }
      throw new DiskError('busy', `event ${event.object.metadata.name} is being changed by somebody else`);
    } catch (error) {
      if (attempt === tries || !isDiskError(error, 'busy', 'outcome-unknown')) {
        throw error;
      }
      isInDoubt ||= error.kind === 'outcome-unknown';
    }
    await clock.sleep(firstPauseMs * 2 ** (attempt - 1), signal);
  }
}

async function tryToWrite(
  store: ObjectStore,
  { object, isKeyed, isInDoubt }: PendingEvent & { readonly isInDoubt: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const created = await store.create(events, object, { signal });
  if (created === 'no-namespace') {
    const text = `namespace ${object.metadata.namespace} is gone, and the events in it with it`;
    throw new DiskError('not-found', text);
  }
  if (created !== 'exists' || isKeyed) {
    return true;
  }
  const there = await store.find(events, object.metadata, { signal });
  if (there === undefined) {
    return false;
  }
  if (isInDoubt && there.lastTimestamp === object.lastTimestamp) {
    // Written by a try of ours whose answer was lost.
    return true;
  }
  const { lastTimestamp } = object;
  return await store.change(
    events,
    there.metadata,
    { count: (there.count ?? 1) + 1, lastTimestamp },
    { signal },
  );
}
