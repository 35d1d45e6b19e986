import type { Emulator } from '../emulator.ts';
import { finishSnapshot, removeSnapshot } from '../lifecycle/snapshot-events.ts';
import type { Snapshot } from '../state/entities.ts';
import { choiceField } from './body-fields.ts';
import { ControlError, jsonBody, onlyFields, type ControlCall, type Route } from './route.ts';

/**
 * Changes what the service does by itself: `{"status"}` ends an upload or the retention time, `{"progress"}` holds the upload
 * at a percentage.
 */
export const snapshotRoutes: readonly Route[] = [
  { method: 'POST', path: 'snapshots/:id', handle: changeSnapshot },
];

async function changeSnapshot(call: ControlCall): Promise<Snapshot> {
  const body = await jsonBody(call);
  onlyFields(body, 'status', 'progress', 'isUsedByImage');
  const id = call.path[0] ?? '';
  snapshotOf(call.emulator, id);
  const { snapshots } = call.emulator.state;
  if (body['isUsedByImage'] !== undefined) {
    snapshots.update(id, { isUsedByImage: body['isUsedByImage'] === true });
  }
  if (body['progress'] !== undefined) {
    snapshots.update(id, { heldProgress: percent(body['progress']) });
  }
  if (body['status'] !== undefined) {
    return end(call.emulator, snapshotOf(call.emulator, id), body['status']);
  }
  return snapshotOf(call.emulator, id);
}

function snapshotOf(emulator: Emulator, id: string): Snapshot {
  const snapshot = emulator.state.snapshots.get(id);
  if (snapshot === undefined) {
    throw new ControlError(404, `There is no snapshot ${id}.`);
  }
  return snapshot;
}

function percent(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 99) {
    throw new ControlError(400, 'progress must be a whole number from 0 to 99; the upload then stays there.');
  }
  return value;
}

/** @returns the snapshot as it is then, or as it was before it went. */
function end(emulator: Emulator, snapshot: Snapshot, wanted: unknown): Snapshot {
  const status = choiceField('status', wanted, ['accomplished', 'failed', 'expired'] as const);
  if (status === 'expired') {
    expire(emulator, snapshot);
    return snapshot;
  }
  if (status === 'accomplished' && snapshot.cutAtMs === null) {
    throw new ControlError(409, `The snapshot ${snapshot.id} is not cut yet: advance the clock first.`);
  }
  finishSnapshot(emulator.state, snapshot, status, emulator.clock.now());
  return snapshotOf(emulator, snapshot.id);
}

/** As if its days were over, and no other clock has moved. */
function expire({ state }: Emulator, snapshot: Snapshot): void {
  if (snapshot.retentionDays === null) {
    throw new ControlError(409, `The snapshot ${snapshot.id} has no retention time that could end.`);
  }
  removeSnapshot(state, snapshot);
}
