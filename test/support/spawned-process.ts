import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const sources = new URL('../../src/main.ts', import.meta.url).pathname;

/** A command of ours in its own process, killed when it goes out of scope. */
export interface SpawnedProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  /** Waits for a text in its output; rejects with the output when the process ends first or the time is up. */
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Sends the signal and waits for the end. @returns the exit status, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

/**
 * Starts `csi-datasafe <args>` with this environment and nothing else of ours.
 * @param main the program: the sources, unless a built one is given.
 */
export function spawnCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  main = sources,
): SpawnedProcess {
  return spawnProgram(process.execPath, [main, ...args], env);
}

/** Starts any program with this environment and nothing else of ours. */
export function spawnProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): SpawnedProcess {
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  const note = (data: Buffer) => {
    text += data.toString();
    for (const listener of listeners) {
      listener();
    }
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);

  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return await exited;
  };
  return {
    child,
    ended: exited,
    output: () => text,
    end,
    async waitForOutput(pattern, timeoutMs = 20_000) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = () => {
        const match = pattern.exec(text);
        if (match !== null) {
          resolve(match);
        }
      };
      const fail = (why: string) => {
        reject(new Error(`${why} before ${String(pattern)} was printed by ${args.join(' ')}:\n${text}`));
      };
      const timer = setTimeout(() => {
        fail('time was up');
      }, timeoutMs);
      void exited.then(() => {
        fail('the process ended');
      });
      listeners.add(look);
      look();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        listeners.delete(look);
      }
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}
