/** `make run`: emulator and plugin side by side, left running until Ctrl-C. Nothing outside this machine is touched. */
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
const keys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator-access-key',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret',
};

const emulator = start('emulator', ['emulator', '--port', '0']);
const address = await emulator.saw(/listening on http:\/\/(\S+)/);
const plugin = start('plugin', [
  ...['serve', '--endpoint', `unix://${socket}`, '--http-endpoint', '127.0.0.1:0', '--region', 'cn-hangzhou'],
  ...[
    '--cluster-id',
    'local',
    '--default-zone',
    'cn-hangzhou-h',
    '--ecs-endpoint',
    address,
    '--ecs-protocol',
    'http',
  ],
]);
const http = await plugin.saw(/"http":"([^"]+)"/);

console.log(`
CSI socket         unix://${socket}
metrics, health    ${http}/metrics /healthz /readyz
emulated ECS       http://${address} (keys: ${keys.ALIBABA_CLOUD_ACCESS_KEY_ID} / ${keys.ALIBABA_CLOUD_ACCESS_KEY_SECRET})
what it holds      http://${address}/__emulator/state

Ctrl-C ends both.
`);

process.once('SIGINT', stop);
process.once('SIGTERM', stop);
await Promise.race([once(emulator.child, 'exit'), once(plugin.child, 'exit')]);
stop();
await Promise.all([emulator.ended, plugin.ended]);
rmSync(directory, { recursive: true, force: true });

function stop(): void {
  plugin.child.kill('SIGTERM');
  emulator.child.kill('SIGTERM');
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  /** The first group of the pattern, once a line of the output matches it. */
  saw(pattern: RegExp): Promise<string>;
}

/** Starts a command of ours and shows its output, each line with its name before it. */
function start(name: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...keys },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    console.log(`${name.padEnd(8)} | ${line}`);
  });
  return {
    child,
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
