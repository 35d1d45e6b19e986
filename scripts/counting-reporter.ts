import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';

/** What one mocha run came to. A hook that fails counts as a failed test. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How long a process may live on after its last test before that is a failure. */
const EXIT_LIMIT_MS = 20_000;

/** mocha's spec reporter, which also writes the counts to the file named by the reporter option `output`. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions & { reporterOption?: { output?: string } }) {
    super(runner, options);
    const output = options.reporterOption?.output;
    const write = (counts: TestCounts): void => {
      if (output !== undefined) {
        writeFileSync(output, JSON.stringify(counts));
      }
    };
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      write(counts);
      const endStuckProcess = (): void => {
        const open = process.getActiveResourcesInfo().join(', ');
        console.error(`A test left something open that keeps the process alive: ${open}`);
        // mocha sets the exit status by the failures that it knows of, so this one has to be counted.
        write({ ...counts, failed: failures + 1 });
        process.exit(1);
      };
      // Unreferenced: it only fires if something else keeps the process alive.
      setTimeout(endStuckProcess, EXIT_LIMIT_MS).unref();
    });
  }
}
