import { aborted } from './status.ts';

/**
 * Refuses a second operation on the same resource while one runs in this process. It only saves work: another
 * replica may run the same operation, and correctness comes from ECS.
 */
export class OperationLock {
  readonly #held = new Set<string>();
  readonly #shared = new Map<string, number>();

  /**
   * Runs `operation` unless one of the keys is held: then rejects with ABORTED. Keys look like `volume d-123`. Any number of
   * operations may share a key, as long as none holds it for itself.
   */
  async run<T>(
    keys: readonly string[],
    operation: () => Promise<T>,
    sharedKeys: readonly string[] = [],
  ): Promise<T> {
    const wanted = new Set(keys);
    const taken =
      [...wanted].find((key) => this.#held.has(key) || this.#shared.has(key)) ??
      sharedKeys.find((key) => this.#held.has(key));
    if (taken !== undefined) {
      throw aborted(`an operation on ${taken} is already running; its result will be found at the next call`);
    }
    for (const key of wanted) {
      this.#held.add(key);
    }
    for (const key of sharedKeys) {
      this.#share(key, 1);
    }
    try {
      return await operation();
    } finally {
      for (const key of wanted) {
        this.#held.delete(key);
      }
      for (const key of sharedKeys) {
        this.#share(key, -1);
      }
    }
  }

  #share(key: string, change: 1 | -1): void {
    const count = (this.#shared.get(key) ?? 0) + change;
    if (count === 0) {
      this.#shared.delete(key);
    } else {
      this.#shared.set(key, count);
    }
  }
}
