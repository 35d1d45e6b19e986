/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Decides, from a seed, who of all that are on their way arrives next. */
export class Schedule {
  readonly random: () => number;
  /** Counts the arrivals so far. */
  step = 0;
  readonly #onTheWay: (() => void)[] = [];

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** Resolves when it is this traveller's turn. */
  readonly travel = async (): Promise<void> => {
    await new Promise<void>((arrive) => this.#onTheWay.push(arrive));
  };

  readonly pick = <T>(...choices: readonly T[]): T => {
    const chosen = choices[Math.floor(this.random() * choices.length)];
    if (chosen === undefined) {
      throw new Error('nothing to choose from');
    }
    return chosen;
  };

  /** Lets everybody arrive, one after the other, until all actors have ended. Rejects when nobody can go on. */
  async play(actors: readonly Promise<unknown>[]): Promise<void> {
    const running = { actors: actors.length };
    const end = Promise.all(
      actors.map(async (actor) => {
        await actor;
        running.actors -= 1;
      }),
    );
    end.catch(() => {
      running.actors = 0;
    });
    await settled();
    while (running.actors > 0) {
      const next = this.#onTheWay.splice(Math.floor(this.random() * this.#onTheWay.length), 1)[0];
      if (next === undefined) {
        throw new Error('deadlock: everybody waits and nobody is on the way');
      }
      this.step += 1;
      next();
      await settled();
    }
    await end;
  }
}

/** Everything that needs no arrival has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
