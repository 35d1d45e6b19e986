/**
 * Runs csi-sanity and our own checks of group snapshots against the plugin, which runs against the emulator:
 *
 *     node test/conformance/run.ts
 *     node test/conformance/run.ts --focus 'ListSnapshots'    # a part of csi-sanity, while one works on it
 *
 * The last line is `N passed, N failed, N skipped`; exit status 0 only when nothing failed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { csiSanityBinary, NoGoError, runCsiSanity } from './csi-sanity.ts';
import { readGinkgoReport } from './ginkgo-report.ts';
import { judge, partOnly, type Evidence, type Verdict } from './judge.ts';
import { complaintsIn } from './plugin-log.ts';
import { printVerdict } from './print-verdict.ts';
import { leftOut, notAnnounced } from './skips.ts';
import { leftovers, startSystem, type System } from './system.ts';
import { tryGroups } from './try-groups.ts';

/** So many specs run today; raise it when more do. */
const ranFloor = 69;
/** ECS takes 20 GiB or more for the category used here. */
const volumeBytes = 20n * 1024n ** 3n;
const sanityLimitMs = 6 * 60_000;
const totalLimitMs = 10 * 60_000;
const suiteName = 'CSI Driver Test Suite';
const records = fileURLToPath(new URL('../../.cache/conformance/', import.meta.url));

async function main(focus: string | undefined): Promise<number> {
  const binary = csiSanityBinary();
  const signal = AbortSignal.any([AbortSignal.timeout(totalLimitMs), stopAsked()]);
  const directory = mkdtempSync(join(tmpdir(), 'datasafe-sanity-'));
  try {
    await using system = await startSystem(directory);
    const sanity = await tryAll(system, { binary, directory, focus, signal });
    const verdict = focus === undefined ? await withGroups(system, sanity) : sanity;
    printVerdict(verdict, system.pluginOutput(), records);
    return verdict.failed.length + verdict.problems.length === 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The verdict with that of our own checks of group snapshots, for which csi-sanity has none that makes a group. */
async function withGroups(system: System, sanity: Verdict): Promise<Verdict> {
  const { specs, problems } = await tryGroups(system, volumeBytes);
  const failed = specs.filter(({ state }) => state === 'failed');
  // What csi-sanity left has been told of already.
  const complaints = [...complaintsIn(system.pluginOutput(), failed), ...(await leftovers(system))];
  return {
    passed: [...sanity.passed, ...specs.filter(({ state }) => state === 'passed')],
    failed: [...sanity.failed, ...failed],
    skipped: sanity.skipped,
    problems: [...new Set([...sanity.problems, ...problems, ...complaints])],
  };
}

interface Trial {
  readonly binary: string;
  readonly directory: string;
  readonly focus: string | undefined;
  readonly signal: AbortSignal;
}

async function tryAll(system: System, { binary, directory, focus, signal }: Trial): Promise<Verdict> {
  const volumeParametersFile = join(directory, 'volume-parameters.yaml');
  writeFileSync(volumeParametersFile, JSON.stringify(system.volumeParameters));
  const mutableParametersFile = join(directory, 'mutable-parameters.yaml');
  writeFileSync(mutableParametersFile, JSON.stringify(system.mutableParameters));
  const reportFile = join(directory, 'report.json');
  const { ended, output } = await runCsiSanity({
    binary,
    socket: system.socket,
    directory,
    volumeParametersFile,
    mutableParametersFile,
    volumeBytes,
    skip: leftOut.map(({ specs }) => `^${literally(`${suiteName} ${specs}`)}`),
    focus,
    reportFile,
    timeLimitMs: sanityLimitMs,
    signal,
  });
  keep('csi-sanity.log', output);
  if (signal.aborted) {
    throw new Error(`csi-sanity was stopped before its end: ${(signal.reason as Error).message}`);
  }
  keep('plugin.log', system.pluginOutput());
  if (!system.pluginRuns()) {
    throw new Error(`the plugin ended before csi-sanity did:\n${system.pluginOutput().slice(-2000)}`);
  }
  const { specs, suiteFailures } = readGinkgoReport(reportFile);
  const announced = await system.announced();
  const whole: Evidence = { specs, leftOut, notAnnounced, announced, ranFloor };
  const isWhole = focus === undefined && suiteFailures.length === 0;
  const verdict = judge(isWhole ? whole : partOnly(whole));
  const problems = [
    ...verdict.problems,
    ...suiteFailures,
    ...complaintsIn(system.pluginOutput(), verdict.failed),
    ...(await leftovers(system)),
  ];
  if (ended !== 0 && verdict.failed.length + problems.length === 0) {
    problems.push(`csi-sanity ended with ${ended}, but no spec failed`);
  }
  return { ...verdict, problems };
}

function keep(name: string, text: string): void {
  mkdirSync(records, { recursive: true });
  writeFileSync(join(records, name), text);
}

/** The regular expression that matches just this text. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Aborts when the process is told to end, so that what was started ends first. */
function stopAsked(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(new Error(name));
    });
  }
  return controller.signal;
}

try {
  const { values } = parseArgs({ options: { focus: { type: 'string' } } });
  process.exitCode = await main(values.focus);
} catch (error) {
  if (error instanceof NoGoError) {
    console.error(error.message);
  } else {
    console.error(error);
    console.log('0 passed, 1 failed');
  }
  process.exitCode = 1;
}
