import { expect } from 'chai';
import {
  compareExtents,
  dataPlanFor,
  lengthOf,
  writeExtents,
  type DiskBytes,
  type Extent,
} from '../../../src/demo/disk-content.ts';

const bytesPerMiB = 1024 ** 2;

/** A disk in memory, all zeros at first. */
function diskOf(sizeMiB: number): DiskBytes & { readonly bytes: Buffer } {
  const bytes = Buffer.alloc(sizeMiB * bytesPerMiB);
  return {
    bytes,
    write: (offset, data) => Promise.resolve(void data.copy(bytes, offset)),
    read: (offset, length) => Promise.resolve(Buffer.from(bytes.subarray(offset, offset + length))),
  };
}

const ignore = (): void => undefined;

function write(disk: DiskBytes, extents: readonly Extent[]): Promise<string> {
  return writeExtents(disk, extents, ignore);
}

describe('the data of the demo', () => {
  const plan = dataPlanFor(8);

  it('is on the disk as planned before and after the later writes', async () => {
    const disk = diskOf(9);
    await write(disk, [plan.first]);
    const before = await compareExtents(disk, plan.atSnapshot, ignore);
    await write(disk, [plan.overwrite, plan.append]);
    const after = await compareExtents(disk, plan.atEnd, ignore);

    expect(before.differingBytes).to.equal(0);
    expect(after.differingBytes).to.equal(0);
    expect(before.comparedBytes).to.equal(9 * bytesPerMiB);
    expect(after.comparedBytes).to.equal(9 * bytesPerMiB);
  });

  it('differs nearly everywhere that was written later, and nowhere else', async () => {
    const disk = diskOf(9);
    await write(disk, [plan.first]);
    await write(disk, [plan.overwrite, plan.append]);
    const { differingBytes } = await compareExtents(disk, plan.atSnapshot, ignore);

    const written = lengthOf([plan.overwrite, plan.append]);
    expect(differingBytes).to.be.greaterThan(0.99 * written);
    expect(differingBytes).to.be.at.most(written);
  });

  it('covers the disk without a gap or an overlap at both moments', () => {
    for (const extents of [plan.atSnapshot, plan.atEnd]) {
      let end = 0;
      for (const { offset, length } of extents) {
        expect(offset).to.equal(end);
        end += length;
      }
      expect(end).to.equal(9 * bytesPerMiB);
    }
  });

  it('can be as little as 1 MiB', async () => {
    const small = dataPlanFor(1);
    const disk = diskOf(2);
    await write(disk, small.atEnd);

    expect((await compareExtents(disk, small.atEnd, ignore)).differingBytes).to.equal(0);
  });
});

describe('compareExtents', () => {
  const extent = { offset: 0, length: 5 * bytesPerMiB, seed: 'seed' };

  it('finds a single changed byte', async () => {
    const disk = diskOf(5);
    const written = await write(disk, [extent]);
    const at = 4 * bytesPerMiB + 17;
    disk.bytes[at] = (disk.bytes[at] ?? 0) ^ 1;
    const comparison = await compareExtents(disk, [extent], ignore);

    expect(comparison.differingBytes).to.equal(1);
    expect(comparison.expectedSha256).to.equal(written);
    expect(comparison.foundSha256).to.not.equal(written);
  });

  it('counts bytes that are missing', async () => {
    const disk = diskOf(5);
    await write(disk, [extent]);
    const short = { read: async (offset: number, length: number) => disk.read(offset, length - 3) };

    // Two chunks of at most 4 MiB, each 3 bytes short.
    expect((await compareExtents(short, [extent], ignore)).differingBytes).to.equal(6);
  });

  it('tells how far it is', async () => {
    const disk = diskOf(5);
    const seen: number[] = [];
    await compareExtents(disk, [extent], (done) => seen.push(done));

    expect(seen).to.deep.equal([4 * bytesPerMiB, 5 * bytesPerMiB]);
  });
});
