import type { Call } from '../disk/call.ts';
import { readPages } from './pages.ts';
import type { Page } from './pages.ts';
import { raceSignal } from './race-signal.ts';
import { runShared } from './shared-call.ts';
import type { SharedCallLimits } from './shared-call.ts';

/** What is looked up: snapshots, or groups of them. */
export interface Named {
  readonly name: string | undefined;
}

/** Some of what carries the owner tag, and whether this is all. */
export interface Owned<T extends Named> {
  readonly items: readonly T[];
  readonly complete: boolean;
}

export interface NameLookUpOptions<T extends Named> {
  /** One request for one name. */
  readonly findByName: (name: string, call: Call) => Promise<readonly T[]>;
  /** Lists what carries the owner tag, with at most so many requests. */
  readonly listOwned: (maxRequests: number, call: Call) => Promise<Owned<T>>;
  readonly limits: SharedCallLimits;
}

/** A search by tag shows no more than this, and does not say so. */
export const maxFoundByTag = 1_000;
/** Look-ups are gathered for so long. */
const gatherMs = 5;
/** From so many on, a listing by the owner tag serves them all. */
const minToShare = 4;

interface LookUp<T> {
  readonly name: string;
  readonly call: Call;
  readonly resolve: (found: T[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds snapshots or groups by their exact name. ECS takes one name per request, so when many names are wanted at once, those
 * that carry the owner tag are listed instead, a hundred to a request; never with more requests than there are names. Names
 * that a listing cut short did not show are then asked for one by one.
 */
export class NameLookUp<T extends Named> {
  readonly #options: NameLookUpOptions<T>;
  #waiting: LookUp<T>[] = [];
  #gathering = false;

  constructor(options: NameLookUpOptions<T>) {
    this.#options = options;
  }

  find(name: string, call: Call): Promise<T[]> {
    const found = new Promise<T[]>((resolve, reject) => {
      this.#waiting.push({ name, call, resolve, reject });
    });
    void this.#gather();
    return raceSignal(found, call.signal);
  }

  /** With a request of its own, whatever others look for at the time. */
  async findAlone(name: string, call: Call): Promise<T[]> {
    return withName(await this.#options.findByName(name, call), name);
  }

  /** One listing at a time: who comes during one waits for the next, and shares it. */
  async #gather(): Promise<void> {
    if (this.#gathering) {
      return;
    }
    this.#gathering = true;
    while (this.#waiting.length > 0) {
      await this.#options.limits.clock.sleep(gatherMs);
      const batch = this.#waiting.filter(({ call }) => !call.signal.aborted);
      this.#waiting = [];
      if (batch.length < minToShare) {
        batch.forEach((lookUp) => void this.#findAlone(lookUp));
      } else {
        await this.#findTogether(batch);
      }
    }
    this.#gathering = false;
  }

  async #findAlone({ name, call, resolve, reject }: LookUp<T>): Promise<void> {
    try {
      resolve(await this.findAlone(name, call));
    } catch (error) {
      reject(error);
    }
  }

  async #findTogether(batch: readonly LookUp<T>[]): Promise<void> {
    const requestId = `${String(batch[0]?.call.requestId)}+${String(batch.length - 1)}`;
    try {
      const owned = await runShared(this.#options.limits, requestId, (call) =>
        this.#options.listOwned(batch.length, call),
      );
      batch.forEach((lookUp) => this.#answer(lookUp, owned));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }

  #answer(lookUp: LookUp<T>, owned: Owned<T>): void {
    const found = withName(owned.items, lookUp.name);
    if (found.length > 0 || owned.complete) {
      lookUp.resolve(found);
    } else {
      void this.#findAlone(lookUp);
    }
  }
}

/** ECS may take a name for a pattern. */
function withName<T extends Named>(found: readonly T[], name: string): T[] {
  return found.filter((one) => one.name === name);
}

/** Reads what carries a tag, with at most so many requests. */
export async function readOwned<T extends Named>(
  readPage: (nextToken: string | undefined) => Promise<Page<T>>,
  maxRequests: number,
): Promise<Owned<T>> {
  let last: Page<T> | undefined;
  const items = await readPages(
    async (nextToken) => {
      last = await readPage(nextToken);
      return last;
    },
    (_items, pages) => pages >= maxRequests,
  );
  return { items, complete: last?.nextToken === undefined && items.length < maxFoundByTag };
}
