import { expect } from 'chai';
import { bytesToRead, placeOf, prefixIn } from '../../../src/demo/stamps.ts';

/** What the disks hold when each has so many of its stamps. */
function disksWith(...counts: readonly number[]): Buffer[] {
  const most = Math.max(...counts) * counts.length;
  const disks = counts.map(() => Buffer.alloc(bytesToRead(most, counts.length)));
  for (let stamp = 0; stamp < most; stamp += 1) {
    const { disk, offset, bytes } = placeOf(stamp, counts.length);
    if (offset < (counts[disk] ?? 0) * bytes.length) {
      bytes.copy(disks[disk] ?? expect.fail(), offset);
    }
  }
  return disks;
}

describe('Stamps on disks', () => {
  it('tell a prefix of the order in which they were written', () => {
    expect(prefixIn(disksWith(0, 0, 0))).to.equal(0);
    expect(prefixIn(disksWith(4, 4, 3))).to.equal(11);
    expect(prefixIn(disksWith(4, 4, 4))).to.equal(12);
    expect(prefixIn(disksWith(5, 4))).to.equal(9);
  });

  it('tell moments apart that are one stamp away from each other', () => {
    expect(prefixIn(disksWith(4, 3, 4))).to.match(/disk 1 holds 3 stamps/);
    expect(prefixIn(disksWith(3, 4))).to.match(/disk 0 holds 3 stamps/);
    expect(prefixIn(disksWith(6, 4))).to.match(/disk 0 holds 6 stamps/);
  });

  it('show a gap, another disk in place of the own one, and what lies behind the end', () => {
    const torn = disksWith(4, 4);
    torn[0]?.fill(0, 8, 16);
    expect(prefixIn(torn)).to.match(/disk 0 holds 5 at 16/);
    expect(prefixIn(disksWith(4, 4).reverse())).to.match(/disk 0 holds 2 at 0/);
    expect(prefixIn([Buffer.alloc(8, 1)])).to.match(/disk 0 holds/);
  });
});
