import { pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';

/** From the most to the least talkative; `silent` writes nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Writes one JSON object per line. An error goes into the field `err`, a bigint becomes a JSON number. */
export interface Logger {
  /** A logger that adds the given fields to every line. */
  readonly child: (fields: Readonly<Record<string, unknown>>) => Logger;
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

export interface LoggerOptions {
  /** Lines below this level are dropped. */
  readonly level: LogLevel;
  /** Paths of fields whose value is never written, such as `request.secrets` (pino's notation, `*` for any key). */
  readonly redact?: readonly string[];
  /** Gets each line with its line feed. Default: standard output, written at once. */
  readonly destination?: { write(line: string): void };
}

/** Makes the logger of the process. Throws when a redaction path cannot be understood. */
export function createLogger({ level, redact = [], destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields },
    redact: { paths: [...redact], censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
