import type { Spec } from './ginkgo-report.ts';
import type { SkippedSpec, Verdict } from './judge.ts';
import { warningsDuring } from './plugin-log.ts';

/** Prints every spec, what failed with what the plugin logged meanwhile, and the closing line. */
export function printVerdict(verdict: Verdict, pluginLog: string, records: string): void {
  const { passed, failed, skipped, problems } = verdict;
  for (const spec of passed) {
    console.log(`  passed  ${spec.name} (${durationMs(spec)} ms)`);
  }
  printSkipped(skipped);
  for (const spec of failed) {
    printFailure(spec, pluginLog);
  }
  for (const problem of problems) {
    console.log(`\nFAILED  ${problem}`);
  }
  const failures = failed.length + problems.length;
  if (failures > 0) {
    console.log(`\nThe whole logs of csi-sanity and the plugin are in ${records}`);
  }
  console.log(`\n${passed.length} passed, ${failures} failed, ${skipped.length} skipped`);
}

function printSkipped(skipped: readonly SkippedSpec[]): void {
  for (const [reason, specs] of Map.groupBy(skipped, (spec) => spec.reason)) {
    console.log(`\nSkipped: ${reason}`);
    for (const { name } of specs) {
      console.log(`  skipped ${name}`);
    }
  }
}

function printFailure(spec: Spec, pluginLog: string): void {
  console.log(`\nFAILED  ${spec.name}`);
  console.log(indented(`${spec.message}\n${spec.location}`));
  const logged = warningsDuring(pluginLog, spec);
  if (logged.length > 0) {
    console.log(indented(`Meanwhile the plugin logged:\n${logged.join('\n')}`));
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '        ');
}

function durationMs({ startedAt, endedAt }: Spec): number {
  return endedAt.getTime() - startedAt.getTime();
}
