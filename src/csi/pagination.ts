import { aborted, invalidArgument } from './status.ts';

/** More entries than this do not fit safely into the 4 MiB that a gRPC client accepts. */
const maxEntriesPerReply = 1000;
const tokenPattern = /^after:(.+)$/;

/** The place in a listing that a caller asks for. */
export interface PageRequest {
  readonly limit: number;
  /** The last id of the page before; `undefined` for the first page. */
  readonly afterId: string | undefined;
}

/**
 * @param isId tells the ids of this listing from those of another.
 * @throws StatusError INVALID_ARGUMENT for a negative `max_entries`, ABORTED for a token that is not one of ours: the
 *   standard has the caller start again then.
 */
export function pageRequestFrom(
  maxEntries: number,
  startingToken: string,
  isId: (text: string) => boolean,
): PageRequest {
  if (maxEntries < 0) {
    throw invalidArgument('max_entries must not be negative');
  }
  const limit = maxEntries === 0 ? maxEntriesPerReply : Math.min(maxEntries, maxEntriesPerReply);
  if (startingToken === '') {
    return { limit, afterId: undefined };
  }
  const afterId = tokenPattern.exec(startingToken)?.[1];
  if (afterId === undefined || !isId(afterId)) {
    throw aborted('starting_token is not one that this plugin gave; list again from the start');
  }
  return { limit, afterId };
}

/** The token that continues after the given page; empty at the end. */
export function nextTokenOf(page: { readonly ids: readonly string[]; readonly hasMore: boolean }): string {
  const lastId = page.ids.at(-1);
  return page.hasMore && lastId !== undefined ? `after:${lastId}` : '';
}
