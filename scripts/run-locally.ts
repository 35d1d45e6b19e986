/**
 * `make run`: emulator and plugin side by side, with guards and group snapshots, left running until Ctrl-C. Nothing outside
 * this machine is touched: neither a cluster nor an account that the environment of whoever starts it names.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'csi-datasafe-'));
const socket = join(directory, 'csi.sock');
const manifests = join(directory, 'manifests');
const keys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator-access-key',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret',
};

let exitStatus = 0;
const children: ChildProcess[] = [];
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
try {
  const emulator = start('emulator', ['emulator', '--port', '0']);
  const address = await emulator.saw(/listening on http:\/\/(\S+)/);
  const plugin = start('plugin', [
    ...['serve', '--endpoint', `unix://${socket}`, '--http-endpoint', '127.0.0.1:0'],
    ...['--region', 'cn-hangzhou', '--cluster-id', 'local', '--default-zone', 'cn-hangzhou-h'],
    ...['--ecs-endpoint', address, '--ecs-protocol', 'http'],
    ...['--automatic-snapshots', 'true', '--feature-gates', 'EnableVolumeGroupSnapshots=true'],
    ...['--kubernetes', 'off', '--manifest-dir', manifests],
  ]);
  const http = await plugin.saw(/"http":"([^"]+)"/);
  console.log(`
CSI socket    unix://${socket}
plugin        ${http}/metrics  ${http}/healthz  ${http}/readyz
emulated ECS  http://${address} (keys: ${keys.ALIBABA_CLOUD_ACCESS_KEY_ID} / ${keys.ALIBABA_CLOUD_ACCESS_KEY_SECRET})
its state     http://${address}/__emulator/state
protections   ${manifests}/<disk>-delprotect.yaml, for deleted disks whose class asks for a snapshot

Any CSI client can speak to the socket. Ctrl-C ends both.
`);
  await Promise.race([emulator.ended, plugin.ended]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  exitStatus = 1;
} finally {
  stop();
  const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(alive.map((child) => once(child, 'exit')));
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = exitStatus;

function stop(): void {
  for (const child of children) {
    child.kill('SIGTERM');
  }
}

interface Started {
  readonly ended: Promise<unknown>;
  /** The first group of the pattern, once a line of the output matches it. */
  saw(pattern: RegExp): Promise<string>;
}

/** Starts a command of ours and shows its output, each line with its name before it. */
function start(name: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [main, ...args], {
    // Nothing else of the environment: it may name a cluster (KUBECONFIG) or another kind of credentials.
    env: { ...keys, HOME: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    console.log(`${name.padEnd(8)} | ${line}`);
  });
  return {
    ended: once(child, 'exit'),
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        lines.on('line', (line) => {
          const found = pattern.exec(line)?.[1];
          if (found !== undefined) {
            resolve(found);
          }
        });
        child.once('exit', () => {
          reject(new Error(`the ${name} ended before it was ready`));
        });
      }),
  };
}
