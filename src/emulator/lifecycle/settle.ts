import type { EventKind, PendingEvent } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';
import { diskAttached, diskCreated, diskDetached, diskModified } from './disk-events.ts';
import {
  groupCut,
  snapshotAvailable,
  snapshotCut,
  snapshotExpired,
  snapshotFinished,
} from './snapshot-events.ts';

/** Applies one event. An event whose subject is gone, or no longer waits for it, changes nothing. */
export type EventHandler = (state: EmulatorState, event: PendingEvent) => void;

const handlers: Readonly<Record<EventKind, EventHandler>> = {
  'disk-created': diskCreated,
  'disk-attached': diskAttached,
  'disk-detached': diskDetached,
  'disk-modified': diskModified,
  'snapshot-cut': snapshotCut,
  'snapshot-available': snapshotAvailable,
  'snapshot-finished': snapshotFinished,
  'snapshot-expired': snapshotExpired,
  'group-cut': groupCut,
};

/** Lets everything happen that was planned for a time up to `nowMs`, in order. Called before each request. */
export function settle(state: EmulatorState, nowMs: number): void {
  for (let event = state.queue.take(nowMs); event !== undefined; event = state.queue.take(nowMs)) {
    handlers[event.what](state, event);
  }
}
