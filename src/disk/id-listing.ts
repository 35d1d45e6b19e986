import type { Call } from './call.ts';

/** A page of a listing: ids in ascending order, and whether there are more. */
export interface IdPage {
  readonly ids: readonly string[];
  readonly hasMore: boolean;
}

/**
 * Pages through ids in their own order. The position between two pages is an id, not a count, so nothing is skipped or
 * repeated when resources come and go in between, and any replica can continue.
 */
export class IdListing {
  readonly #readAll: (call: Call) => Promise<string[]>;
  readonly #now: () => number;
  readonly #reuseMs: number;
  #last: { readonly ids: readonly string[]; readonly readAtMs: number } | undefined;

  /** @param reuseMs how long later pages may use the ids that were read for the first one. */
  constructor(readAll: (call: Call) => Promise<string[]>, now: () => number, reuseMs: number) {
    this.#readAll = readAll;
    this.#now = now;
    this.#reuseMs = reuseMs;
  }

  /** The first `limit` ids, read from the cloud now. */
  async firstPage(limit: number, call: Call): Promise<IdPage> {
    return pageOf(await this.#read(call), undefined, limit);
  }

  /** The `limit` ids that follow `afterId`. */
  async nextPage(afterId: string, limit: number, call: Call): Promise<IdPage> {
    const last = this.#last;
    const isFresh = last !== undefined && this.#now() - last.readAtMs <= this.#reuseMs;
    return pageOf(isFresh ? last.ids : await this.#read(call), afterId, limit);
  }

  async #read(call: Call): Promise<readonly string[]> {
    const ids = await this.#readAll(call);
    this.#last = { ids, readAtMs: this.#now() };
    return ids;
  }
}

/** The page of sorted ids that follows `afterId`. */
export function pageOf(sortedIds: readonly string[], afterId: string | undefined, limit: number): IdPage {
  const following = afterId === undefined ? sortedIds : sortedIds.filter((id) => id > afterId);
  return { ids: following.slice(0, limit), hasMore: following.length > limit };
}
