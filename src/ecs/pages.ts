/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** Reads page after page until there is none left, or until `enough` says so. A token that comes back unchanged ends it too. */
export async function readPages<T>(
  readPage: (nextToken: string | undefined) => Promise<Page<T>>,
  enough: (items: readonly T[], pages: number) => boolean = () => false,
): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await readPage(token);
    items.push(...page.items);
    if (page.nextToken === undefined || page.nextToken === token || enough(items, pages)) {
      return items;
    }
    token = page.nextToken;
  }
}
