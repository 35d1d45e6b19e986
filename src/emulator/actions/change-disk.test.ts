import { expect } from 'chai';

import { at, testCloud, type Body, type Parameters, type TestCloud } from '../test-kit.test.ts';

const region = { RegionId: 'cn-hangzhou' };

async function diskNow(cloud: TestCloud, id: string): Promise<Body> {
  const body = await cloud.ok('DescribeDisks', { ...region, DiskIds: JSON.stringify([id]) });
  return at(body, 'Disks.Disk.0') as Body;
}

describe('DeleteDisk', () => {
  it('ignores a disk that is not there, unless the settings say otherwise', async () => {
    const cloud = testCloud();
    const DiskId = 'd-bp1aaaaaaaaaaaaaaaaa';
    expect(await cloud.code('DeleteDisk', { DiskId })).to.equal('OK');
    cloud.emulator.changeSettings({ deleteMissing: 'refuse' });
    expect(await cloud.code('DeleteDisk', { DiskId })).to.equal('InvalidDiskId.NotFound');
  });

  it('refuses an attached disk', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    const InstanceId = cloud.emulator.state.instances.all()[0]?.id;
    await cloud.ok('AttachDisk', { DiskId, InstanceId });
    expect(await cloud.code('DeleteDisk', { DiskId })).to.equal('DiskStillAttached');
  });

  it('refuses a disk on its way to or from an instance', async () => {
    const cloud = testCloud({ attachMs: 1000 });
    const DiskId = await cloud.usedDisk();
    await cloud.ok('AttachDisk', { DiskId, InstanceId: cloud.emulator.state.instances.all()[0]?.id });
    expect(await cloud.code('DeleteDisk', { DiskId })).to.equal('IncorrectDiskStatus');
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30 })).to.equal('IncorrectDiskStatus');
    expect(await cloud.code('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_auto' })).to.equal(
      'IncorrectDiskStatus',
    );
  });

  it('waits for a snapshot to be available, and for the whole upload where the settings or the category say so', async () => {
    const cloud = testCloud({ cutMs: 1000, uploadMs: 1000 });
    const instant = await cloud.usedDisk();
    const plain = await cloud.usedDisk({ DiskCategory: 'cloud_ssd' });
    await cloud.ok('CreateSnapshot', { DiskId: instant });
    await cloud.ok('CreateSnapshot', { DiskId: plain });
    expect(await cloud.code('DeleteDisk', { DiskId: instant })).to.equal('DiskCreatingSnapshot');
    cloud.advance(1000);
    expect(await cloud.code('DeleteDisk', { DiskId: plain })).to.equal('DiskCreatingSnapshot');
    cloud.emulator.changeSettings({ deleteDuringUpload: 'refuse' });
    expect(await cloud.code('DeleteDisk', { DiskId: instant })).to.equal('DiskCreatingSnapshot');
    cloud.emulator.changeSettings({ deleteDuringUpload: 'allow' });
    expect(await cloud.code('DeleteDisk', { DiskId: instant })).to.equal('OK');
    cloud.advance(1000);
    expect(await cloud.code('DeleteDisk', { DiskId: plain })).to.equal('OK');
  });
});

describe('ResizeDisk', () => {
  it('makes a disk larger, never smaller or the same', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    await cloud.ok('ResizeDisk', { DiskId, NewSize: 21 });
    expect(await diskNow(cloud, DiskId)).to.include({ Size: 21 });
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 21 })).to.equal('InvalidDiskSize.TooSmall');
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 65_537 })).to.equal('InvalidDiskSize.TooLarge');
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: '21G' })).to.equal('InvalidDiskSize');
    expect(await cloud.code('ResizeDisk', { DiskId: 'd-x', NewSize: 21 })).to.equal('InvalidDiskId.NotFound');
  });

  it('goes up to the limit of the category', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 65_536 })).to.equal('OK');
  });

  it('is refused while the specification is being changed', async () => {
    const cloud = testCloud({ modifySpecMs: 1000 });
    const DiskId = await cloud.usedDisk();
    await cloud.ok('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_auto' });
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 30 })).to.equal('InvalidStatus.DiskNotReady');
  });

  it('is refused until the last snapshot is accomplished, unless the settings allow it', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const DiskId = await cloud.usedDisk();
    await cloud.ok('CreateSnapshot', { DiskId });
    cloud.advance(999);
    const { status, body } = await cloud.call('ResizeDisk', { DiskId, NewSize: 21 });
    expect([status, body['Code']]).to.deep.equal([403, 'DiskCreatingSnapshot']);
    cloud.emulator.changeSettings({ resizeDuringUpload: 'allow' });
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 21 })).to.equal('OK');
    cloud.emulator.changeSettings({ resizeDuringUpload: 'refuse' });
    cloud.advance(1);
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 22 })).to.equal('OK');
  });

  it('online needs a running instance and a category that can do it', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    const instance = cloud.emulator.state.instances.all()[0];
    await cloud.ok('AttachDisk', { DiskId, InstanceId: instance?.id });
    cloud.emulator.state.instances.update(instance?.id ?? '', { status: 'Stopped' });
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 21, Type: 'online' })).to.equal(
      'InvalidInstanceStatus.NotRunning',
    );
    cloud.emulator.state.instances.update(instance?.id ?? '', { status: 'Running' });
    expect(await cloud.code('ResizeDisk', { DiskId, NewSize: 21, Type: 'online' })).to.equal('OK');
    const old = await cloud.usedDisk({ DiskCategory: 'cloud', ZoneId: 'cn-hangzhou-i' });
    expect(await cloud.code('ResizeDisk', { DiskId: old, NewSize: 21, Type: 'online' })).to.equal(
      'InvalidDiskSize.NotSupportResizeOnline',
    );
  });
});

describe('ModifyDiskAttribute', () => {
  it('changes several disks at once, or none', async () => {
    const cloud = testCloud();
    const one = await cloud.usedDisk();
    const two = await cloud.usedDisk();
    await cloud.ok('ModifyDiskAttribute', {
      'DiskIds.1': one,
      'DiskIds.2': two,
      DiskName: 'new-name',
      Description: '',
    });
    expect(await diskNow(cloud, two)).to.include({ DiskName: 'new-name', Description: '' });
    const missing = { 'DiskIds.1': one, 'DiskIds.2': 'd-x', DiskName: 'other' };
    expect(await cloud.code('ModifyDiskAttribute', missing)).to.equal('InvalidDiskId.NotFound');
    expect(await diskNow(cloud, one)).to.include({ DiskName: 'new-name' });
  });

  it('needs a disk and something to change', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    expect(await cloud.code('ModifyDiskAttribute', { DiskName: 'name' })).to.equal('MissingParameter.DiskId');
    expect(await cloud.code('ModifyDiskAttribute', { DiskId })).to.equal('NoAttributeToModify');
    const both = { DiskId, 'DiskIds.1': DiskId, DiskName: 'name' };
    expect(await cloud.code('ModifyDiskAttribute', both)).to.equal('InvalidParameter.DiskIds');
  });

  it('switches burst on and off for cloud_auto only', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ DiskCategory: 'cloud_auto' });
    await cloud.ok('ModifyDiskAttribute', { DiskId, BurstingEnabled: true });
    expect(await diskNow(cloud, DiskId)).to.include({ BurstingEnabled: true });
    const essd = await cloud.usedDisk();
    expect(await cloud.code('ModifyDiskAttribute', { DiskId: essd, BurstingEnabled: false })).to.equal(
      'BurstingEnabledForDiskCategoryUnsupported',
    );
  });
});

describe('ModifyDiskAttribute on performance burst', () => {
  it('is refused for multi-attach disks and while the specification is being changed', async () => {
    const cloud = testCloud({ modifySpecMs: 1000 });
    const shared = await cloud.usedDisk({ DiskCategory: 'cloud_auto', MultiAttach: 'Enabled' });
    expect(await cloud.code('ModifyDiskAttribute', { DiskId: shared, BurstingEnabled: true })).to.equal(
      'BurstingEnabledForMultiAttachDiskUnsupported',
    );
    const DiskId = await cloud.usedDisk({ DiskCategory: 'cloud_auto' });
    await cloud.ok('ModifyDiskSpec', { DiskId, ProvisionedIops: 10 });
    expect(await cloud.code('ModifyDiskAttribute', { DiskId, BurstingEnabled: true })).to.equal(
      'BurstingEnabledForModifyingDiskUnsupported',
    );
    cloud.advance(1000);
    expect(await cloud.code('ModifyDiskAttribute', { DiskId, BurstingEnabled: true })).to.equal('OK');
  });

  it('is lost when the disk becomes one without it', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ DiskCategory: 'cloud_auto', BurstingEnabled: true });
    await cloud.ok('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_essd' });
    expect(await diskNow(cloud, DiskId)).to.include({ BurstingEnabled: false, PerformanceLevel: 'PL1' });
  });
});

describe('ModifyDiskSpec', () => {
  it('changes the category by a task that takes its time', async () => {
    const cloud = testCloud({ modifySpecMs: 1000 });
    const DiskId = await cloud.usedDisk();
    const { TaskId } = await cloud.ok('ModifyDiskSpec', {
      DiskId,
      DiskCategory: 'cloud_auto',
      ProvisionedIops: 50,
    });
    const task = async (): Promise<unknown> =>
      at(await cloud.ok('DescribeTasks', { ...region, TaskIds: String(TaskId) }), 'TaskSet.Task.0');
    expect(await task()).to.include({ TaskStatus: 'Processing', ResourceId: DiskId, FinishedTime: '' });
    expect(await diskNow(cloud, DiskId)).to.include({ Category: 'cloud_essd' });
    expect(await cloud.code('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_ssd' })).to.equal(
      'InvalidStatus.DiskNotReady',
    );
    cloud.advance(1000);
    expect(await task()).to.include({ TaskStatus: 'Finished', FinishedTime: '2026-11-22T10:00:01Z' });
    expect(await diskNow(cloud, DiskId)).to.include({
      Category: 'cloud_auto',
      PerformanceLevel: '',
      ProvisionedIops: 50,
    });
  });

  it('tells no task for a performance level alone, unless the settings say so', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ Size: 500 });
    expect(await cloud.ok('ModifyDiskSpec', { DiskId, PerformanceLevel: 'PL2' })).to.have.all.keys(
      'RequestId',
    );
    expect(await diskNow(cloud, DiskId)).to.include({ PerformanceLevel: 'PL2' });
    cloud.emulator.changeSettings({ taskIdForLevelChange: true });
    expect(await cloud.ok('ModifyDiskSpec', { DiskId, PerformanceLevel: 'PL1' })).to.have.property('TaskId');
  });

  it('tells a dry run that would have worked by an error, and does nothing', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    const wish = { DiskId, DiskCategory: 'cloud_auto', DryRun: true };
    expect(await cloud.code('ModifyDiskSpec', wish)).to.equal('DryRunOperation');
    expect(await cloud.code('ModifyDiskSpec', { ...wish, DiskCategory: 'cloud_x' })).not.to.equal(
      'DryRunOperation',
    );
    expect(cloud.emulator.state.tasks.size).to.equal(0);
  });

  const refused: readonly (readonly [string, Parameters, string])[] = [
    ['what the disk already is', { PerformanceLevel: 'PL1' }, 'NoChangeInDiskCategoryAndPerformanceLevel'],
    ['the way down to PL0', { PerformanceLevel: 'PL0' }, 'InvalidPerformanceLevel.TooLow'],
    [
      'a level that needs a larger disk',
      { PerformanceLevel: 'PL3' },
      'OperationDenied.PerformanceLevelNotMatch',
    ],
    [
      'a level for another category',
      { DiskCategory: 'cloud_auto', PerformanceLevel: 'PL1' },
      'InvalidPerformanceLevelParam.Mismatch',
    ],
    [
      'the way to a regional disk',
      { DiskCategory: 'cloud_regional_disk_auto' },
      'InvalidDiskCategory.NotSupported',
    ],
    ['an unknown category', { DiskCategory: 'cloud_x' }, 'InvalidDiskCategory.ValueNotSupported'],
    ['a sold out category', { DiskCategory: 'cloud_ssd' }, 'OperationDenied.NoStock'],
    [
      'too many IOPS',
      { DiskCategory: 'cloud_auto', ProvisionedIops: 50_000 },
      'InvalidProvisionedIops.LimitExceed',
    ],
    ['IOPS for a category without', { ProvisionedIops: 5 }, 'ProvisionedIopsForDiskCategoryUnsupported'],
  ];
  for (const [what, parameters, code] of refused) {
    it(`refuses ${what}`, async () => {
      const cloud = testCloud({ soldOut: ['cn-hangzhou-h/cloud_ssd'] });
      expect(await cloud.code('ModifyDiskSpec', { DiskId: await cloud.usedDisk(), ...parameters })).to.equal(
        code,
      );
    });
  }

  it('refuses a category that does not take the size, the zone or the instance', async () => {
    const cloud = testCloud();
    const spec = async (disk: Parameters, DiskCategory: string): Promise<string> =>
      cloud.code('ModifyDiskSpec', { DiskId: await cloud.usedDisk(disk), DiskCategory });
    expect(await spec({ Size: 19, PerformanceLevel: 'PL0' }, 'cloud_ssd')).to.equal(
      'InvalidDiskCategory.NotSupported',
    );
    expect(await spec({ Size: 32_769 }, 'cloud_ssd')).to.equal('InvalidDiskCategory.NotSupported');
    expect(await spec({ Size: 32_768 }, 'cloud_ssd')).to.equal('OK');
    expect(await spec({ ZoneId: 'cn-hangzhou-k' }, 'cloud_ssd')).to.equal('InvalidDiskCategory.NotSupported');
    const entry = { DiskCategory: 'cloud_essd_entry' };
    expect(await spec(entry, 'cloud_efficiency')).to.equal('InvalidDiskCategory.NotSupported');
    expect(await spec(entry, 'cloud_auto')).to.equal('OK');
    const DiskId = await cloud.usedDisk();
    const instance = cloud.emulator.state.instances.all()[0];
    cloud.emulator.state.instances.update(instance?.id ?? '', { instanceType: 'ecs.g8i.xlarge' });
    await cloud.ok('AttachDisk', { DiskId, InstanceId: instance?.id });
    expect(await cloud.code('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_ssd' })).to.equal(
      'InvalidInstanceType.NotSupportDiskCategory',
    );
  });

  it('is refused during an upload and for multi-attach disks', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    await cloud.ok('CreateSnapshot', { DiskId });
    expect(await cloud.code('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_auto' })).to.equal(
      'DiskCreatingSnapshot',
    );
    const shared = await cloud.usedDisk({ MultiAttach: 'Enabled' });
    expect(await cloud.code('ModifyDiskSpec', { DiskId: shared, DiskCategory: 'cloud_auto' })).to.equal(
      'InvalidOperation.MultiAttachDisk',
    );
  });
});

describe('DescribeTasks', () => {
  it('pages, filters by disk and status, and takes at most 100 ids', async () => {
    const cloud = testCloud();
    const disks = [await cloud.usedDisk(), await cloud.usedDisk()];
    for (const DiskId of disks) {
      await cloud.ok('ModifyDiskSpec', { DiskId, DiskCategory: 'cloud_auto' });
    }
    const found = async (filter: Parameters): Promise<unknown> =>
      at(await cloud.ok('DescribeTasks', { ...region, ...filter }), 'TaskSet.Task.length');
    expect(await found({})).to.equal(2);
    expect(await found({ PageSize: 1, PageNumber: 2 })).to.equal(1);
    expect(await found({ PageSize: 1, PageNumber: 3 })).to.equal(0);
    expect(await found({ 'ResourceIds.1': disks[0] })).to.equal(1);
    expect(await found({ TaskStatus: 'Processing' })).to.equal(0);
    expect(await found({ TaskAction: 'ResizeDisk' })).to.equal(0);
    const ids = (count: number): string => Array.from({ length: count }, () => 't-x').join(',');
    expect(await found({ TaskIds: ids(100) })).to.equal(0);
    expect(await cloud.code('DescribeTasks', { ...region, TaskIds: ids(101) })).to.equal(
      'InvalidParameter.TaskIds',
    );
  });
});
