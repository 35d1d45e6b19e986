import type { Tag } from '../../disk/disk.ts';
import { isReservedTagKey, isTagValue, isUserTagKey } from '../../disk/tags.ts';
import { invalidArgument } from '../status.ts';

/** ECS allows 20 tags on a resource; ours need some of them. */
const maxUserTags = 10;

/**
 * Tags that a user asked for, sorted by key.
 * @throws StatusError INVALID_ARGUMENT for a key or value that ECS refuses, and for keys that only this driver sets.
 */
export function userTags(parameter: string, entries: readonly (readonly [string, string])[]): Tag[] {
  const tags = new Map(entries);
  for (const [key, value] of tags) {
    assertUserKey(parameter, key);
    if (!isTagValue(value)) {
      throw invalidArgument(`${parameter}: ECS does not take "${value}" as the value of tag ${key}`);
    }
  }
  if (new Set([...tags.keys()].map((key) => key.toLowerCase())).size < tags.size) {
    throw invalidArgument(`${parameter}: ECS does not take keys of tags that differ only in capitals`);
  }
  if (tags.size > maxUserTags) {
    throw invalidArgument(`${parameter}: at most ${maxUserTags} tags can be set, not ${tags.size}`);
  }
  return [...tags].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Keys of tags that a user wants off, sorted.
 * @throws StatusError INVALID_ARGUMENT for keys that only this driver sets and takes off.
 */
export function removedUserTags(parameter: string, keys: readonly string[]): string[] {
  for (const key of keys) {
    assertUserKey(parameter, key);
  }
  if (keys.length > maxUserTags) {
    throw invalidArgument(`${parameter}: at most ${maxUserTags} tags can be taken off, not ${keys.length}`);
  }
  return [...keys].sort();
}

function assertUserKey(parameter: string, key: string): void {
  if (!isUserTagKey(key)) {
    throw invalidArgument(`${parameter}: ECS does not take "${key}" as the key of a tag`);
  }
  if (isReservedTagKey(key)) {
    throw invalidArgument(`${parameter}: the tag ${key} is reserved for this driver`);
  }
}
