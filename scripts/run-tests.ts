/**
 * Runs mocha once per named set of tests and closes with one line that sums them up:
 *
 *     node scripts/run-tests.ts unit integration
 *     ...
 *     812 passed, 0 failed
 *
 * Exit status 0 only if every set ran, had tests, and had no failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCounts } from './counting-reporter.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOCHA = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const REPORTER = join(ROOT, 'scripts', 'counting-reporter.ts');

/** The mocha configuration of a set: `.mocharc.json` for the unit tests, `.mocharc.<set>.json` for any other. */
function configOf(set: string): string {
  return join(ROOT, set === 'unit' ? '.mocharc.json' : `.mocharc.${set}.json`);
}

/** Runs one set, with its output passed through. A run that ends badly without a failed test counts as one failure. */
function runSet(set: string, countsFile: string): TestCounts {
  console.log(`\n${set} tests`);
  const options = [
    '--config',
    configOf(set),
    '--reporter',
    REPORTER,
    '--reporter-option',
    `output=${countsFile}`,
    // Of use only to a set whose configuration says "parallel"; mocha itself would leave one core out.
    '--jobs',
    String(availableParallelism()),
  ];
  const { status, signal, error } = spawnSync(process.execPath, [MOCHA, ...options], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  const counts = readCounts(countsFile);
  const oneMore = (reason: string): TestCounts => {
    console.error(`The ${set} tests failed as a whole: ${reason}`);
    return { ...counts, failed: counts.failed + 1 };
  };
  if (error !== undefined) {
    return oneMore(`mocha could not be started (${error.message})`);
  }
  if (status !== 0 && counts.failed === 0) {
    return oneMore(`mocha ended with ${signal ?? `exit status ${status ?? 'unknown'}`}; see above`);
  }
  return counts.passed + counts.failed === 0 ? oneMore('no test ran') : counts;
}

/** Zeros when mocha ended before its tests did. */
function readCounts(file: string): TestCounts {
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as TestCounts)
    : { passed: 0, failed: 0, skipped: 0 };
}

function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

function main(sets: readonly string[]): number {
  const unknown = sets.filter((set) => !existsSync(configOf(set)));
  if (sets.length === 0 || unknown.length > 0) {
    const problem = unknown.length > 0 ? `There are no tests called ${unknown.join(', ')}.` : 'Which tests?';
    console.error(`${problem} Use: node scripts/run-tests.ts unit integration`);
    return 2;
  }
  const directory = mkdtempSync(join(tmpdir(), 'datasafe-tests-'));
  try {
    const results = sets.map((set) => runSet(set, join(directory, `${set}.json`)));
    const sum = (key: keyof TestCounts): number => results.reduce((total, counts) => total + counts[key], 0);
    const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
    console.log(`\n${closingLine(total)}`);
    return total.failed === 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = main(process.argv.slice(2));
