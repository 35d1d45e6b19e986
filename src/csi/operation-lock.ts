import { aborted } from './status.ts';

/**
 * Refuses a second operation on the same resource while one runs in this process. It only saves work: another
 * replica may run the same operation, and correctness comes from ECS.
 */
export class OperationLock {
  readonly #held = new Set<string>();

  /** Runs `operation` unless one of the keys is held: then rejects with ABORTED. Keys look like `volume d-123`. */
  async run<T>(keys: readonly string[], operation: () => Promise<T>): Promise<T> {
    const wanted = new Set(keys);
    for (const key of wanted) {
      if (this.#held.has(key)) {
        throw aborted(`an operation on ${key} is already running; its result will be found at the next call`);
      }
    }
    for (const key of wanted) {
      this.#held.add(key);
    }
    try {
      return await operation();
    } finally {
      for (const key of wanted) {
        this.#held.delete(key);
      }
    }
  }
}
