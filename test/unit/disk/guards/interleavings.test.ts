import { expect } from 'chai';
import type { DiskCloud } from '../../../../src/disk/disk-cloud.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { guardBeforeDelete } from '../../../../src/disk/guards/before-delete.ts';
import type { GuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import type { BeforeDelete } from '../../../../src/disk/remove-disk.ts';
import { aSnapshot } from '../../../support/builders.ts';
import { playDeletion, playExpansion, type Outcome } from './interleavings-play.ts';

const runs = 2000;
const enough = 3;
/**
 * The same schedules each time, so that a failure is the fault of a change; the variable plays others. Known: with seed
 * 324479035 two replicas cross so that each leaves a guard snapshot, and both are live until the expansion is complete
 * and they are released. Nothing is lost by that.
 */
const firstSeed = Number(process.env['INTERLEAVING_SEED'] ?? 1);

interface Found {
  readonly broken: string[];
  readonly unavoidable: number;
}

/** Plays many schedules and names the seeds of those that went wrong. */
async function findBroken(play: (seed: number) => Promise<Outcome>): Promise<Found> {
  const broken: string[] = [];
  let unavoidable = 0;
  for (let seed = firstSeed; seed < firstSeed + runs && broken.length < enough; seed += 1) {
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

  for (const [how, makeGuard] of Object.entries(wrongGuards)) {
    it(`is found out when it ${how}`, async () => {
      const { broken } = await findBroken((seed) => playDeletion(seed, makeGuard));
      expect(broken.join()).to.contain('no snapshot holds its last state');
    }).timeout(60_000);
  }
});

describe('The guard before an expansion, in any order of events', () => {
  for (const policy of ['forced', 'besteffort'] as const) {
    it(`${policy}: grows the disk once, under one snapshot that is gone in the end (${runs} schedules)`, async () => {
      const { broken } = await findBroken((seed) => playExpansion(seed, policy));
      console.log(`        from seed ${firstSeed}`);
      expect(broken).to.deep.equal([]);
    }).timeout(60_000);
  }

  it('is found out when it makes no snapshot', async () => {
    const without = (parts: ExpandGuardParts) => ({ ...parts, isSwitchedOn: false });
    const { broken } = await findBroken((seed) => playExpansion(seed, 'forced', without));
    expect(broken.join()).to.contain('no snapshot of it can be restored');
  });

  it('is found out when it never drops what is superseded', async () => {
    const deleteSnapshot = () => Promise.resolve();
    const keeping = (parts: ExpandGuardParts) => ({
      ...parts,
      cloud: answering(parts.cloud, { deleteSnapshot }),
    });
    const { broken } = await findBroken((seed) => playExpansion(seed, 'forced', keeping));
    expect(broken.join()).to.contain('guard snapshots live at once');
  }).timeout(60_000);
});
