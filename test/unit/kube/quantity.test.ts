import { expect } from 'chai';
import fc from 'fast-check';
import { parseQuantity } from '../../../src/kube/quantity.ts';

describe('A Kubernetes quantity', () => {
  const rows: [string, bigint | undefined][] = [
    ['0', 0n],
    ['1024', 1024n],
    ['+7', 7n],
    ['30Gi', 30n * 1024n ** 3n],
    ['1Ki', 1024n],
    ['2Mi', 2n * 1024n ** 2n],
    ['3Ti', 3n * 1024n ** 4n],
    ['8Pi', 8n * 1024n ** 5n],
    ['7Ei', 7n * 1024n ** 6n],
    ['1.5Gi', 1_610_612_736n],
    ['.5Gi', 536_870_912n],
    ['1.Gi', 1024n ** 3n],
    ['500M', 500_000_000n],
    ['2k', 2000n],
    ['1G', 10n ** 9n],
    ['1T', 10n ** 12n],
    ['1P', 10n ** 15n],
    ['1E', 10n ** 18n],
    ['1500m', 1n],
    ['999m', 0n],
    ['2000000000n', 2n],
    ['3000000u', 3n],
    ['1.5e3', 1500n],
    ['12E2', 1200n],
    ['25e-1', 2n],
    ['128974848', 128_974_848n],
    ['', undefined],
    ['.', undefined],
    ['Gi', undefined],
    ['-1Gi', undefined],
    ['10GiB', undefined],
    ['10 Gi', undefined],
    ['10gi', undefined],
    ['1e', undefined],
    ['lots', undefined],
  ];
  for (const [text, expected] of rows) {
    it(`reads ${JSON.stringify(text)} as ${expected ?? 'none'}`, () => {
      expect(parseQuantity(text)).to.equal(expected);
    });
  }

  it('is exact for every whole number, in any unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n }), (value) => {
        expect(parseQuantity(String(value))).to.equal(value);
        expect(parseQuantity(`${value}Ki`)).to.equal(value * 1024n);
        expect(parseQuantity(`${value}000m`)).to.equal(value);
      }),
    );
  });
});
