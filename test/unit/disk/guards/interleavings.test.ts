import { expect } from 'chai';
import type { Tag } from '../../../../src/disk/disk.ts';
import type { DiskCloud } from '../../../../src/disk/disk-cloud.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { guardBeforeDelete } from '../../../../src/disk/guards/before-delete.ts';
import type { GuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import type { BeforeDelete } from '../../../../src/disk/remove-disk.ts';
import { aSnapshot } from '../../../support/builders.ts';
import { playExpansion, playHarshExpansion } from './interleavings-expansion.ts';
import { playDeletion, type Outcome } from './interleavings-play.ts';
import { playRefusedExpansion } from './interleavings-refusals.ts';

const runs = Number(process.env['INTERLEAVING_RUNS'] ?? 2000);
const enough = 3;
/** The same schedules each time, so that a failure is the fault of a change; the variables play others, and more. */
const firstSeed = Number(process.env['INTERLEAVING_SEED'] ?? 1);
/**
 * Schedules that went wrong once. In this one the two replicas ask on both sides of a minute, each makes a guard snapshot
 * and sees nothing of the other's; one that has failed before it was cut kept the keeper from dropping either. In the
 * next one a snapshot is marked while another replica is about to drop it for a fresh one, and does not see the mark.
 */
const formerlyBroken = [324_479_035, 102_673];

interface Found {
  readonly broken: string[];
  readonly unavoidable: number;
}

/** Plays many schedules and names the seeds of those that went wrong. */
async function findBroken(play: (seed: number) => Promise<Outcome>): Promise<Found> {
  const broken: string[] = [];
  let unavoidable = 0;
  const seeds = [...formerlyBroken, ...Array.from({ length: runs }, (_, index) => firstSeed + index)];
  for (const seed of seeds) {
    if (broken.length >= enough) {
      break;
    }
    const outcome = await play(seed);
    unavoidable += outcome.unavoidable;
    broken.push(...outcome.violations.map((violation) => `seed ${seed}: ${violation}`));
  }
  return { broken, unavoidable };
}

/** The cloud with some of its answers replaced. */
function answering(cloud: DiskCloud, answers: Partial<DiskCloud>): DiskCloud {
  return new Proxy(cloud, {
    get: (target, key): unknown => {
      const value: unknown = Reflect.get(answers, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const farAway = new Date('2100-01-01T00:00:00Z');

/** Guards that are wrong in one point each. */
const wrongGuards: Record<string, (parts: GuardParts) => BeforeDelete> = {
  'makes no snapshot': () => () => Promise.resolve(),
  'does not look at the disk again before it is deleted': (parts) => async (disk, call) => {
    const findDisk = () => Promise.resolve(disk);
    await guardBeforeDelete({ ...parts, cloud: answering(parts.cloud, { findDisk }) })(disk, call);
  },
  'does not look at the snapshot again before the disk is deleted': (parts) => async (disk, call) => {
    const findSnapshot = (id: string) => Promise.resolve(aSnapshot({ id, cutAt: farAway }));
    await guardBeforeDelete({ ...parts, cloud: answering(parts.cloud, { findSnapshot }) })(disk, call);
  },
};

describe('The guard before a deletion, in any order of events', () => {
  it(`leaves the disk, or a snapshot of its last state (${runs} schedules)`, async () => {
    const { broken, unavoidable } = await findBroken((seed) => playDeletion(seed, guardBeforeDelete));
    console.log(`        from seed ${firstSeed}; the user came after the last look: ${unavoidable} times`);
    expect(broken).to.deep.equal([]);
  }).timeout(60_000);

  it(`deletes the disk though refusals have used up tokens (${runs} schedules)`, async () => {
    const made = new Map<number, number>();
    const { broken } = await findBroken(async (seed) => {
      const outcome = await playDeletion(seed, guardBeforeDelete, { isRefused: true });
      made.set(outcome.made, (made.get(outcome.made) ?? 0) + 1);
      return outcome;
    });
    const counts = [...made].toSorted(([a], [b]) => a - b).map(([count, times]) => `${count}: ${times}`);
    console.log(`        from seed ${firstSeed}; schedules by snapshots made: ${counts.join(', ')}`);
    expect(broken).to.deep.equal([]);
  }).timeout(60_000);

  for (const [how, makeGuard] of Object.entries(wrongGuards)) {
    it(`is found out when it ${how}`, async () => {
      const { broken } = await findBroken((seed) => playDeletion(seed, makeGuard));
      expect(broken.join()).to.contain('no snapshot holds its last state');
    }).timeout(60_000);
  }
});

/** Two ways to expand one disk; the second one also meets deaths, another size, and long waits. */
const plays = { 'in any order of events': playExpansion, 'whatever dies or changes': playHarshExpansion };

for (const [when, play] of Object.entries(plays)) {
  describe(`The guard before an expansion, ${when}`, () => {
    for (const policy of ['forced', 'besteffort'] as const) {
      it(`${policy}: grows the disk under one snapshot that is gone in the end (${runs} schedules)`, async () => {
        const { broken } = await findBroken((seed) => play(seed, policy));
        console.log(`        from seed ${firstSeed}`);
        expect(broken).to.deep.equal([]);
      }).timeout(60_000 + 10 * runs);
    }

    it('is found out when it makes no snapshot', async () => {
      const without = (parts: ExpandGuardParts) => ({ ...parts, isSwitchedOn: false });
      const { broken } = await findBroken((seed) => play(seed, 'forced', without));
      expect(broken.join()).to.contain('no snapshot of it can be restored');
    });
  });
}

/** Guards before an expansion whose requests go wrong in one point each, and what gives them away. */
const wrongRequests: Record<string, { answers: (cloud: DiskCloud) => Partial<DiskCloud>; sign: string }> = {
  'never drops what is superseded': {
    answers: () => ({ deleteSnapshot: () => Promise.resolve() }),
    sign: 'sizes live at once',
  },
  'has another token in each minute': {
    answers: (cloud) => ({
      createSnapshot: (snapshot, call) =>
        cloud.createSnapshot({ ...snapshot, clientToken: `${snapshot.clientToken} ${snapshot.name}` }, call),
    }),
    sign: 'made beside one that would do',
  },
};

describe('The guard before an expansion is found out', () => {
  for (const [how, { answers, sign }] of Object.entries(wrongRequests)) {
    it(`when it ${how}`, async () => {
      const wrong = (parts: ExpandGuardParts) => ({
        ...parts,
        cloud: answering(parts.cloud, answers(parts.cloud)),
      });
      const { broken } = await findBroken((seed) => playHarshExpansion(seed, 'forced', wrong));
      expect(broken.join()).to.contain(sign);
    }).timeout(60_000);
  }
});

/** A replica whose marks on snapshots nobody else can see. */
function marksInMemory(parts: ExpandGuardParts): ExpandGuardParts {
  const marks = new Map<string, Tag>();
  const { cloud } = parts;
  const tagSnapshot: DiskCloud['tagSnapshot'] = (id, tag) => {
    marks.set(id, tag);
    return Promise.resolve();
  };
  const findSnapshotsOfDisk: DiskCloud['findSnapshotsOfDisk'] = async (diskId, call) =>
    (await cloud.findSnapshotsOfDisk(diskId, call)).map((snapshot) => {
      const { key, value } = marks.get(snapshot.id) ?? { key: '', value: '' };
      return { ...snapshot, tags: new Map(snapshot.tags).set(key, value) };
    });
  return { ...parts, cloud: answering(cloud, { tagSnapshot, findSnapshotsOfDisk }) };
}

describe('The guard before an expansion that ECS refuses for good', () => {
  for (const policy of ['forced', 'besteffort'] as const) {
    it(`${policy}: keeps what its events promise, and one live snapshot besides (${runs} schedules)`, async () => {
      let promises = 0;
      const { broken } = await findBroken(async (seed) => {
        const outcome = await playRefusedExpansion(seed, policy);
        promises += outcome.promises;
        return outcome;
      });
      console.log(`        from seed ${firstSeed}; ${promises} promises`);
      expect(broken).to.deep.equal([]);
      expect(promises).to.be.at.least(runs / 10);
    }).timeout(60_000 + 20 * runs);
  }

  it('is found out when it has its marks in memory', async () => {
    const { broken } = await findBroken((seed) => playRefusedExpansion(seed, 'forced', marksInMemory));
    expect(broken.join()).to.contain('is deleted, though an event said that it is kept');
  }).timeout(60_000);

  it('is found out when it makes no snapshot', async () => {
    const without = (parts: ExpandGuardParts) => ({ ...parts, isSwitchedOn: false });
    const { broken } = await findBroken((seed) => playRefusedExpansion(seed, 'forced', without));
    expect(broken.join()).to.contain('no snapshot of it can be restored');
  }).timeout(60_000);
});
