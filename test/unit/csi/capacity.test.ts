import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf, sizeRangeFrom } from '../../../src/csi/capacity.ts';
import { StatusError } from '../../../src/csi/status.ts';

const gib = 1024n ** 3n;
const maxInt64 = 9223372036854775807n;
const range = (required: bigint | number, limit: bigint | number = 0) =>
  sizeRangeFrom({ requiredBytes: String(required), limitBytes: String(limit) });

const outOfRange = 11;
const invalidArgument = 3;

/** The least bytes of whole GiB that hold what is required, one GiB at least. */
function smallestSize(required: bigint): bigint {
  const needed = required > 0n ? required : 1n;
  return ((needed + gib - 1n) / gib) * gib;
}

/** The status that refuses a range, `undefined` for one that is fine. */
function expectedStatus(required: bigint, limit: bigint): number | undefined {
  if (required < 0n || limit < 0n || (limit > 0n && limit < required)) {
    return invalidArgument;
  }
  return limit > 0n && smallestSize(required) > limit ? outOfRange : undefined;
}

describe('sizeRangeFrom', () => {
  it('leaves the size open when none is given', () => {
    const open = { sizeGiB: undefined, maxSizeGiB: undefined };
    expect(sizeRangeFrom(null)).to.deep.equal(open);
    expect(range(0)).to.deep.equal(open);
  });

  it('rounds the wanted size up and the limit down to whole GiB', () => {
    expect(range(1)).to.deep.equal({ sizeGiB: 1, maxSizeGiB: undefined });
    expect(range(gib)).to.deep.equal({ sizeGiB: 1, maxSizeGiB: undefined });
    expect(range(gib + 1n)).to.deep.equal({ sizeGiB: 2, maxSizeGiB: undefined });
    expect(range(gib, 3n * gib - 1n)).to.deep.equal({ sizeGiB: 1, maxSizeGiB: 2 });
    expect(range(0, 5n * gib)).to.deep.equal({ sizeGiB: undefined, maxSizeGiB: 5 });
    expect(range(5n * gib, 5n * gib)).to.deep.equal({ sizeGiB: 5, maxSizeGiB: 5 });
  });

  it('refuses a range without a whole GiB in it', () => {
    for (const [required, limit] of [
      [0n, 1n],
      [0n, gib - 1n],
      [1n, gib - 1n],
      [gib + 1n, 2n * gib - 1n],
    ] as const) {
      expect(() => range(required, limit))
        .to.throw(StatusError, 'capacity_range')
        .with.property('code', outOfRange);
    }
  });

  it('refuses a range that makes no sense', () => {
    expect(() => range(-1))
      .to.throw(StatusError, 'negative')
      .with.property('code', invalidArgument);
    expect(() => range(0, -1))
      .to.throw(StatusError, 'negative')
      .with.property('code', invalidArgument);
    expect(() => range(2n * gib, gib))
      .to.throw(StatusError, 'limit_bytes is smaller than required_bytes')
      .with.property('code', invalidArgument);
  });

  it('keeps its head at both ends of an int64', () => {
    const largestGiB = 2 ** 33;
    expect(range(maxInt64)).to.deep.equal({ sizeGiB: largestGiB, maxSizeGiB: undefined });
    expect(range(1, maxInt64)).to.deep.equal({ sizeGiB: 1, maxSizeGiB: largestGiB - 1 });
    expect(() => range(maxInt64, maxInt64))
      .to.throw(StatusError, 'whole GiB')
      .with.property('code', outOfRange);
    expect(() => range(-maxInt64 - 1n)).to.throw(StatusError, 'negative');
  });

  it('finds the smallest size within the range, or says that there is none', () => {
    const bytes = fc.oneof(
      fc.bigInt({ min: -1n, max: maxInt64 }),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: -2n, max: 2n }))
        .map(([n, d]) => n * gib + d),
    );
    fc.assert(
      fc.property(bytes, bytes, (required, limit) => {
        const expected = expectedStatus(required, limit);
        if (expected !== undefined) {
          expect(() => range(required, limit))
            .to.throw(StatusError)
            .with.property('code', expected);
          return;
        }
        const { sizeGiB, maxSizeGiB } = range(required, limit);
        expect(BigInt(sizeGiB ?? 0)).to.equal(required === 0n ? 0n : smallestSize(required) / gib);
        expect(BigInt(maxSizeGiB ?? 0)).to.equal(limit / gib);
        expect(sizeGiB ?? 1).to.satisfy(Number.isSafeInteger);
      }),
      { numRuns: 500 },
    );
  });
});

describe('bytesOf', () => {
  it('gives the bytes as the decimal text of an int64', () => {
    expect(bytesOf(20)).to.equal('21474836480');
    expect(bytesOf(65_536)).to.equal('70368744177664');
  });

  it('is what sizeRangeFrom reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_536 }), (sizeGiB) => {
        const bytes = bytesOf(sizeGiB);
        expect(sizeRangeFrom({ requiredBytes: bytes, limitBytes: bytes })).to.deep.equal({
          sizeGiB,
          maxSizeGiB: sizeGiB,
        });
      }),
    );
  });
});
