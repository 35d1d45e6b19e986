import type { FaultEffect } from '../faults.ts';
import { ControlError, onlyFields } from './route.ts';

type Fields = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<FaultEffect['type'], (fields: Fields) => FaultEffect>> = {
  error: (fields) => {
    onlyFields(fields, 'type', 'code', 'status', 'message', 'retryAfter');
    if (typeof fields['code'] !== 'string') {
      throw new ControlError(400, 'effect.code must be an error code.');
    }
    return {
      type: 'error',
      code: fields['code'],
      ...numbers(fields, 'status', 'retryAfter'),
      ...texts(fields, 'message'),
    };
  },
  hang: (fields) => {
    onlyFields(fields, 'type');
    return { type: 'hang' };
  },
  drop: (fields) => {
    onlyFields(fields, 'type');
    return { type: 'drop' };
  },
  garbage: (fields) => {
    onlyFields(fields, 'type', 'status', 'body', 'contentType');
    return { type: 'garbage', ...numbers(fields, 'status'), ...texts(fields, 'body', 'contentType') };
  },
  delay: (fields) => {
    onlyFields(fields, 'type', 'ms');
    return { type: 'delay', ms: numbers(fields, 'ms').ms ?? 0 };
  },
  snapshot: (fields) => {
    onlyFields(fields, 'type', 'outcome', 'cutMs', 'uploadMs', 'diskId');
    return {
      type: 'snapshot',
      ...outcome(fields['outcome']),
      ...numbers(fields, 'cutMs', 'uploadMs'),
      ...texts(fields, 'diskId'),
    };
  },
};

/** The effect of a fault rule in a control request; throws ControlError that says what is wrong with it. */
export function effectFrom(value: unknown, when: 'before' | 'after'): FaultEffect {
  const fields: Fields = typeof value === 'object' && value !== null ? { ...value } : {};
  const reader = Object.entries(readers).find(([type]) => type === fields['type'])?.[1];
  if (reader === undefined) {
    throw new ControlError(400, `effect.type must be one of ${Object.keys(readers).join(', ')}.`);
  }
  const effect = reader(fields);
  if (effect.type === 'snapshot' && when === 'after') {
    throw new ControlError(400, 'A snapshot effect works before the action only.');
  }
  return effect;
}

function outcome(value: unknown): { outcome?: 'accomplished' | 'failed' | 'failed-before-cut' } {
  switch (value) {
    case undefined:
      return {};
    case 'accomplished':
    case 'failed':
    case 'failed-before-cut':
      return { outcome: value };
    default:
      throw new ControlError(400, 'effect.outcome must be accomplished, failed or failed-before-cut.');
  }
}

function numbers<K extends string>(fields: Fields, ...names: K[]): Partial<Record<K, number>> {
  const found: Partial<Record<K, number>> = {};
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
        throw new ControlError(400, `effect.${name} must be a whole number of at least 0.`);
      }
      found[name] = value;
    }
  }
  return found;
}

function texts<K extends string>(fields: Fields, ...names: K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined) {
      if (typeof value !== 'string') {
        throw new ControlError(400, `effect.${name} must be a text.`);
      }
      found[name] = value;
    }
  }
  return found;
}
