/** The list of what was tried, printed while it grows. */
export interface Report {
  /** Runs it and prints how it went and how long it took. Never throws. */
  add(title: string, run: () => Promise<void>): Promise<void>;
  /** Prints what does not count. */
  note(text: string): void;
  failed(): number;
  /** Prints the line that counts. @returns the exit status. */
  close(): number;
}

export function createReport(): Report {
  const createdAt = performance.now();
  let passed = 0;
  let failed = 0;
  return {
    async add(title, run) {
      const startedAt = performance.now();
      const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(8);
      try {
        await run();
        passed += 1;
        console.log(`ok     ${seconds()}  ${title}`);
      } catch (error) {
        failed += 1;
        console.log(`FAILED ${seconds()}  ${title}\n${describe(error)}`);
      }
    },
    note: (text) => console.log(`${''.padEnd(17)}${text}`),
    failed: () => failed,
    close() {
      console.log(`\nin ${Math.round((performance.now() - createdAt) / 1000)} s`);
      console.log(`${passed} passed, ${failed} failed`);
      return failed === 0 ? 0 : 1;
    },
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`.replace(/^/gm, '    ');
}
