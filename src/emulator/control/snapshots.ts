import type { Emulator } from '../emulator.ts';
import { finishSnapshot } from '../lifecycle/snapshot-events.ts';
import type { Snapshot } from '../state/entities.ts';
import { choiceField } from './body-fields.ts';
import { ControlError, jsonBody, onlyFields, type ControlCall, type Route } from './route.ts';

/** Changes what the service does by itself: `{"status"}` ends an upload, `{"progress"}` holds it at a percentage. */
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
    finish(call.emulator, snapshotOf(call.emulator, id), body['status']);
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

function finish(emulator: Emulator, snapshot: Snapshot, wanted: unknown): void {
  const status = choiceField('status', wanted, ['accomplished', 'failed'] as const);
  if (status === 'accomplished' && snapshot.cutAtMs === null) {
    throw new ControlError(409, `The snapshot ${snapshot.id} is not cut yet: advance the clock first.`);
  }
  finishSnapshot(emulator.state, snapshot, status, emulator.clock.now());
}
