import { expect } from 'chai';

import { at, newDisk, testCloud, type Body, type Parameters, type TestCloud } from '../test-kit.test.ts';

const region = { RegionId: 'cn-hangzhou' };
const autoInI: Parameters = { DiskCategory: 'cloud_auto', ZoneId: 'cn-hangzhou-i' };

async function diskNow(cloud: TestCloud, id: string): Promise<Body> {
  const body = await cloud.ok('DescribeDisks', { ...region, DiskIds: JSON.stringify([id]) });
  return at(body, 'Disks.Disk.0') as Body;
}

async function create(cloud: TestCloud, parameters: Parameters): Promise<Body> {
  const { DiskId } = await cloud.ok('CreateDisk', { ...newDisk, ...parameters });
  return diskNow(cloud, String(DiskId));
}

describe('CreateDisk', () => {
  it('gives ids that look like those of ECS, and the serial number that goes with them', async () => {
    const disk = await create(testCloud(), {});
    expect(disk['DiskId']).to.match(/^d-bp1[a-z0-9]{17}$/);
    expect(disk['SerialNumber']).to.equal(String(disk['DiskId']).slice(2));
  });

  it('shows what was asked for, in the types of ECS', async () => {
    const disk = await create(testCloud(), {
      DiskCategory: 'cloud_auto',
      Size: 40,
      DiskName: 'data-1',
      Description: 'of a test',
      ProvisionedIops: 100,
      BurstingEnabled: true,
      ResourceGroupId: 'rg-1',
      'Tag.1.Key': 'k',
      'Tag.1.Value': 'v',
    });
    expect(disk).to.deep.include({
      Size: 40,
      DiskName: 'data-1',
      Description: 'of a test',
      Category: 'cloud_auto',
      PerformanceLevel: '',
      ProvisionedIops: 100,
      BurstingEnabled: true,
      ResourceGroupId: 'rg-1',
      ZoneId: 'cn-hangzhou-h',
      Status: 'Available',
      MultiAttach: 'Disabled',
      Encrypted: false,
      AttachedTime: '',
      CreationTime: '2026-11-22T10:00:00Z',
      Tags: { Tag: [{ TagKey: 'k', TagValue: 'v' }] },
    });
  });

  it('makes cloud_essd disks PL1 unless told otherwise', async () => {
    const cloud = testCloud();
    expect((await create(cloud, {}))['PerformanceLevel']).to.equal('PL1');
    expect((await create(cloud, { PerformanceLevel: 'PL0', Size: 1 }))['PerformanceLevel']).to.equal('PL0');
  });

  it('makes regional disks without a zone', async () => {
    const cloud = testCloud();
    const regional = { DiskCategory: 'cloud_regional_disk_auto' };
    expect((await create(cloud, { ...regional, ZoneId: undefined }))['ZoneId']).to.equal('');
    expect(await cloud.code('CreateDisk', { ...newDisk, ...regional })).to.equal(
      'InvalidZoneId.DiskCategoryUnsupported',
    );
  });

  it('encrypts with a default key unless one is named', async () => {
    const cloud = testCloud();
    expect(await create(cloud, { Encrypted: true }))
      .to.include({ Encrypted: true })
      .and.property('KMSKeyId')
      .not.equal('');
    expect(await create(cloud, { Encrypted: true, KMSKeyId: 'k1' })).to.include({ KMSKeyId: 'k1' });
  });

  const refused: readonly (readonly [string, Parameters, string])[] = [
    ['no region', { RegionId: undefined }, 'MissingParamter.RegionId'],
    ['an unknown zone', { ZoneId: 'cn-hangzhou-z' }, 'InvalidZoneId.NotFound'],
    ['a zone of another region', { ZoneId: 'cn-beijing-h' }, 'InvalidZoneId.NotFound'],
    ['no zone', { ZoneId: undefined }, 'MissingParameter.ZoneId'],
    ['an unknown category', { DiskCategory: 'cloud_fast' }, 'InvalidDiskCategory.ValueNotSupported'],
    [
      'a category not sold in the zone',
      { DiskCategory: 'cloud_ssd', ZoneId: 'cn-hangzhou-k' },
      'InvalidDataDiskCategory.NotSupported',
    ],
    ['a sold out category', { DiskCategory: 'cloud_auto' }, 'OperationDenied.NoStock'],
    ['no size', { Size: undefined }, 'MissingParameter.Size'],
    [
      'a size under the category',
      { DiskCategory: 'cloud_efficiency', Size: 19 },
      'InvalidDiskSize.NotSupported',
    ],
    [
      'a size above the category',
      { DiskCategory: 'cloud_ssd', Size: 32_769 },
      'InvalidDiskSize.NotSupported',
    ],
    [
      'a size under the performance level',
      { PerformanceLevel: 'PL2', Size: 460 },
      'OperationDenied.PerformanceLevelNotMatch',
    ],
    ['an unknown performance level', { PerformanceLevel: 'PL9' }, 'InvalidPerformanceLevel.Malformed'],
    [
      'a performance level without ESSD',
      { DiskCategory: 'cloud_ssd', PerformanceLevel: 'PL1' },
      'InvalidPerformanceLevel.ValueNotSupported',
    ],
    ['IOPS for a category without them', { ProvisionedIops: 1 }, 'ProvisionedIopsForDiskCategoryUnsupported'],
    [
      'more IOPS than the size allows',
      { ...autoInI, Size: 4, ProvisionedIops: 1001 },
      'InvalidProvisionedIops.LimitExceed',
    ],
    [
      'burst for a category without it',
      { BurstingEnabled: true },
      'BurstingEnabledForDiskCategoryUnsupported',
    ],
    [
      'burst for a small disk',
      { ...autoInI, Size: 3, BurstingEnabled: true },
      'InvalidBurstingEnabled.DiskSizeTooSmall',
    ],
    [
      'multi-attach for a category without it',
      { DiskCategory: 'cloud_ssd', MultiAttach: 'Enabled' },
      'InvalidParameter.DiskCategoryAndMultiAttachNotMatch',
    ],
    ['a key without encryption', { KMSKeyId: 'k1' }, 'InvalidParameter.EncryptedIllegal'],
    ['a wrong name', { DiskName: '1' }, 'InvalidDiskName.Malformed'],
    ['an unknown snapshot', { SnapshotId: 's-bp1aaaaaaaaaaaaaaaaa' }, 'InvalidSnapshotId.NotFound'],
    ['a wrong resource group', { ResourceGroupId: 'x' }, 'InvalidResourceGroup.NotFound'],
    ['an instance, which makes another kind of disk', { InstanceId: 'i-1' }, 'InvalidParameter.InstanceId'],
    ['an unknown parameter', { DiskSize: 1 }, 'InvalidParameter'],
  ];
  for (const [what, parameters, code] of refused) {
    it(`refuses ${what}`, async () => {
      const cloud = testCloud({ soldOut: ['cn-hangzhou-h/cloud_auto'] });
      expect(await cloud.code('CreateDisk', { ...newDisk, ...parameters })).to.equal(code);
      expect(cloud.emulator.state.disks.size).to.equal(0);
    });
  }

  it('refuses more disks than the quota', async () => {
    const cloud = testCloud({ disksPerRegion: 1 });
    await create(cloud, {});
    expect(await cloud.code('CreateDisk', newDisk)).to.equal('QuotaExceed.PostPaidDisk');
    expect(
      await cloud.code('CreateDisk', { ...newDisk, RegionId: 'cn-beijing', ZoneId: 'cn-beijing-h' }),
    ).to.equal('OK');
  });
});

describe('CreateDisk from a snapshot', () => {
  async function withSnapshot(settings: Body, parameters: Parameters): Promise<[TestCloud, string]> {
    const cloud = testCloud(settings);
    const DiskId = await cloud.usedDisk(parameters);
    const { SnapshotId } = await cloud.ok('CreateSnapshot', { DiskId });
    cloud.emulator.settle();
    return [cloud, String(SnapshotId)];
  }

  it('has the size of the snapshot if none or a smaller one is asked for', async () => {
    const [cloud, SnapshotId] = await withSnapshot({ uploadMs: 0 }, { Size: 50 });
    expect(await create(cloud, { SnapshotId, Size: undefined })).to.include({
      Size: 50,
      SourceSnapshotId: SnapshotId,
    });
    expect(await create(cloud, { SnapshotId, Size: 20 })).to.include({ Size: 50 });
    expect(await create(cloud, { SnapshotId, Size: 60 })).to.include({ Size: 60 });
  });

  it('refuses a smaller size when the settings say so', async () => {
    const [cloud, SnapshotId] = await withSnapshot(
      { uploadMs: 0, smallerThanSnapshot: 'refuse' },
      { Size: 50 },
    );
    expect(await cloud.code('CreateDisk', { ...newDisk, SnapshotId, Size: 49 })).to.equal(
      'InvalidDiskSize.TooSmall',
    );
  });

  it('works for the ESSD family as soon as the snapshot is available, for others once it is accomplished', async () => {
    const [cloud, SnapshotId] = await withSnapshot({ uploadMs: 1000 }, {});
    expect(await cloud.code('CreateDisk', { ...newDisk, SnapshotId, DiskCategory: 'cloud_auto' })).to.equal(
      'OK',
    );
    const ssd = { ...newDisk, SnapshotId, DiskCategory: 'cloud_ssd' };
    expect(await cloud.code('CreateDisk', ssd)).to.equal('InvalidSnapshot.NotReady');
    cloud.advance(1000);
    expect(await cloud.code('CreateDisk', ssd)).to.equal('OK');
  });

  it('refuses a snapshot that is not cut yet', async () => {
    const [cloud, SnapshotId] = await withSnapshot({ cutMs: 1000 }, {});
    expect(await cloud.code('CreateDisk', { ...newDisk, SnapshotId })).to.equal('InvalidSnapshot.NotReady');
  });

  it('is not possible for elastic ephemeral disks', async () => {
    const [cloud, SnapshotId] = await withSnapshot({}, {});
    const ephemeral = { ...newDisk, SnapshotId, DiskCategory: 'elastic_ephemeral_disk_standard', Size: 64 };
    expect(await cloud.code('CreateDisk', ephemeral)).to.equal(
      'InvalidOperation.CreateFromSnapshotUnsupported',
    );
  });

  it('inherits encryption and cannot do without it', async () => {
    const [cloud, SnapshotId] = await withSnapshot({ uploadMs: 0 }, { Encrypted: true, KMSKeyId: 'k1' });
    expect(await create(cloud, { SnapshotId })).to.include({ Encrypted: true, KMSKeyId: 'k1' });
    expect(await cloud.code('CreateDisk', { ...newDisk, SnapshotId, Encrypted: false })).to.equal(
      'InvalidParameter.Encrypted',
    );
  });
});
