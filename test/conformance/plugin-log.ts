import type { Spec } from './ginkgo-report.ts';

/** A line of the plugin's log, as far as it is read here. */
interface LogRecord {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly method?: string;
  readonly code?: string;
  readonly err?: { readonly message?: string };
}

/** What the plugin warned of while the spec ran, one short line each. */
export function warningsDuring(log: string, spec: Spec): string[] {
  return recordsIn(log)
    .filter((record) => ['warn', 'error'].includes(record.level) && happenedDuring(record, spec))
    .map(shortLine);
}

/**
 * What a healthy plugin never logs, whatever the caller does: errors, and calls that it answers with INTERNAL or
 * UNKNOWN. Specs that fail show these themselves, so theirs are left out.
 */
export function complaintsIn(log: string, failed: readonly Spec[]): string[] {
  return recordsIn(log)
    .filter((record) => record.level === 'error' || ['INTERNAL', 'UNKNOWN'].includes(record.code ?? ''))
    .filter((record) => !failed.some((spec) => happenedDuring(record, spec)))
    .map((record) => `the plugin logged: ${shortLine(record)}`);
}

function recordsIn(log: string): LogRecord[] {
  const lines = log.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as LogRecord);
}

function happenedDuring({ time }: LogRecord, { startedAt, endedAt }: Spec): boolean {
  return new Date(time) >= startedAt && new Date(time) <= endedAt;
}

function shortLine({ method, code, msg, err }: LogRecord): string {
  return [method, code, msg, err?.message].filter((part) => part !== undefined).join(': ');
}
