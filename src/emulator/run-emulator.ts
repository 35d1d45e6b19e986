import { Emulator } from './emulator.ts';
import { FlagError, helpText, parseFlags, type Flags } from './flags.ts';
import { takeLock } from './state/lock-file.ts';
import { startServer, type RunningServer } from './server.ts';

/**
 * Runs the emulator until SIGTERM or SIGINT; the result is the exit status. The first line on standard output is
 * `ECS emulator listening on <url>`, written when requests are answered. Wrong flags give one line and status 2.
 */
export async function runEmulator(argv: readonly string[]): Promise<number> {
  using held = new DisposableStack();
  let started: { emulator: Emulator; server: RunningServer };
  try {
    const flags = parseFlags(argv);
    if (flags === 'help') {
      process.stdout.write(helpText);
      return 0;
    }
    if (flags.stateFile !== undefined) {
      held.use(takeLock(flags.stateFile));
    }
    started = await start(flags);
  } catch (error) {
    process.stderr.write(`emulator: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof FlagError ? 2 : 1;
  }
  await stopSignal();
  await started.server.close();
  started.emulator.close();
  return 0;
}

async function start(flags: Flags): Promise<{ emulator: Emulator; server: RunningServer }> {
  const emulator = new Emulator({ ...flags, wallClock: () => Date.now() });
  const server = await startServer(emulator, flags.host, flags.port);
  process.stdout.write(`ECS emulator listening on http://${flags.host}:${server.port}\n`);
  return { emulator, server };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve());
    }
  });
}
