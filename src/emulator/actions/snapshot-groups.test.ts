import { expect } from 'chai';

import {
  at,
  listAt,
  newDisk,
  testCloud,
  type Body,
  type Parameters,
  type TestCloud,
} from '../test-kit.test.ts';

const region = { RegionId: 'cn-hangzhou' };

async function groupOf(
  cloud: TestCloud,
  disks: readonly string[],
  parameters: Parameters = {},
): Promise<string> {
  const ids = Object.fromEntries(disks.map((id, index) => [`DiskId.${index + 1}`, id]));
  return String(
    (await cloud.ok('CreateSnapshotGroup', { ...region, ...ids, ...parameters }))['SnapshotGroupId'],
  );
}

async function groupNow(cloud: TestCloud, id: string): Promise<unknown> {
  return at(
    await cloud.ok('DescribeSnapshotGroups', { ...region, 'SnapshotGroupId.1': id }),
    'SnapshotGroups.SnapshotGroup.0',
  );
}

describe('CreateSnapshotGroup', () => {
  it('makes one snapshot of each disk, which tell their group in the description', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const disks = [await cloud.usedDisk(), await cloud.usedDisk({ DiskCategory: 'cloud_auto' })];
    const id = await groupOf(cloud, disks, { Name: 'group', 'Tag.1.Key': 'k', 'Tag.1.Value': 'v' });
    expect(id).to.match(/^ssg-bp1[a-z0-9]{17}$/);
    const group = await groupNow(cloud, id);
    expect(group).to.deep.include({
      Name: 'group',
      Status: 'progressing',
      InstanceId: '',
      Tags: { Tag: [{ Key: 'k', Value: 'v' }] },
    });
    const members = listAt(group, 'Snapshots.Snapshot');
    expect(members.map((member) => at(member, 'SourceDiskId'))).to.deep.equal(disks);
    expect(members[0])
      .to.include({ Available: true, Progress: '0%' })
      .and.not.have.any.keys('Status', 'CreationTime');
    const snapshots = listAt(await cloud.ok('DescribeSnapshots', region), 'Snapshots.Snapshot');
    expect(snapshots.map((one) => at(one, 'Description'))).to.deep.equal([
      `Created_from_${id}`,
      `Created_from_${id}`,
    ]);
    cloud.advance(1000);
    expect(await groupNow(cloud, id)).to.include({ Status: 'accomplished' });
  });

  it('fails when one of its members fails', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const disks = [await cloud.usedDisk(), await cloud.usedDisk()];
    const effect = { type: 'snapshot', outcome: 'failed', diskId: disks[1] ?? '' } as const;
    const always = { skip: 0, times: 0, match: {}, tags: {} };
    cloud.emulator.faults.add({ id: 'f', action: '*', when: 'before', effect, ...always });
    const id = await groupOf(cloud, disks);
    cloud.advance(1000);
    const group = await groupNow(cloud, id);
    expect(group).to.include({ Status: 'failed' });
    expect(listAt(group, 'Snapshots.Snapshot').map((one) => at(one, 'Available'))).to.deep.equal([
      true,
      false,
    ]);
  });

  it('marks its members by name or both when the settings say so, and can pass its tags on', async () => {
    const cloud = testCloud({ groupMark: 'both', groupTagsOnMembers: true });
    const id = await groupOf(cloud, [await cloud.usedDisk()], { 'Tag.1.Key': 'k' });
    const snapshot = at(await cloud.ok('DescribeSnapshots', region), 'Snapshots.Snapshot.0');
    expect(snapshot).to.include({ SnapshotName: `Created_from_${id}`, Description: `Created_from_${id}` });
    expect(listAt(snapshot, 'Tags.Tag').map((tag) => at(tag, 'TagKey'))).to.deep.equal([
      'acs:ecs:createFrom',
      'k',
    ]);
  });

  it('takes the disks of an instance, all, some or all but some', async () => {
    const cloud = testCloud();
    const InstanceId = cloud.emulator.state.instances.all()[0]?.id;
    const disks = [await cloud.usedDisk(), await cloud.usedDisk()];
    for (const DiskId of disks) {
      await cloud.ok('AttachDisk', { DiskId, InstanceId });
    }
    const membersOf = async (parameters: Parameters): Promise<unknown[]> => {
      const group = await groupNow(cloud, await groupOf(cloud, [], { InstanceId, ...parameters }));
      expect(group).to.include({ InstanceId });
      return listAt(group, 'Snapshots.Snapshot').map((member) => at(member, 'SourceDiskId'));
    };
    expect(await membersOf({})).to.deep.equal(disks);
    expect(await membersOf({ 'ExcludeDiskId.1': disks[0] })).to.deep.equal([disks[1]]);
    expect(await membersOf({ 'DiskId.1': disks[0] })).to.deep.equal([disks[0]]);
    const stranger = await cloud.usedDisk();
    expect(await cloud.code('CreateSnapshotGroup', { ...region, InstanceId, 'DiskId.1': stranger })).to.equal(
      'InvalidDiskId.NotFound',
    );
    const all = { 'ExcludeDiskId.1': disks[0], 'ExcludeDiskId.2': disks[1] };
    expect(await cloud.code('CreateSnapshotGroup', { ...region, InstanceId, ...all })).to.equal(
      'InvalidInstance.NoDisk',
    );
  });

  it('refuses disks that cannot be together, and then makes nothing', async () => {
    const cloud = testCloud({ groupDisks: 2, groupCapacityGiB: 100 });
    const a = await cloud.usedDisk();
    const refused = async (code: string, ...others: string[]): Promise<void> => {
      const ids = Object.fromEntries([a, ...others].map((id, index) => [`DiskId.${index + 1}`, id]));
      expect(await cloud.code('CreateSnapshotGroup', { ...region, ...ids })).to.equal(code);
      expect(cloud.emulator.state.snapshots.size + cloud.emulator.state.groups.size).to.equal(0);
    };
    await refused('InvalidDiskIds.NotInSameZone', await cloud.usedDisk({ ZoneId: 'cn-hangzhou-i' }));
    await refused('DiskCategory.OperationNotSupported', await cloud.usedDisk({ DiskCategory: 'cloud_ssd' }));
    await refused('InvalidOperation.MultiAttachDisk', await cloud.usedDisk({ MultiAttach: 'Enabled' }));
    await refused('NumberExceed.TooManyDisks', await cloud.usedDisk(), await cloud.usedDisk());
    await refused('CapacityExceed.TooManyDisks', await cloud.usedDisk({ Size: 81 }));
    await refused('InvalidDiskId.NotFound', 'd-x');
    await refused('InvalidParameter.DiskId', a);
    const neverAttached = String((await cloud.ok('CreateDisk', newDisk))['DiskId']);
    await refused('IncorrectDiskStatus.NeverAttached', neverAttached);
  });

  it('takes disks up to the very limits', async () => {
    const cloud = testCloud({ groupDisks: 2, groupCapacityGiB: 40 });
    const disks = { 'DiskId.1': await cloud.usedDisk(), 'DiskId.2': await cloud.usedDisk() };
    expect(await cloud.code('CreateSnapshotGroup', { ...region, ...disks })).to.equal('OK');
  });

  it('refuses a mix of regional and zonal disks where regional ones are allowed at all', async () => {
    const cloud = testCloud({ groupCategories: ['cloud_essd', 'cloud_regional_disk_auto'] });
    const regional = await cloud.usedDisk({ DiskCategory: 'cloud_regional_disk_auto', ZoneId: undefined });
    const zonal = await cloud.usedDisk();
    expect(
      await cloud.code('CreateSnapshotGroup', { ...region, 'DiskId.1': regional, 'DiskId.2': zonal }),
    ).to.equal('InvalidDisk.DiskCategoryInconsistent');
  });

  it('has no retention days and needs disks', async () => {
    const cloud = testCloud();
    const disk = { 'DiskId.1': await cloud.usedDisk() };
    expect(await cloud.code('CreateSnapshotGroup', { ...region, ...disk, RetentionDays: 1 })).to.equal(
      'InvalidParameter',
    );
    expect(await cloud.code('CreateSnapshotGroup', region)).to.equal('MissingParamter.InstanceId');
    expect(
      await cloud.code('CreateSnapshotGroup', { ...region, ...disk, 'ExcludeDiskId.1': 'd-x' }),
    ).to.equal('InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict');
    expect(await cloud.code('CreateSnapshotGroup', { ...region, ...disk, Name: '-' })).to.equal(
      'InvalidParameter.Name',
    );
  });

  it('counts against the concurrent snapshots of a disk', async () => {
    const cloud = testCloud({ concurrentSnapshotsPerDisk: 1 });
    const DiskId = await cloud.usedDisk();
    await cloud.ok('CreateSnapshot', { DiskId });
    expect(await cloud.code('CreateSnapshotGroup', { ...region, 'DiskId.1': DiskId })).to.equal(
      'IncorrectDiskStatus.TooManyCreatingSnapshots',
    );
  });
});

describe('DescribeSnapshotGroups', () => {
  it('filters by name, status and tag, and is empty for an unknown id', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const disk = await cloud.usedDisk();
    const one = await groupOf(cloud, [disk], { Name: 'one', 'Tag.1.Key': 'k' });
    cloud.advance(1000);
    const two = await groupOf(cloud, [disk], { Name: 'two' });
    const found = async (filter: Parameters): Promise<unknown[]> =>
      listAt(
        await cloud.ok('DescribeSnapshotGroups', { ...region, ...filter }),
        'SnapshotGroups.SnapshotGroup',
      ).map((group) => at(group, 'SnapshotGroupId'));
    expect(await found({})).to.deep.equal([two, one]);
    expect(await found({ Name: 'one' })).to.deep.equal([one]);
    expect(await found({ 'Status.1': 'accomplished' })).to.deep.equal([one]);
    expect(await found({ 'Status.1': 'progressing', 'Status.2': 'accomplished' })).to.deep.equal([two, one]);
    expect(await found({ 'Tag.1.Key': 'k' })).to.deep.equal([one]);
    expect(await found({ 'SnapshotGroupId.1': 'ssg-x' })).to.deep.equal([]);
    expect(await cloud.code('DescribeSnapshotGroups', { ...region, 'Status.1': 'done' })).to.equal(
      'InvalidStatus.ValueNotSupported',
    );
  });

  it('pages', async () => {
    const cloud = testCloud();
    const disk = await cloud.usedDisk();
    const ids = [await groupOf(cloud, [disk]), await groupOf(cloud, [disk]), await groupOf(cloud, [disk])];
    const first = await cloud.ok('DescribeSnapshotGroups', { ...region, MaxResults: 2 });
    const rest = { ...region, MaxResults: 2, NextToken: String(first['NextToken']) };
    const second = await cloud.ok('DescribeSnapshotGroups', rest);
    const idsIn = (body: Body): unknown[] =>
      listAt(body, 'SnapshotGroups.SnapshotGroup').map((group) => at(group, 'SnapshotGroupId'));
    expect([...idsIn(first), ...idsIn(second)]).to.deep.equal(ids.toReversed());
    expect(second).to.include({ NextToken: '' }).and.not.have.property('TotalCount');
  });
});

describe('DeleteSnapshotGroup', () => {
  async function withGroup(settings: Body = {}): Promise<[TestCloud, string, string[]]> {
    const cloud = testCloud({ uploadMs: 0, ...settings });
    const id = await groupOf(cloud, [await cloud.usedDisk(), await cloud.usedDisk()]);
    cloud.emulator.settle();
    return [cloud, id, [...(cloud.emulator.state.groups.get(id)?.snapshotIds ?? [])]];
  }

  function results(body: Body): unknown[] {
    return listAt(body, 'OperationProgressSet.OperationProgress').map((one) => [
      at(one, 'OperationStatus'),
      at(one, 'ErrorCode'),
      at(one, 'RelatedItemSet.RelatedItem.0.Value'),
    ]);
  }

  it('takes its members with it and tells so for each', async () => {
    const [cloud, id, [one, two]] = await withGroup();
    const body = await cloud.ok('DeleteSnapshotGroup', { ...region, SnapshotGroupId: id });
    expect(results(body)).to.deep.equal([
      ['Success', '', one],
      ['Success', '', two],
    ]);
    expect(cloud.emulator.state.snapshots.size + cloud.emulator.state.groups.size).to.equal(0);
  });

  it('succeeds as a whole though a member of an image stays, and then still knows the group', async () => {
    const [cloud, id, [one, two]] = await withGroup();
    cloud.emulator.state.snapshots.update(two ?? '', { isUsedByImage: true });
    const body = await cloud.ok('DeleteSnapshotGroup', { ...region, SnapshotGroupId: id });
    expect(results(body)).to.deep.equal([
      ['Success', '', one],
      ['Failed', 'SnapshotCreatedImage', two],
    ]);
    expect(cloud.emulator.state.groups.get(id)?.snapshotIds).to.deep.equal([two]);
  });

  it('deletes or keeps members that disks were made from, as the settings say', async () => {
    for (const [setting, left] of [
      ['delete', 0],
      ['keep', 1],
    ] as const) {
      const [cloud, id, [one]] = await withGroup({ deleteGroupWithUsedMembers: setting });
      await cloud.ok('CreateDisk', { ...newDisk, SnapshotId: one });
      await cloud.ok('DeleteSnapshotGroup', { ...region, SnapshotGroupId: id });
      expect(cloud.emulator.state.snapshots.size, setting).to.equal(left);
    }
  });

  it('answers for a missing group what the settings say', async () => {
    const cloud = testCloud();
    const missing = { ...region, SnapshotGroupId: 'ssg-x' };
    expect(await cloud.code('DeleteSnapshotGroup', missing)).to.equal('InvalidSnapshotId.NotFound');
    cloud.emulator.changeSettings({ deleteMissingGroup: 'ignore' });
    expect(await cloud.code('DeleteSnapshotGroup', missing)).to.equal('OK');
  });

  it('is not needed when the last member is deleted alone', async () => {
    const [cloud, id, members] = await withGroup();
    for (const SnapshotId of members) {
      await cloud.ok('DeleteSnapshot', { SnapshotId });
    }
    expect(await groupNow(cloud, id)).to.equal(undefined);
  });
});
