import { expect } from 'chai';
import { createLogger } from '../../../src/observability/logger.ts';
import type { Logger, LoggerOptions } from '../../../src/observability/logger.ts';

function recordingLogger(options: Partial<LoggerOptions> = {}): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { log: createLogger({ level: 'debug', ...options, destination }), lines };
}

function only(lines: readonly string[]): Record<string, unknown> {
  expect(lines).to.have.length(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('createLogger', () => {
  it('writes one JSON object per line: level by name, ISO time, message and fields, and nothing else', () => {
    const { log, lines } = recordingLogger();

    log.info({ volumeId: 'd-1', code: 'OK' }, 'Volume deleted');

    expect(lines[0]?.endsWith('\n')).to.equal(true);
    const { time, ...rest } = only(lines);
    expect(rest).to.deep.equal({ level: 'info', volumeId: 'd-1', code: 'OK', msg: 'Volume deleted' });
    expect(new Date(String(time)).toISOString()).to.equal(time);
  });

  it('drops lines below its level', () => {
    const { log, lines } = recordingLogger({ level: 'warn' });

    log.debug({}, 'one');
    log.info({}, 'two');
    log.warn({}, 'three');
    log.error({}, 'four');

    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).to.deep.equal(['three', 'four']);
  });

  it('adds the fields of a child to every line of the child', () => {
    const { log, lines } = recordingLogger();

    log.child({ requestId: 'r-1' }).child({ method: 'CreateVolume' }).info({}, 'called');

    expect(only(lines)).to.include({ requestId: 'r-1', method: 'CreateVolume' });
  });

  it('never writes the value of a redacted field, not even in a child', () => {
    const { log, lines } = recordingLogger({ redact: ['request.secrets'] });

    log.child({ request: { secrets: { key: 'hunter2' }, name: 'pvc-1' } }).info({}, 'called');
    log.info({ request: { secrets: { key: 'hunter2' }, name: 'pvc-1' } }, 'called');

    expect(lines.join('')).not.to.contain('hunter2');
    expect(JSON.parse(lines[1] ?? '')).to.deep.include({ request: { secrets: '[redacted]', name: 'pvc-1' } });
  });

  it('writes every digit of a bigint', () => {
    const { log, lines } = recordingLogger();

    log.info({ capacityBytes: 9223372036854775807n, range: { requiredBytes: 1n } }, 'sizes');

    expect(lines[0]).to.contain('"capacityBytes":9223372036854775807');
    expect(lines[0]).to.contain('"requiredBytes":1');
  });

  it('describes an error with its causes', () => {
    const { log, lines } = recordingLogger();
    const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });

    log.error({ err: new Error('ECS cannot be reached', { cause }) }, 'Call failed');

    const err = only(lines)['err'] as Record<string, Record<string, unknown>>;
    expect(err).to.include({ type: 'Error', message: 'ECS cannot be reached' });
    expect(err['cause']).to.include({ message: 'connect failed', code: 'ECONNREFUSED' });
    expect(err['stack']).to.contain('logger.test.ts');
  });
});
