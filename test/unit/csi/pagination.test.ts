import { expect } from 'chai';
import fc from 'fast-check';
import { nextTokenOf, pageRequestFrom } from '../../../src/csi/pagination.ts';
import { isDiskId } from '../../../src/disk/disk.ts';
import { StatusError } from '../../../src/csi/status.ts';

const aborted = 10;

describe('pageRequestFrom', () => {
  it('begins at the start without a token', () => {
    expect(pageRequestFrom(5, '', isDiskId)).to.deep.equal({ limit: 5, afterId: undefined });
  });

  it('keeps replies within what a client accepts, and gives such a page when no limit is asked for', () => {
    expect(pageRequestFrom(0, '', isDiskId).limit).to.equal(1000);
    expect(pageRequestFrom(2 ** 31 - 1, '', isDiskId).limit).to.equal(1000);
    expect(pageRequestFrom(1000, '', isDiskId).limit).to.equal(1000);
  });

  it('refuses a negative number of entries', () => {
    for (const maxEntries of [-1, -(2 ** 31)]) {
      expect(() => pageRequestFrom(maxEntries, '', isDiskId))
        .to.throw(StatusError, 'max_entries must not be negative')
        .with.property('code', 3);
    }
  });

  for (const token of [
    '1',
    'after:',
    'after:s-1',
    'after:vol-1',
    'after:d-1;',
    ' after:d-1',
    'AFTER:d-1',
    'after:d-A',
    '\u0000',
  ]) {
    it(`answers ABORTED to the token ${JSON.stringify(token)}, which it never gave`, () => {
      expect(() => pageRequestFrom(0, token, isDiskId))
        .to.throw(StatusError, 'starting_token')
        .with.property('code', aborted);
    });
  }

  it('answers ABORTED to any text that is not one of its tokens', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (token) => {
        expect(() => pageRequestFrom(0, token, isDiskId))
          .to.throw(StatusError)
          .with.property('code', aborted);
      }),
    );
  });
});

describe('nextTokenOf', () => {
  it('is empty at the end', () => {
    expect(nextTokenOf({ ids: ['d-1'], hasMore: false })).to.equal('');
    expect(nextTokenOf({ ids: [], hasMore: true })).to.equal('');
  });

  it('is a token that pageRequestFrom reads back', () => {
    const id = fc.stringMatching(/^d-[0-9a-z]{1,64}$/);
    fc.assert(
      fc.property(fc.array(id, { minLength: 1 }), (ids) => {
        const token = nextTokenOf({ ids, hasMore: true });
        expect(pageRequestFrom(0, token, isDiskId).afterId).to.equal(ids.at(-1));
      }),
    );
  });
});
