import { expect } from 'chai';
import fc from 'fast-check';
import { clientToken } from '../../../src/disk/client-token.ts';

const parts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.nat(), fc.constant(undefined)), {
  maxLength: 5,
});

describe('clientToken', () => {
  it('is the same for the same parts, and short ASCII whatever they are', () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(clientToken(...some)).to.equal(clientToken(...structuredClone(some)));
        expect(clientToken(...some)).to.match(/^[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  it('differs for different parts', () => {
    fc.assert(
      fc.property(parts, parts, (some, others) => {
        fc.pre(JSON.stringify(some) !== JSON.stringify(others));
        expect(clientToken(...some)).not.to.equal(clientToken(...others));
      }),
    );
  });

  it('tells where one part ends and the next begins', () => {
    expect(clientToken('a', 'bc')).not.to.equal(clientToken('ab', 'c'));
    expect(clientToken('a', undefined)).not.to.equal(clientToken('a'));
    expect(clientToken(1)).not.to.equal(clientToken('1'));
  });

  it('is the same in every process, since another replica repeats the request', () => {
    expect(clientToken('disk', 'pvc-1', 'cloud_essd', undefined, 'cn-hangzhou-h')).to.equal(
      '9lS8xeWNFO8x16PMiTjig9cl8l_5McW2EyPj0wrwP_4',
    );
  });
});
