import { randomInt, randomUUID } from 'node:crypto';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The first characters of the ids of a region, as ECS has them. */
const regionMarks: Readonly<Record<string, string>> = { 'cn-hangzhou': 'bp1', 'cn-beijing': '2ze' };

export type IdPrefix = 'd' | 's' | 'ssg' | 'i' | 't';

/** A new resource id: prefix, dash, 20 lower-case letters and digits. */
export function newId(prefix: IdPrefix, regionId: string): string {
  let id = regionMarks[regionId] ?? '';
  while (id.length < 20) {
    id += letters[randomInt(letters.length)] ?? '';
  }
  return `${prefix}-${id}`;
}

export function newRequestId(): string {
  return randomUUID().toUpperCase();
}
