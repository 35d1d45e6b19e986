import { expect } from 'chai';
import fc from 'fast-check';
import { IdListing, pageOf } from '../../../src/disk/id-listing.ts';
import { aCall } from '../../support/builders.ts';

/** A listing over ids that the test may change, on a clock that the test moves. */
function listingOf(ids: string[], reuseMs = 100) {
  const state = { ids, nowMs: 1000, reads: 0 };
  const readAll = () => {
    state.reads += 1;
    return Promise.resolve(state.ids.toSorted());
  };
  return { state, listing: new IdListing(readAll, () => state.nowMs, reuseMs) };
}

describe('pageOf', () => {
  it('gives the first ids, and tells whether there are more', () => {
    expect(pageOf(['a', 'b', 'c'], undefined, 2)).to.deep.equal({ ids: ['a', 'b'], hasMore: true });
    expect(pageOf(['a', 'b'], undefined, 2)).to.deep.equal({ ids: ['a', 'b'], hasMore: false });
    expect(pageOf([], undefined, 2)).to.deep.equal({ ids: [], hasMore: false });
  });

  it('goes on after an id, whether that still exists or not', () => {
    expect(pageOf(['a', 'b', 'c'], 'a', 5)).to.deep.equal({ ids: ['b', 'c'], hasMore: false });
    expect(pageOf(['a', 'c', 'd'], 'b', 1)).to.deep.equal({ ids: ['c'], hasMore: true });
    expect(pageOf(['a', 'c'], 'c', 1)).to.deep.equal({ ids: [], hasMore: false });
  });
});

describe('IdListing', () => {
  it('reads anew for each first page', async () => {
    const { state, listing } = listingOf(['a', 'b']);
    await listing.firstPage(1, aCall());
    state.ids = ['x'];

    expect(await listing.firstPage(1, aCall())).to.deep.equal({ ids: ['x'], hasMore: false });
  });

  it('uses one reading for the pages that follow soon', async () => {
    const { state, listing } = listingOf(['a', 'b', 'c']);
    await listing.firstPage(1, aCall());
    state.nowMs += 100;

    expect((await listing.nextPage('a', 1, aCall())).ids).to.deep.equal(['b']);
    expect(state.reads).to.equal(1);
  });

  it('reads again when the next page comes late', async () => {
    const { state, listing } = listingOf(['a', 'b', 'c']);
    await listing.firstPage(1, aCall());
    state.nowMs += 101;
    state.ids = ['a', 'c'];

    expect((await listing.nextPage('a', 1, aCall())).ids).to.deep.equal(['c']);
    expect(state.reads).to.equal(2);
  });

  it('goes on where another process began', async () => {
    const { listing } = listingOf(['a', 'b', 'c']);
    expect(await listing.nextPage('b', 5, aCall())).to.deep.equal({ ids: ['c'], hasMore: false });
  });

  it('hands a failure on, and is as good as new afterwards', async () => {
    let isBroken = true;
    const readAll = () => (isBroken ? Promise.reject(new Error('throttled')) : Promise.resolve(['a']));
    const listing = new IdListing(readAll, () => 0, 100);
    expect(await listing.firstPage(1, aCall()).catch((error: unknown) => String(error))).to.contain(
      'throttled',
    );
    isBroken = false;

    expect((await listing.nextPage('', 1, aCall())).ids).to.deep.equal(['a']);
  });

  it('never repeats an id nor leaves out one that stays, whatever comes and goes between pages', async () => {
    const id = fc.string({ unit: fc.constantFrom('a', 'b', '1', '2'), minLength: 1, maxLength: 3 });
    const steps = fc.array(
      fc.record({ added: fc.array(id), removed: fc.array(id), passedMs: fc.nat({ max: 150 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(id),
        steps,
        fc.integer({ min: 1, max: 4 }),
        async (ids, list, limit) => {
          const { state, listing } = listingOf(ids);
          const everThere = new Set(ids);
          const alwaysThere = new Set(ids);
          const listed: string[] = [];
          for (let page = await listing.firstPage(limit, aCall()); ;) {
            listed.push(...page.ids);
            expect(page.ids.length).to.be.at.most(limit);
            if (!page.hasMore) {
              break;
            }
            const { added, removed, passedMs } = list.shift() ?? { added: [], removed: [], passedMs: 0 };
            removed.forEach((some) => alwaysThere.delete(some));
            state.ids = [...new Set([...state.ids.filter((some) => !removed.includes(some)), ...added])];
            state.ids.forEach((some) => everThere.add(some));
            state.nowMs += passedMs;
            page = await listing.nextPage(page.ids.at(-1) ?? '', limit, aCall());
          }
          expect(listed).to.deep.equal([...new Set(listed)]);
          expect([...alwaysThere].filter((some) => !listed.includes(some))).to.deep.equal([]);
          expect(listed.filter((some) => !everThere.has(some))).to.deep.equal([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
