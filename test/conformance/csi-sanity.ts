import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/csi-sanity/', import.meta.url));
const mainPackage = 'github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity';

/** Go is missing or too old. */
export class NoGoError extends Error {
  override readonly name = 'NoGoError';
}

/**
 * The csi-sanity that go.sum names: built once, and found in the cache from then on.
 * @throws NoGoError when it has to be built and cannot.
 */
export function csiSanityBinary(): string {
  const sums = createHash('sha256')
    .update(readFileSync(join(here, 'go.sum')))
    .digest('hex');
  const binary = join(cache, sums.slice(0, 16), 'csi-sanity');
  if (!existsSync(binary)) {
    requireGo();
    console.log('Building csi-sanity; this takes a minute, and happens once.');
    build(binary);
  }
  return binary;
}

function requireGo(): void {
  // In the module's folder: there go itself says whether it is new enough.
  const { error, status, stderr } = spawnSync('go', ['version'], { cwd: here, encoding: 'utf8' });
  if (error !== undefined) {
    throw new NoGoError('make conformance needs Go 1.26 or newer: there is no go in the PATH');
  }
  if (status !== 0) {
    throw new NoGoError(`make conformance needs Go 1.26 or newer: ${stderr.trim()}`);
  }
}

function build(binary: string): void {
  mkdirSync(dirname(binary), { recursive: true });
  // Under another name until it is whole: a build that was stopped half-way must not be taken for done.
  const unfinished = `${binary}.${process.pid}`;
  const { status } = spawnSync('go', ['build', '-mod=readonly', '-trimpath', '-o', unfinished, mainPackage], {
    cwd: here,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 8 * 60_000,
  });
  if (status !== 0) {
    throw new Error('csi-sanity could not be built; go says why above');
  }
  renameSync(unfinished, binary);
}

export interface SanityRun {
  readonly binary: string;
  /** Socket of Identity, Controller and Node. */
  readonly socket: string;
  /** A folder of this run alone. */
  readonly directory: string;
  /** YAML, or JSON, which is YAML. */
  readonly volumeParametersFile: string;
  /** The same for a VolumeAttributesClass. */
  readonly mutableParametersFile: string;
  readonly volumeBytes: bigint;
  /** Regular expressions over "suite name, spec name". */
  readonly skip: readonly string[];
  readonly focus: string | undefined;
  readonly reportFile: string;
  readonly timeLimitMs: number;
  readonly signal: AbortSignal;
}

/** Runs csi-sanity to its end. @returns its exit status (or the signal that ended it) and what it printed. */
export async function runCsiSanity(run: SanityRun): Promise<{ ended: number | string; output: string }> {
  const args = [
    `-csi.endpoint=unix:${run.socket}`,
    `-csi.mountdir=${join(run.directory, 'mount')}`,
    `-csi.stagingdir=${join(run.directory, 'staging')}`,
    `-csi.testvolumesize=${run.volumeBytes}`,
    '-csi.testnodevolumeattachlimit',
    `-csi.testvolumeparameters=${run.volumeParametersFile}`,
    `-csi.testvolumemutableparameters=${run.mutableParametersFile}`,
    ...run.skip.map((pattern) => `-ginkgo.skip=${pattern}`),
    ...(run.focus === undefined ? [] : [`-ginkgo.focus=${run.focus}`]),
    `-ginkgo.json-report=${run.reportFile}`,
    `-ginkgo.timeout=${run.timeLimitMs}ms`,
    '-ginkgo.grace-period=5s',
    '-ginkgo.randomize-all',
    '-ginkgo.no-color',
  ];
  run.signal.throwIfAborted();
  const child = spawn(run.binary, args, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: run.directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGKILL');
  run.signal.addEventListener('abort', stop, { once: true });
  let output = '';
  const note = (data: Buffer) => {
    output += data.toString();
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { ended: code ?? signal ?? 'unknown', output };
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}
