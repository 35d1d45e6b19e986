/** So long must a resource be missing before we ask whether ECS named one that is long gone: its search may lag. */
export const doubtAfterMs = 30_000;

const maxRemembered = 10_000;

/**
 * What this process has seen go missing, what it has removed itself, and which tokens are spent. Forgotten, it costs
 * another wait or request, never a second disk.
 */
export class Sightings {
  readonly #now: () => number;
  readonly #missingSince = new Map<string, number>();
  readonly #gone = new Set<string>();
  readonly #freeTokens = new Map<string, string>();

  /** @param now milliseconds, of any clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes that something was not found, and tells whether that has been so for long enough to doubt that it exists. */
  isMissingForLong(what: string): boolean {
    if (this.#gone.has(what)) {
      return true;
    }
    const since = this.#missingSince.get(what) ?? this.#now();
    this.#missingSince.set(what, since);
    forgetOldest(this.#missingSince);
    return this.#now() - since >= doubtAfterMs;
  }

  /** Whether something was not found lately that may still show up. */
  isAwaited(what: string): boolean {
    const since = this.#missingSince.get(what);
    return since !== undefined && this.#now() - since < doubtAfterMs;
  }

  /** Notes that something may show up from now on, such as what a request without an answer has made. */
  mayShowUp(what: string): void {
    this.seen(what);
    this.isMissingForLong(what);
  }

  /** Notes that it is there. */
  seen(what: string): void {
    this.#missingSince.delete(what);
  }

  /** Notes that we have removed it: nobody need wait until it shows up. */
  removed(id: string): void {
    this.#gone.add(id);
    forgetOldest(this.#gone);
  }

  /** Where to go on in the row of tokens that begins with this one: those before lead to what is proven to be gone. */
  freeToken(firstToken: string): string {
    return this.#freeTokens.get(firstToken) ?? firstToken;
  }

  noteFreeToken(firstToken: string, token: string): void {
    this.#freeTokens.set(firstToken, token);
    forgetOldest(this.#freeTokens);
  }
}

/** Maps and sets keep the order in which things came. */
function forgetOldest(memory: Map<string, unknown> | Set<string>): void {
  if (memory.size > maxRemembered) {
    for (const oldest of memory.keys()) {
      memory.delete(oldest);
      return;
    }
  }
}

/** A condition that also holds once the resource has been missing for long. */
export function presentAnd<T>(
  sightings: Sightings,
  id: string,
  condition: (resource: T) => boolean,
): (resource: T | undefined) => boolean {
  return (resource) => {
    if (resource === undefined) {
      return sightings.isMissingForLong(id);
    }
    sightings.seen(id);
    return condition(resource);
  };
}
