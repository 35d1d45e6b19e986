import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line beside this folder: `src/main.ts`, or `dist/main.js` when this is the compiled demo. */
const mainFile = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
const startLimitMs = 30_000;
const stopLimitMs = 15_000;
const keptCharacters = 1024 * 1024;

/** How a process ended: its exit status, or the signal that ended it. */
type ProcessEnd = number | NodeJS.Signals;

/** One of our commands in a process of its own. Killed, if it still runs, when it is disposed of or when we end. */
export interface CommandProcess extends AsyncDisposable {
  readonly name: string;
  readonly processId: number;
  /** The first group of the pattern, once the output matches. Rejects when the process ends or the time is up first. */
  saw(pattern: RegExp): Promise<string>;
  /** Sends SIGTERM and waits for the end; after a time limit SIGKILL follows. */
  terminate(): Promise<ProcessEnd>;
  /** Resolves when it has ended and all that it wrote is here. */
  readonly ended: Promise<ProcessEnd>;
  /** What it wrote so far; of very much, the end. */
  lines(): string[];
}

/** Starts `csi-datasafe <args>` with this environment and nothing else. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CommandProcess {
  const name = args[0] ?? '';
  const child = spawn(process.execPath, [mainFile, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child);
  const output = collectOutput(child);
  return {
    name,
    processId: child.pid ?? 0,
    ended,
    lines: () => output.text().trimEnd().split('\n'),
    async saw(pattern) {
      const limit = AbortSignal.timeout(startLimitMs);
      const tooLate = once(limit, 'abort').then(() =>
        fail(`did not get ready within ${startLimitMs / 1000} s`),
      );
      const tooEarly = ended.then((end) => fail(`ended (${end}) before it was ready`));
      return await Promise.race([output.match(pattern), tooLate, tooEarly]);

      function fail(what: string): never {
        throw new Error(`the ${name} ${what}; it wrote: ${output.text().trim() || 'nothing'}`);
      }
    },
    async terminate() {
      child.kill('SIGTERM');
      const killLater = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
      return await ended.finally(() => {
        clearTimeout(killLater);
      });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Resolves when the process has ended and its output with it, or could not be started. However we end ourselves, it does not outlive us. */
async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
  child.once('close', (status, signal) => {
    resolve(status ?? signal ?? 1);
  });
  child.once('error', () => {
    resolve(1);
  });
  return await promise.finally(() => process.off('exit', kill));
}

function collectOutput(child: ChildProcess) {
  let text = '';
  let onText = (): void => undefined;
  const note = (data: Buffer) => {
    text = (text + data.toString()).slice(-keptCharacters);
    onText();
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  return {
    text: () => text,
    match: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        onText = () => {
          const found = pattern.exec(text);
          if (found !== null) {
            resolve(found[1] ?? found[0]);
          }
        };
        onText();
      }),
  };
}
