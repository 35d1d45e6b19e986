import { setTimeout as wait } from 'node:timers/promises';

const intervalMs = 100;

/** Asks until the answer is the wanted one. Returns the last answer, wanted or not, once the time is up. */
export async function pollUntil<T>(
  look: () => Promise<T>,
  isWanted: (found: T) => boolean,
  limitMs: number,
): Promise<T> {
  const giveUpAtMs = performance.now() + limitMs;
  let found = await look();
  while (!isWanted(found) && performance.now() < giveUpAtMs) {
    await wait(intervalMs);
    found = await look();
  }
  return found;
}
