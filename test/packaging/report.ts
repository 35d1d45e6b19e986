/** Counts what holds, and prints each as it ends. */
export class Report {
  private passed = 0;
  private failed = 0;
  private skipped = 0;

  /** @returns what the check made, or undefined when it failed. */
  async check<T>(name: string, run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const result = await run();
      this.passed += 1;
      console.log(`ok       ${name}`);
      return result;
    } catch (error) {
      this.failed += 1;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.log(`FAILED   ${name}\n${text}`);
      return undefined;
    }
  }

  notRun(name: string, reason: string): void {
    this.skipped += 1;
    console.log(`not run  ${name}: ${reason}`);
  }

  /** Prints the line that counts. @returns the exit status. */
  close(): number {
    console.log(`\n${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    return this.failed === 0 ? 0 : 1;
  }
}

/** What a check wants known beside that it passed. */
export function note(text: string): void {
  console.log(`         ${text}`);
}
