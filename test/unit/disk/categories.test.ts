import { expect } from 'chai';
import {
  baselineIops,
  diskCategories,
  maxProvisionedIops,
  sizeLimitsOf,
} from '../../../src/disk/categories.ts';

describe('sizeLimitsOf', () => {
  for (const [category, level, min, max] of [
    ['cloud_essd', 'PL0', 1, 65536],
    ['cloud_essd', 'PL1', 20, 65536],
    ['cloud_essd', 'PL2', 461, 65536],
    ['cloud_essd', 'PL3', 1261, 65536],
    ['cloud_auto', undefined, 1, 65536],
    ['cloud_essd_entry', undefined, 10, 32768],
    ['cloud_regional_disk_auto', undefined, 10, 65536],
    ['cloud_ssd', undefined, 20, 32768],
    ['cloud_efficiency', undefined, 20, 32768],
    ['cloud', undefined, 5, 2000],
    ['elastic_ephemeral_disk_standard', undefined, 64, 8192],
    ['elastic_ephemeral_disk_premium', undefined, 64, 8192],
    ['cloud_essd_xc0', undefined, 40, 65536],
    ['cloud_essd_xc1', undefined, 40, 65536],
  ] as const) {
    it(`has ${category} ${level ?? ''} from ${min} to ${max} GiB`, () => {
      const { minSizeGiB, maxSizeGiB } = sizeLimitsOf(category, level);
      expect([minSizeGiB, maxSizeGiB]).to.deep.equal([min, max]);
    });
  }

  it('counts a cloud_essd disk without a level as PL1, as ECS does', () => {
    expect(sizeLimitsOf('cloud_essd', undefined).minSizeGiB).to.equal(20);
  });

  it('does not look at a level of a category that has none', () => {
    expect(sizeLimitsOf('cloud_auto', 'PL3').minSizeGiB).to.equal(1);
  });

  it('leaves an unknown category to ECS', () => {
    const { minSizeGiB, maxSizeGiB } = sizeLimitsOf('cloud_of_tomorrow', undefined);
    expect([minSizeGiB, maxSizeGiB]).to.deep.equal([1, Number.MAX_SAFE_INTEGER]);
  });
});

describe('IOPS of cloud_auto', () => {
  for (const [sizeGiB, baseline, most] of [
    [1, 3000, 0],
    [3, 3000, 0],
    [4, 3000, 1000],
    [24, 3000, 21_000],
    [25, 3050, 21_950],
    [60, 4800, 50_000],
    [964, 50_000, 50_000],
    [65_536, 50_000, 50_000],
  ] as const) {
    it(`are ${baseline} and at most ${most} more for ${sizeGiB} GiB`, () => {
      expect([baselineIops(sizeGiB), maxProvisionedIops(sizeGiB)]).to.deep.equal([baseline, most]);
    });
  }
});

describe('diskCategories', () => {
  const having = (feature: 'instantAccess' | 'regional' | 'ephemeral' | 'multiAttach' | 'bursting') =>
    [...diskCategories].filter(([, category]) => category[feature]).map(([name]) => name);

  it('knows which have instantly available snapshots', () => {
    expect(having('instantAccess')).to.have.members([
      'cloud_essd',
      'cloud_auto',
      'cloud_essd_entry',
      'cloud_regional_disk_auto',
    ]);
  });

  it('knows which can be shared, burst, live in a region or are lost with their instance', () => {
    expect(having('multiAttach')).to.have.members(['cloud_essd', 'cloud_auto']);
    expect(having('bursting')).to.have.members(['cloud_auto']);
    expect(having('regional')).to.have.members(['cloud_regional_disk_auto']);
    expect(having('ephemeral')).to.have.members([
      'elastic_ephemeral_disk_standard',
      'elastic_ephemeral_disk_premium',
    ]);
  });
});
