import { expect } from 'chai';
import fc from 'fast-check';
import { diskCategories } from '../../../../src/disk/categories.ts';
import type { Disk } from '../../../../src/disk/disk.ts';
import { isDiskError } from '../../../../src/disk/disk-error.ts';
import { hasWantedSpec, type DiskChange } from '../../../../src/disk/modify/disk-change.ts';
import { modifyDisk } from '../../../../src/disk/modify/modify-disk.ts';
import { aCall } from '../../../support/builders.ts';
import { FakeDiskCloud } from '../../../support/fake-disk-cloud.ts';
import { FakeDiskSpecs, type SpecFault } from '../../../support/fake-disk-specs.ts';

const often = ['cloud_essd', 'cloud_essd', 'cloud_auto', 'cloud_auto', 'cloud_ssd'];
const category = fc.constantFrom(...diskCategories.keys(), ...often, ...often, ...often);
const level = fc.constantFrom('PL0', 'PL1', 'PL2', 'PL3');
const iops = fc.constantFrom(0, 100, 50_000);
const key = fc.constantFrom('a', 'a', 'a', 'A', 'b', 'b', 'c', 'c', 'd', 'd');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

const disk: fc.Arbitrary<Partial<Disk>> = fc
  .record({
    category,
    level,
    iops,
    sizeGiB: fc.constantFrom(1, 3, 40, 40, 500, 2000, 2000, 2000, 2000, 40_000),
    multiAttach: fc.constantFrom(...Array<boolean>(9).fill(false), true),
    burstingEnabled: fc.boolean(),
    tags: fc.uniqueArray(key, { maxLength: 2, selector: (one) => one.toLowerCase() }),
  })
  .map(
    ({ category: name, level: performanceLevel, iops: provisionedIops, burstingEnabled, tags, ...rest }) => {
      const known = diskCategories.get(name);
      return {
        ...rest,
        category: name,
        performanceLevel: known?.performanceLevels === true ? performanceLevel : undefined,
        provisionedIops: known?.provisionedIops === true ? provisionedIops : undefined,
        burstingEnabled: known?.bursting === true && burstingEnabled,
        tags: new Map(tags.map((one) => [one, 'old'])),
      };
    },
  );

const change: fc.Arbitrary<Omit<DiskChange, 'diskId'>> = fc
  .record({
    category: optional(category),
    performanceLevel: optional(level),
    provisionedIops: optional(iops),
    burstingEnabled: optional(fc.boolean()),
    put: fc.uniqueArray(key, { maxLength: 2 }),
    removed: fc.uniqueArray(key, { maxLength: 2 }),
  })
  .map(({ put, removed, ...rest }) => ({
    ...rest,
    tags: put.map((one) => ({ key: one, value: 'new' })),
    removedTagKeys: removed.filter((one) => !put.includes(one)),
  }));

/** What ECS may answer at each step; `none` most of the time. */
const faults = fc.array(
  fc.tuple(
    fc.constantFrom('checkSpecChange', 'startSpecChange', 'tagDisk', 'untagDisk', 'setBursting' as const),
    fc.constantFrom<SpecFault>(
      'invalid',
      'unsupported',
      'out-of-range',
      'lost-reply',
      'lost-request',
      'denied',
      'busy',
    ),
  ),
  { maxLength: 2 },
);

const stateOf = ({ tags, ...rest }: Disk) => JSON.stringify([rest, [...tags].sort()]);

describe('modifyDisk, whatever is wanted of whatever disk', () => {
  it('is all or nothing for invalid, and what it calls done is done', async () => {
    const seen = { done: 0, invalid: 0, other: 0 };
    await fc.assert(
      fc.asyncProperty(disk, change, faults, async (before, wish, planned) => {
        const cloud = new FakeDiskCloud();
        const specs = new FakeDiskSpecs(cloud.disks);
        const added = cloud.addDisk(before);
        planned.forEach(([method, fault]) => specs.failNext(method, fault));
        const wanted = { ...wish, diskId: added.id };
        try {
          await modifyDisk({ cloud, specs, now: () => 0 }, wanted, aCall());
        } catch (error) {
          if (!isDiskError(error)) {
            throw error;
          }
          seen[error.kind === 'invalid' ? 'invalid' : 'other'] += 1;
          if (error.kind === 'invalid') {
            expect(stateOf(cloud.disks.get(added.id) ?? added)).to.equal(stateOf(added));
            expect(specs.tasks.size).to.equal(0);
          }
          return;
        }
        seen.done += 1;
        const after = cloud.disks.get(added.id) ?? added;
        expect(hasWantedSpec(after, wanted)).to.equal(true);
        for (const { key: put } of wish.tags) {
          expect(after.tags.get(put)).to.equal('new');
        }
        expect([...after.tags.keys()]).not.to.include.members(['none', ...wish.removedTagKeys]);
      }),
      { numRuns: 2000 },
    );
    // Or one side of it was never tried.
    expect(seen.done).to.be.greaterThan(100);
    expect(seen.invalid).to.be.greaterThan(100);
    expect(seen.other).to.be.greaterThan(20);
  });
});
