import { EcsError, type ErrorCode } from '../errors.ts';
import type { Tag } from '../state/entities.ts';
import type { Parameter, RawParameters } from './schema.ts';

interface ListRules {
  readonly max: number;
  readonly tooMany?: ErrorCode;
}

/** `Name.1`, `Name.2` and so on, in the order of their numbers; empty texts are left out. */
export function list(rules: ListRules): Parameter<readonly string[]> {
  return {
    owns: (key, name) => key.startsWith(`${name}.`) && /^[1-9]\d{0,3}$/.test(key.slice(name.length + 1)),
    read: (raw, name) => {
      const values = numbered(raw, name)
        .map(({ value }) => value)
        .filter((value) => value !== '');
      if (values.length > rules.max) {
        const detail = `${name} has ${values.length} entries, at most ${rules.max} are possible.`;
        throw new EcsError(rules.tooMany ?? `InvalidParameter.${name}`, detail);
      }
      return values;
    },
  };
}

interface Numbered {
  readonly index: number;
  readonly field: string;
  readonly value: string;
}

function numbered(raw: RawParameters, name: string): Numbered[] {
  const found: Numbered[] = [];
  for (const [key, value] of raw) {
    const match = key.startsWith(`${name}.`)
      ? /^([1-9]\d{0,3})(?:\.(.+))?$/.exec(key.slice(name.length + 1))
      : null;
    if (match !== null) {
      found.push({ index: Number(match[1]), field: match[2] ?? '', value });
    }
  }
  return found.sort((a, b) => a.index - b.index);
}

/** One `Name.N` entry with its fields. */
export type Entry = Readonly<Record<string, string>>;

/** `Name.1.Key`, `Name.1.Value` and so on: entries with these fields, in the order of their numbers. */
export function entries(fields: readonly string[]): Parameter<readonly Entry[]> {
  return {
    owns: (key, name) => {
      const match = key.startsWith(`${name}.`)
        ? /^[1-9]\d{0,3}\.(.+)$/.exec(key.slice(name.length + 1))
        : null;
      return fields.includes(match?.[1] ?? '');
    },
    read: (raw, name) => {
      const byIndex = new Map<number, Record<string, string>>();
      for (const { index, field, value } of numbered(raw, name)) {
        const entry = byIndex.get(index) ?? {};
        entry[field] = value;
        byIndex.set(index, entry);
      }
      return [...byIndex.values()];
    },
  };
}

const tagEntries = entries(['Key', 'Value']);

/** `Tag.N.Key` and `Tag.N.Value` of a resource that is made or tagged: at most 20, distinct keys, valid texts. */
export function tags(tooMany: ErrorCode = 'InvalidTagCount'): Parameter<readonly Tag[]> {
  return {
    owns: (key, name) => tagEntries.owns(key, name),
    read: (raw, name) => {
      const result = tagEntries
        .read(raw, name)
        .map((entry) => ({ key: entry['Key'] ?? '', value: entry['Value'] ?? '' }));
      if (result.length > 20) {
        throw new EcsError(tooMany, `There are ${result.length}.`);
      }
      result.forEach(checkTag);
      if (new Set(result.map((tag) => tag.key)).size < result.length) {
        throw new EcsError('Duplicate.TagKey');
      }
      return result;
    },
  };
}

function checkTag(tag: Tag): void {
  if (tag.key === '' || tag.key.length > 128 || /^(aliyun|acs:)|https?:\/\//.test(tag.key)) {
    throw new EcsError('InvalidTagKey.Malformed', `The key is "${tag.key}".`);
  }
  if (tag.value.length > 128 || /^acs:|https?:\/\//.test(tag.value)) {
    throw new EcsError('InvalidTagValue.Malformed', `The key is "${tag.key}", the value "${tag.value}".`);
  }
}

/** A tag to look for: without a value any value will do. */
export interface TagFilter {
  readonly key: string;
  readonly value: string | undefined;
}

/** `Tag.N.Key` and optionally `Tag.N.Value` of a query: a resource must carry all of them. */
export function tagFilters(): Parameter<readonly TagFilter[]> {
  return {
    owns: (key, name) => tagEntries.owns(key, name),
    read: (raw, name) => {
      const filters = tagEntries.read(raw, name);
      if (filters.length > 20) {
        throw new EcsError('InvalidTagCount', `There are ${filters.length}, at most 20 are possible.`);
      }
      return filters.map((entry) => {
        if ((entry['Key'] ?? '') === '') {
          throw new EcsError('InvalidTagKey.Malformed', 'A tag to look for has no key.');
        }
        return { key: entry['Key'] ?? '', value: entry['Value'] === '' ? undefined : entry['Value'] };
      });
    },
  };
}
