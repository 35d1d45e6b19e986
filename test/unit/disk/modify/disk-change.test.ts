import { expect } from 'chai';
import type { Disk } from '../../../../src/disk/disk.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { planChange, touchesSpec, type DiskChange } from '../../../../src/disk/modify/disk-change.ts';
import { aDisk } from '../../../support/builders.ts';

const nothing: DiskChange = {
  diskId: 'd-1',
  category: undefined,
  performanceLevel: undefined,
  provisionedIops: undefined,
  burstingEnabled: undefined,
  tags: [],
  removedTagKeys: [],
};
const plan = (disk: Partial<Disk>, change: Partial<DiskChange>) =>
  planChange(aDisk(disk), { ...nothing, ...change });

const auto = {
  category: 'cloud_auto',
  performanceLevel: undefined,
  provisionedIops: 100,
  burstingEnabled: true,
};

describe('planChange', () => {
  it('does nothing for a class that says nothing', () => {
    expect(plan({}, {})).to.deep.equal({
      spec: undefined,
      burstingEnabled: undefined,
      tags: { put: [], removed: [] },
    });
  });

  const planned: [
    what: string,
    disk: Partial<Disk>,
    change: Partial<DiskChange>,
    spec: object | undefined,
  ][] = [
    ['a level alone', { sizeGiB: 500 }, { performanceLevel: 'PL2' }, { performanceLevel: 'PL2' }],
    ['no level that it has', {}, { performanceLevel: 'PL1', category: 'cloud_essd' }, undefined],
    [
      'IOPS beside their category',
      auto,
      { provisionedIops: 200 },
      { category: 'cloud_auto', provisionedIops: 200 },
    ],
    ['no IOPS that it has', auto, { provisionedIops: 100 }, undefined],
    ['IOPS back to none', auto, { provisionedIops: 0 }, { category: 'cloud_auto', provisionedIops: 0 }],
    [
      'no IOPS of a new category that begins with none',
      {},
      { category: 'cloud_auto', provisionedIops: 0 },
      { category: 'cloud_auto' },
    ],
    ['none of what the category lacks', {}, { provisionedIops: 0, burstingEnabled: false }, undefined],
    ['a category, whose level ECS chooses', auto, { category: 'cloud_essd' }, { category: 'cloud_essd' }],
    [
      'a level with its category',
      { ...auto, sizeGiB: 10 },
      { category: 'cloud_essd', performanceLevel: 'PL0' },
      { category: 'cloud_essd', performanceLevel: 'PL0' },
    ],
  ];
  for (const [what, disk, change, spec] of planned) {
    it(`asks for ${what}`, () => {
      const all = {
        diskId: 'd-1',
        category: undefined,
        performanceLevel: undefined,
        provisionedIops: undefined,
      };
      expect(plan(disk, change).spec).to.deep.equal(spec && { ...all, ...spec });
    });
  }

  it('switches bursting only where it differs; ECS switches it off with a new category', () => {
    expect(plan(auto, { burstingEnabled: true }).burstingEnabled).to.equal(undefined);
    expect(plan(auto, { burstingEnabled: false }).burstingEnabled).to.equal(false);
    expect(plan(auto, { category: 'cloud_essd', burstingEnabled: false }).burstingEnabled).to.equal(
      undefined,
    );
    expect(plan({}, { category: 'cloud_auto', burstingEnabled: true }).burstingEnabled).to.equal(true);
  });

  it('replaces and removes only the tags that differ', () => {
    const tags = new Map([
      ['a', '1'],
      ['b', '2'],
    ]);
    const change = {
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '3' },
      ],
      removedTagKeys: ['c'],
    };
    expect(plan({ tags }, change).tags).to.deep.equal({ put: [{ key: 'b', value: '3' }], removed: [] });
  });

  const manyTags = new Map(Array.from({ length: 20 }, (_, at) => [`k${at}`, 'v'] as const));
  const impossible: [what: string, disk: Partial<Disk>, change: Partial<DiskChange>, text: RegExp][] = [
    [
      'a level of a category without',
      auto,
      { performanceLevel: 'PL1' },
      /cloud_auto has no performance levels/,
    ],
    ['a level down to PL0', {}, { performanceLevel: 'PL0' }, /does not lower PL1 to PL0/],
    ['a level that the size does not allow', {}, { performanceLevel: 'PL2' }, /it has 20 GiB.*PL2 has 461/],
    [
      'a category that the size does not allow',
      { ...auto, sizeGiB: 10 },
      { category: 'cloud_ssd' },
      /20 to 32768/,
    ],
    [
      'the level that ECS would choose, too small for it',
      { ...auto, sizeGiB: 10 },
      { category: 'cloud_essd' },
      /20 to/,
    ],
    ['IOPS of a category without', {}, { provisionedIops: 100 }, /cloud_essd has no provisioned IOPS/],
    [
      'IOPS beyond the size',
      { ...auto, sizeGiB: 20 },
      { provisionedIops: 17_201 },
      /17200 provisioned IOPS at most/,
    ],
    [
      'IOPS of a disk of 1 GiB',
      { ...auto, sizeGiB: 1, provisionedIops: 0 },
      { provisionedIops: 1 },
      /0 provisioned/,
    ],
    ['bursting of a category without', {}, { burstingEnabled: true }, /cloud_essd does not burst/],
    [
      'bursting of 3 GiB',
      { ...auto, sizeGiB: 3, burstingEnabled: false },
      { burstingEnabled: true },
      /under 4 GiB/,
    ],
    [
      'bursting of a shared disk',
      { ...auto, burstingEnabled: false, multiAttach: true },
      { burstingEnabled: true },
      /multi-attach/,
    ],
    ['a category of a shared disk', { multiAttach: true }, { category: 'cloud_auto' }, /multi-attach/],
    [
      'a regional disk',
      { category: 'cloud_regional_disk_auto' },
      { category: 'cloud_auto' },
      /regional_disk_auto cannot/,
    ],
    ['a basic disk', { category: 'cloud' }, { category: 'cloud_essd' }, /category cloud cannot/],
    [
      'to an ephemeral disk',
      {},
      { category: 'elastic_ephemeral_disk_premium' },
      /ephemeral_disk_premium cannot/,
    ],
    ['a twenty-first tag', { tags: manyTags }, { tags: [{ key: 'new', value: '' }] }, /21 tags/],
    [
      'a key in other capitals',
      { tags: new Map([['Env', 'x']]) },
      { tags: [{ key: 'env', value: 'x' }] },
      /capitals/,
    ],
  ];
  for (const [what, disk, change, text] of impossible) {
    it(`refuses as invalid: ${what}`, () => {
      expect(() => plan(disk, change))
        .to.throw(DiskError, text)
        .with.property('kind', 'invalid');
    });
  }

  it('lets the largest possible IOPS pass, room for a tag be made, and a key change its capitals', () => {
    plan({ ...auto, sizeGiB: 20 }, { provisionedIops: 17_200 });
    plan({ tags: manyTags }, { tags: [{ key: 'new', value: '' }], removedTagKeys: ['k1'] });
    plan({ tags: new Map([...manyTags, ['acs:system', 'x']]) }, { tags: [{ key: 'k1', value: 'other' }] });
    plan({ tags: new Map([['Env', 'x']]) }, { tags: [{ key: 'env', value: 'x' }], removedTagKeys: ['Env'] });
  });
});

describe('touchesSpec', () => {
  it('is about everything but tags', () => {
    expect(touchesSpec({ ...nothing, tags: [{ key: 'a', value: 'b' }], removedTagKeys: ['c'] })).to.equal(
      false,
    );
    expect(touchesSpec({ ...nothing, burstingEnabled: false })).to.equal(true);
    expect(touchesSpec({ ...nothing, provisionedIops: 0 })).to.equal(true);
  });
});
