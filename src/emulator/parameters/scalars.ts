import { EcsError, type ErrorCode } from '../errors.ts';
import type { Parameter } from './schema.ts';

function ownsExactly(key: string, name: string): boolean {
  return key === name;
}

interface TextRules {
  readonly code?: ErrorCode;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

/** A text; empty is absent. Breaking a rule gives `code`, by default `InvalidParameter.<name>`. */
export function text(rules: TextRules = {}): Parameter<string | undefined> {
  return {
    owns: ownsExactly,
    read: (raw, name) => {
      const value = raw.get(name);
      if (value === undefined || value === '') {
        return undefined;
      }
      const problem = textProblem(value, rules);
      if (problem !== undefined) {
        throw new EcsError(rules.code ?? `InvalidParameter.${name}`, `${name} ${problem}.`);
      }
      return value;
    },
  };
}

function textProblem(value: string, rules: TextRules): string | undefined {
  if (rules.oneOf !== undefined && !rules.oneOf.includes(value)) {
    return `is "${value}", allowed are ${rules.oneOf.join(', ')}`;
  }
  if (rules.pattern !== undefined && !rules.pattern.test(value)) {
    return `"${value}" does not match ${rules.pattern.source}`;
  }
  return undefined;
}

/** A text whose emptiness means something: '' is given, undefined is absent. */
export function textOrEmpty(rules: TextRules = {}): Parameter<string | undefined> {
  const parameter = text(rules);
  return { owns: ownsExactly, read: (raw, name) => (raw.get(name) === '' ? '' : parameter.read(raw, name)) };
}

interface IntegerRules {
  readonly min?: number;
  readonly max?: number;
  readonly code?: ErrorCode;
}

/** A whole decimal number within the limits; empty is absent. */
export function integer(rules: IntegerRules = {}): Parameter<number | undefined> {
  const min = rules.min ?? Number.MIN_SAFE_INTEGER;
  const max = rules.max ?? Number.MAX_SAFE_INTEGER;
  return {
    owns: ownsExactly,
    read: (raw, name) => {
      const value = raw.get(name);
      if (value === undefined || value === '') {
        return undefined;
      }
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= min && number <= max)) {
        const detail = `${name} is "${value}", allowed are whole numbers from ${min} to ${max}.`;
        throw new EcsError(rules.code ?? `InvalidParameter.${name}`, detail);
      }
      return number;
    },
  };
}

/** `true` or `false`, in any case of letters; empty is absent. */
export function flag(): Parameter<boolean | undefined> {
  return {
    owns: ownsExactly,
    read: (raw, name) => {
      const value = raw.get(name)?.toLowerCase();
      if (value === undefined || value === '') {
        return undefined;
      }
      if (value !== 'true' && value !== 'false') {
        throw new EcsError(`InvalidParameter.${name}`, `${name} is "${value}", allowed are true and false.`);
      }
      return value === 'true';
    },
  };
}

/** A parameter that must be there; without it the request gets `code`, by default `MissingParameter.<name>`. */
export function required<T>(parameter: Parameter<T>, code?: ErrorCode): Parameter<Exclude<T, undefined>> {
  return {
    owns: (key, name) => parameter.owns(key, name),
    read: (raw, name) => {
      const value = parameter.read(raw, name);
      if (value === undefined || (Array.isArray(value) && value.length === 0)) {
        throw new EcsError(code ?? `MissingParameter.${name}`, `Give ${name}.`);
      }
      return value as Exclude<T, undefined>;
    },
  };
}

/** A list of ids as one JSON text: `["d-1","d-2"]`. Empty text is absent, an empty list is an empty list. */
export function jsonIds(max: number, tooMany: ErrorCode): Parameter<readonly string[] | undefined> {
  return {
    owns: ownsExactly,
    read: (raw, name) => {
      const value = raw.get(name);
      if (value === undefined || value === '') {
        return undefined;
      }
      const ids = parsedJson(value);
      if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === 'string')) {
        throw new EcsError(`InvalidParameter.${name}`, `${name} is not a JSON list of texts.`);
      }
      if (ids.length > max) {
        throw new EcsError(tooMany, `${name} has ${ids.length}.`);
      }
      return ids;
    },
  };
}

function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
