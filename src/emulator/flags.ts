import { parseArgs } from 'node:util';

import { regions } from './catalog.ts';
import { defaultSettings, mergeSettings } from './settings.ts';

export interface Flags {
  readonly host: string;
  readonly port: number;
  readonly regionId: string;
  readonly settings: unknown;
  readonly stateFile?: string;
}

/** A command line that cannot be; the message says what to change. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export const helpText = `Usage: csi-datasafe emulator [options]

Runs an emulator of the Alibaba Cloud ECS API for disks and snapshots.

  --host <address>     address to listen on (default 127.0.0.1)
  --port <number>      port to listen on; 0 takes a free one (default 0)
  --region <id>        region of this endpoint: ${regions.map(({ id }) => id).join(', ')} (default cn-hangzhou)
  --state-file <path>  keep the state in this file and in <path>.blocks
  --settings <json>    settings to start with, e.g. '{"uploadMs":5000}'
  --help               show this text
`;

/** The flags of a command line; throws FlagError. */
export function parseFlags(argv: readonly string[]): Flags | 'help' {
  const values = valuesOf(argv);
  if (values.help === true) {
    return 'help';
  }
  const { 'state-file': stateFile } = values;
  if (stateFile === '') {
    throw new FlagError('--state-file needs a path');
  }
  return {
    host: values.host ?? '127.0.0.1',
    port: portFrom(values.port ?? '0'),
    regionId: regionFrom(values.region ?? 'cn-hangzhou'),
    settings: settingsFrom(values.settings ?? '{}'),
    ...(stateFile === undefined ? {} : { stateFile }),
  };
}

interface RawFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly region?: string | undefined;
  readonly settings?: string | undefined;
  readonly 'state-file'?: string | undefined;
  readonly help?: boolean | undefined;
}

function valuesOf(argv: readonly string[]): RawFlags {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        region: { type: 'string' },
        settings: { type: 'string' },
        'state-file': { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw flagError('', error);
  }
}

function portFrom(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new FlagError(`--port is "${text}", it must be a number from 0 to 65535`);
  }
  return port;
}

function regionFrom(id: string): string {
  if (!regions.some((region) => region.id === id)) {
    throw new FlagError(`--region is "${id}", there are ${regions.map((region) => region.id).join(', ')}`);
  }
  return id;
}

function settingsFrom(json: string): unknown {
  try {
    const settings: unknown = JSON.parse(json);
    mergeSettings(defaultSettings(), settings);
    return settings;
  } catch (error) {
    throw flagError('--settings: ', error);
  }
}

function flagError(place: string, cause: unknown): FlagError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FlagError(`${place}${message.split('\n', 1)[0] ?? ''}`, { cause });
}
