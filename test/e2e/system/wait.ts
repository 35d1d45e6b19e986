import { setTimeout as pause } from 'node:timers/promises';

export const usualLimitMs = 60_000;

/**
 * Asks again and again until the answer is something else than undefined or false.
 * @throws Error that says what was waited for, with the last error of asking, when the time is up.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = usualLimitMs,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    let lastError: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) {
        return answer;
      }
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > until) {
      const cause = lastError === undefined ? {} : { cause: lastError };
      throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`, cause);
    }
    await pause(300);
  }
}
