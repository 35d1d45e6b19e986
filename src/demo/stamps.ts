/**
 * A log over many disks: stamp number k goes to disk k modulo N, behind the stamps that are there. So the stamps on all
 * disks together tell in which order they were written, and whether a set of disks is one moment in time.
 */

const stampBytes = 8;

/** Where a stamp goes, and its bytes. */
export function placeOf(stamp: number, diskCount: number): { disk: number; offset: number; bytes: Buffer } {
  const bytes = Buffer.alloc(stampBytes);
  // Never zero: a disk that was not written to holds zeros.
  bytes.writeBigUInt64LE(BigInt(stamp) + 1n);
  return { disk: stamp % diskCount, offset: Math.floor(stamp / diskCount) * stampBytes, bytes };
}

/** So many bytes of each disk hold the first stamps, and room behind them in which nothing must be. */
export function bytesToRead(stamps: number, diskCount: number): number {
  return (Math.ceil(stamps / diskCount) + 1) * stampBytes;
}

/**
 * Reads the stamps of a set of disks.
 * @returns how many stamps they hold, if these are the first so many that were written and no others; else what is wrong.
 */
export function prefixIn(contents: readonly Buffer[]): number | string {
  const counts = contents.map((content, disk) => countStamps(content, disk, contents.length));
  const wrong = counts.find((count) => typeof count === 'string');
  if (wrong !== undefined) {
    return wrong;
  }
  const total = counts.reduce<number>((sum, count) => sum + Number(count), 0);
  for (const [disk, count] of counts.entries()) {
    const expected = Math.ceil((total - disk) / contents.length);
    if (count !== expected) {
      return `disk ${disk} holds ${count} stamps; in a prefix of ${total} it would hold ${expected}`;
    }
  }
  return total;
}

/** How many stamps there are from the start of a disk on, each the one that belongs there, and nothing behind them. */
function countStamps(content: Buffer, disk: number, diskCount: number): number | string {
  let count = 0;
  let hasEnded = false;
  for (let offset = 0; offset + stampBytes <= content.length; offset += stampBytes) {
    const found = content.readBigUInt64LE(offset);
    const stamp = disk + (offset / stampBytes) * diskCount;
    if (found === 0n) {
      hasEnded = true;
    } else if (hasEnded || found !== BigInt(stamp) + 1n) {
      return `disk ${disk} holds ${found} at ${offset}, where only ${stamp + 1} or the end may be`;
    } else {
      count += 1;
    }
  }
  return hasEnded ? count : `disk ${disk} holds stamps up to the end of what was read`;
}
