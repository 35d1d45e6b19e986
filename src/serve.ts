import { once } from 'node:events';
import { startApp } from './app.ts';
import { serveConfigFrom } from './config/serve-config.ts';
import type { Environment } from './config/usage-error.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { version } from './version.ts';

/**
 * `csi-datasafe serve`: runs until SIGTERM or SIGINT.
 * @returns the exit status.
 * @throws UsageError for wrong flags or environment.
 */
export async function serve(argv: readonly string[], env: Environment): Promise<number> {
  const config = serveConfigFrom(argv, env);
  if ('help' in config) {
    process.stdout.write(config.help);
    return 0;
  }
  const log = createLogger({ level: config.logLevel });
  logStrayErrors(log);
  for (const warning of config.warnings) {
    log.warn({}, warning);
  }
  const stopAsked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const app = await startApp(config, log, version());
  await stopAsked;
  log.info({ drainMs: config.drainMs }, 'Stopping: no new calls, running ones may finish');
  await app.stop();
  log.info({}, 'Stopped');
  return 0;
}

/** An error that no call awaits ends nothing: each call answers for itself, and the truth is in ECS. */
function logStrayErrors(log: Logger): void {
  process.on('unhandledRejection', (reason) => {
    log.error({ err: reason }, 'A promise was rejected that nobody awaits; please report this');
  });
}
