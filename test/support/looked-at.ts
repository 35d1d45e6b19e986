import type { Tag } from '../../src/disk/disk.ts';

interface Change<T> {
  looks: number;
  readonly changes: Partial<T> | 'gone';
}

interface Resource<T> {
  value: T;
  pending: Change<T>[];
  invisibleLooks: number;
  isHidden: boolean;
}

/** Resources of a cloud whose state goes a step further each time somebody looks. */
export class LookedAt<T extends { readonly id: string }> {
  readonly #all = new Map<string, Resource<T>>();

  /** @param invisibleLooks how many looks miss it at first. */
  add(value: T, invisibleLooks = 0): T {
    this.#all.set(value.id, { value, pending: [], invisibleLooks, isHidden: false });
    return value;
  }

  /** Changes a resource at once, whatever is under way. */
  set(id: string, changes: Partial<T>): void {
    const found = this.#existing(id);
    found.value = { ...found.value, ...changes };
  }

  /** Takes a resource away at once. */
  remove(id: string): void {
    this.#existing(id);
    this.#all.delete(id);
  }

  /** Changes a resource after some looks at it, after all that is under way. */
  change(id: string, changes: Partial<T> | 'gone', afterLooks: number): void {
    const found = this.#existing(id);
    found.pending.push({ looks: afterLooks, changes });
    this.#applyDue(id, found);
  }

  /** As `change`, but what was under way comes to nothing. */
  changeInstead(id: string, changes: Partial<T> | 'gone', afterLooks: number): void {
    this.#existing(id).pending = [];
    this.change(id, changes, afterLooks);
  }

  hide(id: string): void {
    this.#existing(id).isHidden = true;
  }

  /** What is there, shown or not, without looking. */
  values(): T[] {
    return [...this.#all.values()].map(({ value }) => value);
  }

  get(id: string): T | undefined {
    return this.#all.get(id)?.value;
  }

  /** One look: the resource as it is now; then what is under way goes a step further. */
  look(id: string): T | undefined {
    const found = this.#all.get(id);
    if (found === undefined) {
      return undefined;
    }
    const { value } = found;
    if (found.pending[0] !== undefined) {
      found.pending[0].looks -= 1;
    }
    this.#applyDue(id, found);
    if (found.invisibleLooks > 0) {
      found.invisibleLooks -= 1;
      return undefined;
    }
    return found.isHidden ? undefined : value;
  }

  lookAtAll(ids: Iterable<string> = this.#all.keys()): T[] {
    return [...ids].map((id) => this.look(id)).filter((found) => found !== undefined);
  }

  #applyDue(id: string, found: Resource<T>): void {
    while (found.pending[0] !== undefined && found.pending[0].looks <= 0) {
      const due = found.pending.shift()?.changes;
      if (due === 'gone') {
        this.#all.delete(id);
      } else {
        found.value = { ...found.value, ...due };
      }
    }
  }

  #existing(id: string): Resource<T> {
    const found = this.#all.get(id);
    if (found === undefined) {
      throw new Error(`no such resource in the test: ${id}`);
    }
    return found;
  }
}

/** The ids of all that carry the tag, sorted. */
export function idsWith(
  tag: Tag,
  all: readonly { readonly id: string; readonly tags: ReadonlyMap<string, string> }[],
) {
  return all
    .filter(({ tags }) => tags.get(tag.key) === tag.value)
    .map(({ id }) => id)
    .sort();
}
