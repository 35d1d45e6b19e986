import { randomUUID } from 'node:crypto';

import { actionNamed } from '../actions/index.ts';
import type { FaultRule } from '../faults.ts';
import { effectFrom } from './fault-effect.ts';
import { ControlError, jsonBody, onlyFields, type Route } from './route.ts';

export const faultRoutes: readonly Route[] = [
  { method: 'GET', path: 'faults', handle: ({ emulator }) => ({ faults: emulator.faults.list() }) },
  {
    method: 'POST',
    path: 'faults',
    handle: async (call) => {
      const rule = ruleFrom(await jsonBody(call));
      if (call.emulator.faults.hitsOf(rule.id) !== undefined) {
        throw new ControlError(409, `There is a fault rule ${rule.id} already.`);
      }
      call.emulator.faults.add(rule);
      return { ...rule, hits: 0 };
    },
  },
  {
    method: 'DELETE',
    path: 'faults',
    handle: ({ emulator }) => {
      emulator.faults.remove();
      return {};
    },
  },
  {
    method: 'DELETE',
    path: 'faults/:id',
    handle: ({ emulator, path: [id = ''] }) => {
      emulator.faults.remove(id);
      return {};
    },
  },
];

function ruleFrom(body: Readonly<Record<string, unknown>>): FaultRule {
  onlyFields(body, 'id', 'action', 'when', 'effect', 'skip', 'times', 'match', 'tags');
  const when = whenFrom(body['when'] ?? 'before');
  return {
    id: idFrom(body['id'] ?? randomUUID()),
    action: actionFrom(body['action'] ?? '*'),
    when,
    effect: effectFrom(body['effect'], when),
    skip: countFrom('skip', body['skip'] ?? 0),
    times: countFrom('times', body['times'] ?? 0),
    match: textsFrom('match', body['match'] ?? {}),
    tags: textsFrom('tags', body['tags'] ?? {}),
  };
}

function idFrom(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w.-]+$/.test(value)) {
    throw new ControlError(400, 'id must be a text of letters, digits and _.-');
  }
  return value;
}

function actionFrom(value: unknown): string {
  if (typeof value !== 'string' || (value !== '*' && actionNamed(value) === undefined)) {
    throw new ControlError(400, 'action must be the name of an action of the emulator, or *.');
  }
  return value;
}

function whenFrom(value: unknown): FaultRule['when'] {
  if (value !== 'before' && value !== 'after') {
    throw new ControlError(400, 'when must be before or after.');
  }
  return value;
}

function countFrom(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ControlError(400, `${name} must be a whole number of at least 0.`);
  }
  return value;
}

function textsFrom(field: 'match' | 'tags', value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const example = field === 'match' ? '{"DiskId": "d-..."}' : '{"team": "payments"}';
    throw new ControlError(400, `${field} must be an object: ${example}.`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, wanted]: [string, unknown]) => {
      if (typeof wanted !== 'string') {
        throw new ControlError(400, `${field}.${name} must be a text.`);
      }
      return [name, wanted];
    }),
  );
}
