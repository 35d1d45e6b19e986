import { createHash } from 'node:crypto';
import { randomData } from './random-data.ts';

/** A stretch of a disk and what is in it: data of a seed, or zeros where nothing was ever written. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly seed: string | undefined;
}

/** What the story writes, and what the disk must hold at its two moments. All lengths in bytes. */
export interface DataPlan {
  readonly first: Extent;
  readonly overwrite: Extent;
  readonly append: Extent;
  /** What the disk holds when the snapshot is taken, and every volume restored from it. */
  readonly atSnapshot: readonly Extent[];
  /** What the disk holds after the later writes. */
  readonly atEnd: readonly Extent[];
}

const bytesPerMiB = 1024 ** 2;

/** An eighth of the first data is overwritten later, in its middle, and as much is appended. */
export function dataPlanFor(dataMiB: number): DataPlan {
  const length = dataMiB * bytesPerMiB;
  const part = length / 8;
  const first = { offset: 0, length, seed: 'first' };
  const overwrite = { offset: 3 * part, length: part, seed: 'overwritten' };
  const append = { offset: length, length: part, seed: 'appended' };
  return {
    first,
    overwrite,
    append,
    atSnapshot: [first, { ...append, seed: undefined }],
    atEnd: [
      { ...first, length: overwrite.offset },
      overwrite,
      { ...first, offset: 4 * part, length: length - 4 * part },
      append,
    ],
  };
}

export function lengthOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}

/** Reads and writes the bytes of one disk. */
export interface DiskBytes {
  write(offset: number, bytes: Buffer): Promise<void>;
  read(offset: number, length: number): Promise<Buffer>;
}

/** Told how many bytes are done. */
export type OnProgress = (doneBytes: number) => void;

const chunkBytes = 4 * bytesPerMiB;

/** Writes extents in chunks. @returns the SHA-256 of all that was written. */
export async function writeExtents(
  disk: Pick<DiskBytes, 'write'>,
  extents: readonly Extent[],
  onProgress: OnProgress,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for (const chunk of chunksOf(extents)) {
    const bytes = bytesOf(chunk);
    await disk.write(chunk.offset, bytes);
    hash.update(bytes);
    onProgress((done += bytes.length));
  }
  return hash.digest('hex');
}

/** What a disk holds, against what it should hold. */
export interface Comparison {
  readonly comparedBytes: number;
  readonly differingBytes: number;
  readonly expectedSha256: string;
  readonly foundSha256: string;
}

/** Reads extents in chunks and compares every byte. */
export async function compareExtents(
  disk: Pick<DiskBytes, 'read'>,
  extents: readonly Extent[],
  onProgress: OnProgress,
): Promise<Comparison> {
  const [expectedHash, foundHash] = [createHash('sha256'), createHash('sha256')];
  let comparedBytes = 0;
  let differingBytes = 0;
  for (const chunk of chunksOf(extents)) {
    const expected = bytesOf(chunk);
    const found = await disk.read(chunk.offset, chunk.length);
    expectedHash.update(expected);
    foundHash.update(found);
    differingBytes += countDifferences(expected, found);
    onProgress((comparedBytes += expected.length));
  }
  return {
    comparedBytes,
    differingBytes,
    expectedSha256: expectedHash.digest('hex'),
    foundSha256: foundHash.digest('hex'),
  };
}

function* chunksOf(extents: readonly Extent[]): Generator<Extent> {
  for (const { offset, length, seed } of extents) {
    for (let done = 0; done < length; done += chunkBytes) {
      yield { offset: offset + done, length: Math.min(chunkBytes, length - done), seed };
    }
  }
}

function bytesOf({ seed, offset, length }: Extent): Buffer {
  return seed === undefined ? Buffer.alloc(length) : randomData(seed, offset, length);
}

/** A missing byte counts as a different one. */
function countDifferences(expected: Buffer, found: Buffer): number {
  if (expected.equals(found)) {
    return 0;
  }
  let count = Math.abs(expected.length - found.length);
  for (let at = 0; at < Math.min(expected.length, found.length); at += 1) {
    count += expected[at] === found[at] ? 0 : 1;
  }
  return count;
}
