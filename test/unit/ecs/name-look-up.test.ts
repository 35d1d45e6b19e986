import { expect } from 'chai';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { NameLookUp } from '../../../src/ecs/name-look-up.ts';
import { toSnapshot } from '../../../src/ecs/to-snapshot.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { aCall, cancelled, limitsOf, watch } from './fixtures.ts';

function snapshotNamed(name: string, id = `s-${name}`) {
  return toSnapshot({ snapshotId: id, snapshotName: name, sourceDiskId: 'd-1', sourceDiskSize: '20' });
}

function setUp(owned: readonly string[] = [], complete = true) {
  const clock = new FakeClock();
  const world = {
    clock,
    alone: [] as string[],
    listings: [] as number[],
    listingMs: 0,
    listingFailure: undefined as DiskError | undefined,
  };
  const lookUp = new NameLookUp({
    findByName: (name) => {
      world.alone.push(name);
      return Promise.resolve([snapshotNamed(name, 's-alone'), snapshotNamed(`${name}-and-more`)]);
    },
    listOwned: async (maxRequests) => {
      world.listings.push(maxRequests);
      await clock.sleep(world.listingMs);
      if (world.listingFailure !== undefined) {
        throw world.listingFailure;
      }
      return { items: owned.map((name) => snapshotNamed(name)), complete };
    },
    limits: limitsOf(clock),
  });
  return Object.assign(world, { find: (name: string) => watch(lookUp.find(name, aCall())), lookUp });
}

const idsOf = (result: { value: readonly { id: string }[] | undefined }) => result.value?.map(({ id }) => id);

describe('NameLookUp', () => {
  it('asks for a few names one by one, and takes only exact matches', async () => {
    const world = setUp();
    const results = ['a', 'b', 'c'].map(world.find);
    await world.clock.advance(10);
    expect(world.alone).to.deep.equal(['a', 'b', 'c']);
    expect(world.listings).to.deep.equal([]);
    expect(results.map(idsOf)).to.deep.equal([['s-alone'], ['s-alone'], ['s-alone']]);
  });

  it('serves many names with one listing of what is owned', async () => {
    const world = setUp(['a', 'b', 'c-and-more']);
    const results = ['a', 'b', 'c', 'd'].map(world.find);
    await world.clock.advance(10);
    expect(world.alone).to.deep.equal([]);
    expect(world.listings).to.deep.equal([4]);
    expect(results.map(idsOf)).to.deep.equal([['s-a'], ['s-b'], [], []]);
  });

  it('asks one by one for the names that an incomplete listing did not show', async () => {
    const world = setUp(['a', 'b'], false);
    const results = ['a', 'b', 'c', 'd'].map(world.find);
    await world.clock.advance(10);
    expect(world.alone).to.deep.equal(['c', 'd']);
    expect(results.map(idsOf)).to.deep.equal([['s-a'], ['s-b'], ['s-alone'], ['s-alone']]);
  });

  it('lets those who come during a listing share the next one', async () => {
    const world = setUp();
    world.listingMs = 500;
    for (let index = 0; index < 50; index += 1) {
      world.find(`first-${String(index)}`);
    }
    await world.clock.advance(100);
    const later = Array.from({ length: 75 }, (_, index) => world.find(`second-${String(index)}`));
    await world.clock.advance(100);
    later.push(...Array.from({ length: 75 }, (_, index) => world.find(`third-${String(index)}`)));
    await world.clock.advance(900);
    expect(world.listings).to.deep.equal([50, 150]);
    expect(later.every(({ settled }) => settled)).to.equal(true);
  });

  it('tells everyone when the listing fails', async () => {
    const world = setUp();
    world.listingFailure = new DiskError('unreadable', 'no right');
    const results = ['a', 'b', 'c', 'd'].map(world.find);
    await world.clock.advance(10);
    expect(results.map(({ error }) => error)).to.deep.equal(Array(4).fill(world.listingFailure));
  });

  it('lets one caller go without failing the others', async () => {
    const world = setUp(['b']);
    world.listingMs = 500;
    const controller = new AbortController();
    const gone = watch(world.lookUp.find('a', aCall(controller)));
    const others = ['b', 'c', 'd'].map(world.find);
    await world.clock.advance(100);
    controller.abort(cancelled);
    await settle();
    expect(gone.error).to.equal(cancelled);
    await world.clock.advance(500);
    expect(others.map(idsOf)).to.deep.equal([['s-b'], [], []]);
  });
});
