/** How figures are shown. */

const bytesPerMiB = 1024 ** 2;
const bytesPerGiB = 1024 ** 3;

/** `20 GiB`, `128 MiB`, `16.5 MiB`, `700 bytes`. */
export function formatBytes(bytes: number | bigint): string {
  const count = Number(bytes);
  if (count < bytesPerMiB) {
    return `${count} bytes`;
  }
  const isSmall = count < bytesPerGiB;
  const units = count / (isSmall ? bytesPerMiB : bytesPerGiB);
  return `${Number.isInteger(units) ? units : units.toFixed(1)} ${isSmall ? 'MiB' : 'GiB'}`;
}

/** `0.42 s`; below ten milliseconds `3 ms`. */
export function formatDuration(durationMs: number): string {
  return durationMs < 10 ? `${Math.ceil(durationMs)} ms` : `${(durationMs / 1000).toFixed(2)} s`;
}

/** `16,777,216` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Enough of a hash to tell two apart on one line. */
export function shortHash(hash: string): string {
  return hash.slice(0, 16);
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
