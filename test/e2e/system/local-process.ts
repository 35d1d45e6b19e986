import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

/** What to run, and where its output goes. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Appended to. */
  readonly logFile: string;
  /** The host name that the process sees: a pod has its own, and leader election takes it for who one is. */
  readonly hostname?: string;
}

/** A process of the test system. Ends when it goes out of scope. */
export interface LocalProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  isRunning(): boolean;
  /** Resolves with exit status or signal. */
  readonly ended: Promise<number | string>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

/** Starts a program with this environment and little else. */
export function launch({ program, args, env = {}, logFile, hostname }: Launch): LocalProcess {
  const log = openSync(logFile, 'a');
  const [command, ...rest] =
    hostname === undefined ? [program, ...args] : [...underHostname(hostname), program, ...args];
  const child = spawn(command, rest, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = Promise.race([
    once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string),
    once(child, 'error').then(([error]) => String(error)),
  ]);
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const stop = async (signal: NodeJS.Signals) => {
    if (isRunning()) {
      child.kill(signal);
    }
    await ended;
  };
  return {
    child,
    isRunning,
    ended,
    kill: () => stop('SIGKILL'),
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await stop('SIGTERM');
      clearTimeout(timer);
    },
  };
}

/** `unshare` replaces itself with the program, so that the process id and its signals are the program's. */
function underHostname(hostname: string): [string, ...string[]] {
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return ['unshare', '--uts', ...asRoot, '--', 'sh', '-c', 'hostname "$0" && exec "$@"', hostname];
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
