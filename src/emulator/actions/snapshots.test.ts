import { expect } from 'chai';

import { at, listAt, newDisk, testCloud, type Body, type TestCloud } from '../test-kit.test.ts';

const region = { RegionId: 'cn-hangzhou' };

async function snapshotOf(cloud: TestCloud, DiskId: string): Promise<string> {
  return String((await cloud.ok('CreateSnapshot', { DiskId }))['SnapshotId']);
}

function snapshotsIn(body: Body): unknown[] {
  return listAt(body, 'Snapshots.Snapshot').map((snapshot) => at(snapshot, 'SnapshotId'));
}

describe('CreateSnapshot', () => {
  it('needs a disk that was attached once and written to', async () => {
    const cloud = testCloud();
    const DiskId = String((await cloud.ok('CreateDisk', newDisk))['DiskId']);
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('IncorrectDiskStatus.NeverAttached');
    await cloud.ok('AttachDisk', { DiskId, InstanceId: cloud.emulator.state.instances.all()[0]?.id });
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('IncorrectDiskStatus.NeverUsed');
    cloud.emulator.state.disks.update(DiskId, { wasUsed: true });
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('OK');
  });

  it('takes any disk when the settings say so', async () => {
    const cloud = testCloud({ allowNeverAttachedSnapshots: true });
    const DiskId = String((await cloud.ok('CreateDisk', newDisk))['DiskId']);
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('OK');
  });

  it('refuses a disk on its way, an instance on its way and categories without snapshots', async () => {
    const cloud = testCloud({ attachMs: 1000 });
    const DiskId = await cloud.usedDisk();
    const instance = cloud.emulator.state.instances.all()[0];
    await cloud.ok('AttachDisk', { DiskId, InstanceId: instance?.id });
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('IncorrectDiskStatus');
    cloud.advance(1000);
    cloud.emulator.state.instances.update(instance?.id ?? '', { status: 'Stopping' });
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('IncorrectInstanceStatus');
    const ephemeral = await cloud.usedDisk({ DiskCategory: 'elastic_ephemeral_disk_standard', Size: 64 });
    expect(await cloud.code('CreateSnapshot', { DiskId: ephemeral })).to.equal(
      'DiskCategory.OperationNotSupported',
    );
    expect(await cloud.code('CreateSnapshot', { DiskId: 'd-x' })).to.equal('InvalidDiskId.NotFound');
  });

  it('has quotas for all and for unfinished snapshots of a disk', async () => {
    const cloud = testCloud({ snapshotsPerDisk: 3, concurrentSnapshotsPerDisk: 2, uploadMs: 1000 });
    const DiskId = await cloud.usedDisk();
    await snapshotOf(cloud, DiskId);
    await snapshotOf(cloud, DiskId);
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('QuotaExceed.ConcurrentSnapshotQuota');
    cloud.advance(1000);
    await snapshotOf(cloud, DiskId);
    cloud.advance(1000);
    expect(await cloud.code('CreateSnapshot', { DiskId })).to.equal('QuotaExceed.Snapshot');
    expect(await cloud.code('CreateSnapshot', { DiskId: await cloud.usedDisk() })).to.equal('OK');
  });

  for (const [what, parameters, code] of [
    ['a name that starts with auto', { SnapshotName: 'auto1' }, 'InvalidSnapshotName.Malformed'],
    ['no retention days', { RetentionDays: 0 }, 'InvalidRetentionDays.Malformed'],
    ['too many retention days', { RetentionDays: 65_537 }, 'InvalidRetentionDays.Malformed'],
    ['a tag of the system', { 'Tag.1.Key': 'acs:x' }, 'InvalidTagKey.Malformed'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const cloud = testCloud();
      const DiskId = await cloud.usedDisk();
      expect(await cloud.code('CreateSnapshot', { DiskId, ...parameters })).to.equal(code);
    });
  }

  it('shows what was asked for, in the types of ECS', async () => {
    const cloud = testCloud({ uploadMs: 0 });
    const DiskId = await cloud.usedDisk();
    const parameters = { DiskId, SnapshotName: 'snap', Description: 'of a test', RetentionDays: 7 };
    await cloud.ok('CreateSnapshot', { ...parameters, 'Tag.1.Key': 'k', 'Tag.1.Value': 'v' });
    const body = await cloud.ok('DescribeSnapshots', region);
    expect(at(body, 'Snapshots.Snapshot.0')).to.deep.include({
      SnapshotName: 'snap',
      Description: 'of a test',
      RetentionDays: 7,
      SourceDiskId: DiskId,
      SourceDiskSize: '20',
      SourceDiskType: 'data',
      Status: 'accomplished',
      Progress: '100%',
      Available: true,
      CreationTime: '2026-11-22T10:00:00Z',
      Tags: { Tag: [{ TagKey: 'k', TagValue: 'v' }] },
    });
  });
});

describe('DeleteSnapshot', () => {
  it('cancels a snapshot that is being made, after which the disk can be resized', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const DiskId = await cloud.usedDisk();
    const SnapshotId = await snapshotOf(cloud, DiskId);
    await cloud.ok('DeleteSnapshot', { SnapshotId });
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30 })).to.equal('OK');
    cloud.advance(5000);
    expect(listAt(await cloud.ok('DescribeSnapshots', region), 'Snapshots.Snapshot')).to.have.length(0);
  });

  it('needs Force for a snapshot that disks were made from, and no force helps against an image', async () => {
    const cloud = testCloud({ uploadMs: 0 });
    const SnapshotId = await snapshotOf(cloud, await cloud.usedDisk());
    await cloud.ok('CreateDisk', { ...newDisk, SnapshotId });
    expect(await cloud.code('DeleteSnapshot', { SnapshotId })).to.equal('SnapshotCreatedDisk');
    cloud.emulator.state.snapshots.update(SnapshotId, { isUsedByImage: true });
    expect(await cloud.code('DeleteSnapshot', { SnapshotId, Force: true })).to.equal('SnapshotCreatedImage');
    cloud.emulator.state.snapshots.update(SnapshotId, { isUsedByImage: false });
    expect(await cloud.code('DeleteSnapshot', { SnapshotId, Force: true })).to.equal('OK');
  });

  it('ignores a snapshot that is not there, unless the settings say otherwise', async () => {
    const cloud = testCloud();
    expect(await cloud.code('DeleteSnapshot', { SnapshotId: 's-x' })).to.equal('OK');
    cloud.emulator.changeSettings({ deleteMissing: 'refuse' });
    expect(await cloud.code('DeleteSnapshot', { SnapshotId: 's-x' })).to.equal('InvalidSnapshotId.NotFound');
  });
});

describe('DescribeSnapshots', () => {
  it('filters by disk, status, usage and time', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const one = await snapshotOf(cloud, await cloud.usedDisk());
    cloud.advance(60_000);
    const disk = await cloud.usedDisk();
    const two = await snapshotOf(cloud, disk);
    const found = async (filter: Record<string, string>): Promise<unknown[]> =>
      snapshotsIn(await cloud.ok('DescribeSnapshots', { ...region, ...filter }));
    expect(await found({})).to.deep.equal([two, one]);
    expect(await found({ DiskId: disk })).to.deep.equal([two]);
    expect(await found({ Status: 'accomplished' })).to.deep.equal([one]);
    expect(await found({ Status: 'all' })).to.deep.equal([two, one]);
    expect(await found({ SnapshotType: 'auto' })).to.deep.equal([]);
    expect(
      await found({ 'Filter.1.Key': 'CreationStartTime', 'Filter.1.Value': '2026-11-22T10:00:30Z' }),
    ).to.deep.equal([two]);
    await cloud.ok('CreateDisk', { ...newDisk, SnapshotId: one });
    expect(await found({ Usage: 'disk' })).to.deep.equal([one]);
    expect(await found({ Usage: 'none' })).to.deep.equal([two]);
  });

  it('refuses an unknown status or filter, and tells of a dry run', async () => {
    const cloud = testCloud();
    const code = (filter: Record<string, string>): Promise<string> =>
      cloud.code('DescribeSnapshots', { ...region, ...filter });
    expect(await code({ Status: 'done' })).to.equal('InvalidStatus.ValueNotSupported');
    expect(await code({ 'Filter.1.Key': 'Colour' })).to.equal('InvalidFilterKey.NotFound');
    expect(await code({ DryRun: 'true' })).to.equal('DryRunOperation');
  });
});
