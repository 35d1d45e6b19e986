import { expect } from 'chai';
import type { Disk } from '../../../src/disk/disk.ts';
import type { DiskRequest } from '../../../src/disk/disk-request.ts';
import { differences, isInWantedZone } from '../../../src/disk/existing-disk.ts';
import { tagKeys } from '../../../src/disk/tags.ts';
import { aDisk, aDiskRequest } from '../../support/builders.ts';

describe('differences', () => {
  const different: [why: string, disk: Partial<Disk>, request: Partial<DiskRequest>, text: string][] = [
    ['is too small', { sizeGiB: 19 }, {}, 'its size is 19 GiB'],
    ['is larger than the limit', { sizeGiB: 31 }, { maxSizeGiB: 30 }, 'its size is 31 GiB'],
    ['is of another category', { category: 'cloud_auto' }, {}, 'its category is cloud_auto'],
    [
      'is of another level',
      { performanceLevel: 'PL0' },
      { performanceLevels: ['PL1', 'PL2'] },
      'its performance level is PL0',
    ],
    [
      'has another protection before expansions',
      { tags: new Map([[tagKeys.expandPolicy, 'closed']]) },
      { tags: [{ key: tagKeys.expandPolicy, value: 'forced' }] },
      'its volumeExpandAutoSnapshot is closed',
    ],
    [
      'has no protection before its deletion',
      {},
      { tags: [{ key: tagKeys.deleteSnapshotRetentionDays, value: '7' }] },
      'its volumeDeleteSnapshotRetentionDays is none',
    ],
    ['is not encrypted', { encrypted: false }, { encrypted: true }, 'its encryption is false'],
    [
      'has another key',
      { encrypted: true, kmsKeyId: 'key-2' },
      { encrypted: true, kmsKeyId: 'key-1' },
      'its KMS key is key-2',
    ],
    [
      'has another alias',
      { encrypted: true, kmsKeyId: 'alias/a' },
      { encrypted: true, kmsKeyId: 'acs:kms:cn-hangzhou:1:alias/b' },
      'its KMS key is alias/a',
    ],
    [
      'has no key although the request names an alias',
      { encrypted: true, kmsKeyId: undefined },
      { encrypted: true, kmsKeyId: 'alias/a' },
      'its KMS key is not set',
    ],
    [
      'shows no level where another than the usual one is wanted',
      { performanceLevel: undefined },
      { performanceLevels: ['PL2'] },
      'its performance level is not set',
    ],
    ['cannot be shared', { multiAttach: false }, { multiAttach: true }, 'its multi-attach is false'],
    ['can be shared', { multiAttach: true }, {}, 'its multi-attach is true'],
    [
      'is in another resource group',
      { resourceGroupId: 'rg-2' },
      { resourceGroupId: 'rg-1' },
      'its resource group is rg-2',
    ],
    ['is in no storage cluster', {}, { storageClusterId: 'dbsc-1' }, 'its storage cluster is not set'],
    ['is of a snapshot', { sourceSnapshotId: 's-1' }, {}, 'its source snapshot is s-1'],
    ['is of no snapshot', {}, { snapshotId: 's-1' }, 'its source snapshot is none'],
    [
      'is of another snapshot',
      { sourceSnapshotId: 's-2' },
      { snapshotId: 's-1' },
      'its source snapshot is s-2',
    ],
  ];
  for (const [why, disk, request, text] of different) {
    it(`says so when the disk ${why}`, () => {
      expect(differences(aDisk(disk), aDiskRequest(request))).to.deep.equal([text]);
    });
  }

  it('takes an absent protection for none, and any for what was not asked for', () => {
    const none = [
      { key: tagKeys.expandPolicy, value: 'closed' },
      { key: tagKeys.deleteSnapshotRetentionDays, value: '' },
    ];
    expect(differences(aDisk(), aDiskRequest({ tags: none }))).to.deep.equal([]);
    const tags = new Map([[tagKeys.expandPolicy, 'forced']]);
    expect(differences(aDisk({ tags }), aDiskRequest())).to.deep.equal([]);
  });

  it('knows a disk of another zone, and that a regional one is in all of them', () => {
    expect(isInWantedZone(aDisk(), aDiskRequest())).to.equal(true);
    expect(isInWantedZone(aDisk({ zoneId: 'cn-hangzhou-i' }), aDiskRequest())).to.equal(false);
    const category = 'cloud_regional_disk_auto';
    const regional = aDisk({ category, zoneId: undefined });
    expect(isInWantedZone(regional, aDiskRequest({ categories: [category] }))).to.equal(true);
  });

  it('compares IOPS and bursting where the category has them', () => {
    const auto = { categories: ['cloud_auto'], provisionedIops: 1000, burstingEnabled: true };
    const disk = aDisk({ category: 'cloud_auto', performanceLevel: undefined });

    expect(differences(disk, aDiskRequest(auto))).to.deep.equal([
      'its provisioned IOPS is not set',
      'its bursting is not set',
    ]);
    const asWanted = { ...disk, provisionedIops: 1000, burstingEnabled: true };
    expect(differences(asWanted, aDiskRequest(auto))).to.deep.equal([]);
    expect(differences(aDisk(), aDiskRequest({ ...auto, categories: ['cloud_essd'] }))).to.deep.equal([]);
  });

  const same: [why: string, disk: Partial<Disk>, request: Partial<DiskRequest>][] = [
    ['is just what was asked for', {}, {}],
    ['is larger, and there is no limit', { sizeGiB: 500 }, {}],
    ['is as large as the limit', { sizeGiB: 30 }, { maxSizeGiB: 30 }],
    ['has a level that ECS chose', { performanceLevel: 'PL1' }, { performanceLevels: [] }],
    ['has the second of the levels', { performanceLevel: 'PL2' }, { performanceLevels: ['PL1', 'PL2'] }],
    [
      'is of the second category in the second zone',
      { category: 'cloud_auto', zoneId: 'cn-hangzhou-i' },
      { categories: ['cloud_essd', 'cloud_auto'], zoneIds: ['cn-hangzhou-h', 'cn-hangzhou-i'] },
    ],
    ['is encrypted as its snapshot or the account asked for', { encrypted: true }, {}],
    ['is in a resource group that ECS chose', { resourceGroupId: 'rg-default' }, {}],
    ['has a key that ECS chose', { encrypted: true, kmsKeyId: 'key-of-account' }, { encrypted: true }],
    [
      'is regional',
      { category: 'cloud_regional_disk_auto', performanceLevel: undefined, zoneId: undefined },
      { categories: ['cloud_regional_disk_auto'] },
    ],
    [
      'has the key of an alias, as far as anybody can tell',
      { encrypted: true, kmsKeyId: 'key-1' },
      { encrypted: true, kmsKeyId: 'alias/disks' },
    ],
    [
      'has an alias that ECS shows as it was given',
      { encrypted: true, kmsKeyId: 'alias/disks' },
      { encrypted: true, kmsKeyId: 'alias/disks' },
    ],
    [
      'does not show the level that ECS gives by itself',
      { performanceLevel: undefined },
      { performanceLevels: ['PL1'] },
    ],
    ['has a key, and the request one without encryption', { kmsKeyId: undefined }, { kmsKeyId: 'key-1' }],
  ];
  for (const [why, disk, request] of same) {
    it(`finds none when the disk ${why}`, () => {
      expect(differences(aDisk(disk), aDiskRequest(request))).to.deep.equal([]);
    });
  }

  it('names all of them', () => {
    const disk = aDisk({ sizeGiB: 1, category: 'cloud_ssd', multiAttach: true });
    expect(differences(disk, aDiskRequest())).to.have.length(3);
  });
});
