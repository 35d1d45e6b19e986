const mostNamed = 10;

/** Ids for a sentence: all of a few, some of many. The whole list is in `ids` of the finding. */
export function listing(ids: readonly string[]): string {
  const left = ids.length - mostNamed;
  return left > 1
    ? `${ids.slice(0, mostNamed).join(', ')} and ${left} more (--output json names them all)`
    : ids.join(', ');
}
