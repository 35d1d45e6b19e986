import { UsageError } from './usage-error.ts';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A timer of Node that is set to more goes off at once. */
const maxDurationMs = 2 ** 31 - 1;

/** `1500ms`, `30s`, `2m` in milliseconds. @throws UsageError that names the flag. */
export function durationMs(flag: string, text: string): number {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const duration = Number(amount) * (unitsMs[unit ?? ''] ?? Number.NaN);
  if (!(duration > 0 && duration <= maxDurationMs)) {
    throw new UsageError(
      `${flag}: "${text}" is not a duration; write 500ms, 30s or 2m (24 days are the most)`,
    );
  }
  return duration;
}

/** `5`: how many at a time. @throws UsageError that names the flag. */
export function countFrom(flag: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError(`${flag}: "${text}" is not a number from 1 to 9999`);
  }
  return Number(text);
}

/** `0660` as a file mode. */
export function fileMode(flag: string, text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) {
    throw new UsageError(`${flag}: "${text}" is not a file mode; write three octal digits such as 0660`);
  }
  return Number.parseInt(text, 8);
}

/** The owner of a file, by numbers. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** `1000:1000` as user and group id. */
export function fileOwner(flag: string, text: string): FileOwner {
  const [, uid, gid] = /^(\d{1,10}):(\d{1,10})$/.exec(text) ?? [];
  if (uid === undefined || gid === undefined) {
    throw new UsageError(`${flag}: "${text}" is not an owner; write user and group id such as 65532:65532`);
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** One of several words. */
export function oneOf<Word extends string>(flag: string, text: string, allowed: readonly Word[]): Word {
  const word = allowed.find((item) => item === text);
  if (word === undefined) {
    throw new UsageError(`${flag}: "${text}" is not allowed; allowed are ${allowed.join(', ')}`);
  }
  return word;
}

/** The path in `unix:///path`, `unix:path` or a plain absolute path. Sockets elsewhere are not what sidecars dial. */
export function socketPath(flag: string, text: string): string {
  const path = text.replace(/^unix:(\/\/)?/, '');
  // Linux cannot bind longer paths: sun_path has 108 bytes, the last one for the end of the text.
  if (!path.startsWith('/') || path.endsWith('/') || Buffer.byteLength(path) > 107) {
    throw new UsageError(
      `${flag}: "${text}" is not a Unix socket; write unix:///absolute/path/csi.sock (at most 107 bytes)`,
    );
  }
  return path;
}

/** `host` or `host:port`, without a scheme: the scheme is --ecs-protocol's. */
export function hostAndPort(flag: string, text: string): string {
  if (!/^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(text)) {
    throw new UsageError(`${flag}: "${text}" is not an end point; write host or host:port, without http://`);
  }
  return text;
}
