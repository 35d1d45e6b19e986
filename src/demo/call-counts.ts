import type { Fields } from './screen.ts';

/** How often each call was answered with each code. */
export type CallCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Counts calls by name and code. */
export class CallTally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(name: string, code: string, count = 1): void {
    const ofName = this.#counts.get(name) ?? new Map<string, number>();
    ofName.set(code, (ofName.get(code) ?? 0) + count);
    this.#counts.set(name, ofName);
  }

  counts(): CallCounts {
    return this.#counts;
  }
}

export function countOf(counts: CallCounts, name: string, code: string): number {
  return counts.get(name)?.get(code) ?? 0;
}

/** All calls of a name, whatever the answer. */
export function totalOf(counts: CallCounts, name: string): number {
  return [...(counts.get(name)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
}

/** One line a name: `ResizeDisk` -> `1 DiskCreatingSnapshot, 1 OK`. */
export function fieldsOf(counts: CallCounts): Fields {
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(
    rows.map(([name, codes]) => [name, [...codes].map(([code, count]) => `${count} ${code}`).join(', ')]),
  );
}

/** Where two counts differ, in words; empty when they are equal. */
export function differencesBetween(made: CallCounts, counted: CallCounts): string[] {
  const keys = new Set([...keysOf(made), ...keysOf(counted)]);
  return [...keys].flatMap((key) => {
    const [name = '', code = ''] = key.split(' ');
    const [one, other] = [countOf(made, name, code), countOf(counted, name, code)];
    return one === other ? [] : [`${key}: made ${one}, counted ${other}`];
  });
}

function keysOf(counts: CallCounts): string[] {
  return [...counts].flatMap(([name, codes]) => [...codes.keys()].map((code) => `${name} ${code}`));
}
