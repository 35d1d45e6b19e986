import type { Story } from './story.ts';

/** Whether a story may be told while others are. */
export function isSociable({ interruption }: Pick<Story, 'interruption'>): boolean {
  return 'moments' in interruption && interruption.aloneBecause === undefined;
}

/** Runs so many of them at a time, in their order. */
export async function atOnce<T>(
  count: number,
  all: readonly T[],
  run: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      await run(one);
    }
  };
  await Promise.all(Array.from({ length: count }, work));
}
