import { expect } from 'chai';
import { randomData } from '../../../src/demo/random-data.ts';

describe('randomData', () => {
  it('gives the same bytes at the same place, however they are cut', () => {
    const whole = randomData('seed', 0, 4096);
    const pieces = [randomData('seed', 0, 1024), randomData('seed', 1024, 3072)];

    expect(Buffer.concat(pieces).equals(whole)).to.equal(true);
  });

  it('gives other bytes for another seed and at another place', () => {
    const bytes = randomData('seed', 0, 64);

    expect(bytes.equals(randomData('other', 0, 64))).to.equal(false);
    expect(bytes.equals(randomData('seed', 64, 64))).to.equal(false);
  });

  it('uses all values of a byte about equally often', () => {
    const counts = new Array<number>(256).fill(0);
    for (const byte of randomData('seed', 0, 256 * 1000)) {
      counts[byte] = (counts[byte] ?? 0) + 1;
    }

    expect(Math.min(...counts)).to.be.greaterThan(800);
    expect(Math.max(...counts)).to.be.lessThan(1200);
  });

  it('refuses to begin within a block of the cipher', () => {
    expect(() => randomData('seed', 8, 16)).to.throw(RangeError, 'multiples of 16');
  });
});
