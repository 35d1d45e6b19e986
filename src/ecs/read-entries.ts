import { DiskError } from '../disk/disk-error.ts';

/** One entry of an answer lacks what every such resource has. The other entries are none the worse for it. */
export class UnreadableEntry extends DiskError {
  readonly id: string;

  constructor(action: string, asked: string, id: string) {
    super('outcome-unknown', `${asked} ${id}: unreadable answer, not all of it is there`, { action });
    this.id = id;
  }
}

/**
 * Reads the entries of an answer. One that cannot be read fails all of them, as a list that lacks it would be wrong, unless
 * the caller collects such entries by their ids.
 */
export function readEntries<Raw, Read>(
  entries: readonly Raw[],
  read: (entry: Raw) => Read,
  unreadable: Map<string, DiskError> | undefined,
): Read[] {
  return entries.flatMap((entry) => {
    try {
      return [read(entry)];
    } catch (error) {
      if (unreadable === undefined || !(error instanceof UnreadableEntry)) {
        throw error;
      }
      unreadable.set(error.id, error);
      return [];
    }
  });
}

/** What was read and what could not be, by id. */
export function byId<T extends { readonly id: string }>(
  resources: readonly T[],
  unreadable: ReadonlyMap<string, DiskError>,
): Map<string, T | DiskError> {
  const found = resources.map((resource): [string, T | DiskError] => [resource.id, resource]);
  return new Map([...found, ...unreadable]);
}
