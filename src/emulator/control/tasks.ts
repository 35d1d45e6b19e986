import type { Task } from '../state/entities.ts';
import { choiceField } from './body-fields.ts';
import { ControlError, jsonBody, onlyFields, type ControlCall, type Route } from './route.ts';

/** Ends a change of specification at once: `{"status":"failed"}` leaves the disk as it was. */
export const taskRoutes: readonly Route[] = [{ method: 'POST', path: 'tasks/:id', handle: endTask }];

async function endTask(call: ControlCall): Promise<Task> {
  const body = await jsonBody(call);
  onlyFields(body, 'status');
  choiceField('status', body['status'], ['failed'] as const);
  const id = call.path[0] ?? '';
  const { state, clock } = call.emulator;
  const task = state.tasks.get(id);
  if (task === undefined) {
    throw new ControlError(404, `There is no task ${id}.`);
  }
  if (task.status !== 'Processing') {
    throw new ControlError(409, `The task ${id} is ${task.status}.`);
  }
  return state.tasks.update(id, { status: 'Failed', finishedAtMs: clock.now() });
}
