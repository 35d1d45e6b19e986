import { expect } from 'chai';

import type { Instance } from '../state/entities.ts';
import { at, listAt, testCloud, type Parameters, type TestCloud } from '../test-kit.test.ts';

const zoneId = 'cn-hangzhou-h';

function addInstance(cloud: TestCloud, change: Partial<Instance> = {}): string {
  const { state } = cloud.emulator;
  const preset = state.instances.all().find((instance) => instance.zoneId === zoneId);
  if (preset === undefined) {
    throw new Error('no default instance');
  }
  const sequence = state.nextSequence();
  return state.instances.put({ ...preset, id: `i-${sequence}`, sequence, ...change }).id;
}

describe('AttachDisk', () => {
  const refused: readonly (readonly [string, Parameters, Partial<Instance>, string])[] = [
    ['an instance in another zone', {}, { zoneId: 'cn-hangzhou-i' }, 'ResourcesNotInSameZone'],
    ['an instance that is starting', {}, { status: 'Starting' }, 'IncorrectInstanceStatus'],
    [
      'an instance type without the category',
      { DiskCategory: 'cloud_auto' },
      { instanceType: 'ecs.c5.large' },
      'InvalidInstanceType.NotSupportDiskCategory',
    ],
    [
      'multi-attach without NVMe',
      { MultiAttach: 'Enabled' },
      { instanceType: 'ecs.g6.large' },
      'InvalidInstanceType.NvmeRequired',
    ],
    [
      'an ephemeral disk that is to stay',
      { DiskCategory: 'elastic_ephemeral_disk_standard', Size: 64 },
      {},
      'InvalidParameter.DeleteWithInstance',
    ],
  ];
  for (const [what, parameters, instance, code] of refused) {
    it(`refuses ${what}`, async () => {
      const cloud = testCloud();
      const DiskId = await cloud.usedDisk(parameters);
      expect(await cloud.code('AttachDisk', { DiskId, InstanceId: addInstance(cloud, instance) })).to.equal(
        code,
      );
    });
  }

  it('refuses what is not there', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: 'i-x' })).to.equal(
      'InvalidInstanceId.NotFound',
    );
    const InstanceId = addInstance(cloud);
    expect(await cloud.code('AttachDisk', { DiskId: 'd-x', InstanceId })).to.equal('InvalidDiskId.NotFound');
  });

  it('refuses a disk that is attached, here or elsewhere, or on its way', async () => {
    const cloud = testCloud({ attachMs: 1000, detachMs: 1000 });
    const DiskId = await cloud.usedDisk();
    const here = addInstance(cloud);
    const there = addInstance(cloud);
    await cloud.ok('AttachDisk', { DiskId, InstanceId: here });
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: there })).to.equal('IncorrectDiskStatus');
    cloud.advance(1000);
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: here })).to.equal('InvalidDisk.InUse');
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: there })).to.equal('InvalidDisk.InUse');
    await cloud.ok('DetachDisk', { DiskId, InstanceId: here });
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: there })).to.equal('IncorrectDiskStatus');
  });

  it('does one at a time on an instance, unless its tags allow more', async () => {
    const cloud = testCloud({ attachMs: 1000 });
    const attach = async (InstanceId: string): Promise<string> =>
      cloud.code('AttachDisk', { DiskId: await cloud.usedDisk(), InstanceId });
    const plain = addInstance(cloud);
    expect(await attach(plain)).to.equal('OK');
    expect(await attach(plain)).to.equal('OperationConflict.DisksAttachingParallellyExceed');
    cloud.advance(1000);
    expect(await attach(plain)).to.equal('OK');
    const tagged = addInstance(cloud, { tags: [{ key: 'supportConcurrencyAttach', value: 'true' }] });
    expect(await attach(tagged)).to.equal('OK');
    expect(await attach(tagged)).to.equal('OK');
  });

  it('gives each disk of an instance a device of its own, up to a limit that counts the system disk', async () => {
    const cloud = testCloud({ disksPerInstance: 3 });
    const InstanceId = addInstance(cloud);
    const disks = [await cloud.usedDisk(), await cloud.usedDisk(), await cloud.usedDisk()];
    const codes = [];
    for (const DiskId of disks) {
      codes.push(await cloud.code('AttachDisk', { DiskId, InstanceId }));
    }
    expect(codes).to.deep.equal(['OK', 'OK', 'InstanceDiskLimitExceeded']);
    const devices = cloud.emulator.state.disks.all().map(({ attachments }) => attachments[0]?.device);
    expect(devices).to.deep.equal(['/dev/xvdb', '/dev/xvdc', undefined]);
  });

  it('names devices beyond z with two letters', async () => {
    const cloud = testCloud({ disksPerInstance: 64 });
    const InstanceId = addInstance(cloud);
    for (let count = 0; count < 52; count += 1) {
      await cloud.ok('AttachDisk', { DiskId: await cloud.usedDisk(), InstanceId });
    }
    const devices = cloud.emulator.state.disks.all().map(({ attachments }) => attachments[0]?.device);
    expect([devices[24], devices[25], devices[50], devices[51]]).to.deep.equal([
      '/dev/xvdz',
      '/dev/xvdaa',
      '/dev/xvdaz',
      '/dev/xvdba',
    ]);
    expect(new Set(devices).size).to.equal(52);
  });

  it('puts a multi-attach disk on several instances, and shows them in Attachments only', async () => {
    const cloud = testCloud({ instancesPerMultiAttachDisk: 2 });
    const DiskId = await cloud.usedDisk({ MultiAttach: 'Enabled' });
    const instances = [addInstance(cloud), addInstance(cloud), addInstance(cloud)];
    const codes = [];
    for (const InstanceId of instances) {
      codes.push(await cloud.code('AttachDisk', { DiskId, InstanceId }));
    }
    expect(codes).to.deep.equal(['OK', 'OK', 'DiskAttachedNumberExceeded']);
    const body = await cloud.ok('DescribeDisks', { RegionId: 'cn-hangzhou' });
    expect(at(body, 'Disks.Disk.0')).to.include({ Status: 'In_use', InstanceId: '', MultiAttach: 'Enabled' });
    expect(listAt(body, 'Disks.Disk.0.Attachments.Attachment')).to.have.length(2);
  });

  for (const [multiAttachTimes, isShown] of [
    ['of-disk', true],
    ['of-attachments', false],
  ] as const) {
    it(`shows the time of a free multi-attach disk, where it is ${multiAttachTimes}: ${isShown}`, async () => {
      const cloud = testCloud({ multiAttachTimes });
      const DiskIds = JSON.stringify([await cloud.usedDisk({ MultiAttach: 'Enabled' })]);
      const body = await cloud.ok('DescribeDisks', { RegionId: 'cn-hangzhou', DiskIds });
      expect(listAt(body, 'Disks.Disk.0.Attachments.Attachment')).to.deep.equal([]);
      expect(at(body, 'Disks.Disk.0.AttachedTime') !== '').to.equal(isShown);
    });
  }

  it('does not put a multi-attach disk on one instance twice, nor away with it', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ MultiAttach: 'Enabled' });
    const InstanceId = addInstance(cloud);
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId, DeleteWithInstance: true })).to.equal(
      'DeleteWithInstance.Conflict',
    );
    await cloud.ok('AttachDisk', { DiskId, InstanceId });
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId })).to.equal('InvalidDisk.InUse');
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId, DeleteWithInstance: true })).to.equal(
      'DeleteWithInstance.Conflict',
    );
    expect(await cloud.code('ModifyDiskAttribute', { DiskId, DeleteWithInstance: true })).to.equal(
      'DeleteWithInstance.Conflict',
    );
  });

  it('attaches a free regional disk also with Force, once it is there', async () => {
    const cloud = testCloud({ createDiskMs: 1000 });
    const regional = { DiskCategory: 'cloud_regional_disk_auto', ZoneId: undefined };
    const DiskId = await cloud.usedDisk(regional);
    const InstanceId = addInstance(cloud);
    const attach = (): Promise<string> => cloud.code('AttachDisk', { DiskId, InstanceId, Force: true });
    expect(await attach()).to.equal('IncorrectDiskStatus');
    cloud.advance(1000);
    expect(await attach()).to.equal('OK');
  });

  it('moves a regional disk by force to another zone only', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk({ DiskCategory: 'cloud_regional_disk_auto', ZoneId: undefined });
    const here = addInstance(cloud);
    const near = addInstance(cloud);
    const far = addInstance(cloud, { zoneId: 'cn-hangzhou-i' });
    await cloud.ok('AttachDisk', { DiskId, InstanceId: here });
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: near, Force: true })).to.equal(
      'InvalidInstance.ZoneConflict',
    );
    expect(await cloud.code('AttachDisk', { DiskId, InstanceId: far, Force: true })).to.equal('OK');
    expect(
      cloud.emulator.state.disks.get(DiskId)?.attachments.map(({ instanceId }) => instanceId),
    ).to.deep.equal([far]);
    const zonal = await cloud.usedDisk();
    expect(await cloud.code('AttachDisk', { DiskId: zonal, InstanceId: here, Force: true })).to.equal(
      'InvalidParameterForce.NotSupported',
    );
  });
});

describe('DetachDisk', () => {
  it('refuses a disk that is not there, not attached, attached elsewhere or already on its way', async () => {
    const cloud = testCloud({ detachMs: 1000 });
    const DiskId = await cloud.usedDisk();
    const here = addInstance(cloud);
    const there = addInstance(cloud);
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId: here })).to.equal(
      'InvalidDisk.AlreadyDetached',
    );
    await cloud.ok('AttachDisk', { DiskId, InstanceId: here });
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId: there })).to.equal('DependencyViolation');
    expect(await cloud.code('DetachDisk', { DiskId: 'd-x', InstanceId: here })).to.equal(
      'InvalidDiskId.NotFound',
    );
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId: here })).to.equal('OK');
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId: here })).to.equal(
      'InvalidOperation.DiskDetachingFromThisEcs',
    );
  });

  it('refuses a disk that is just being attached, and an instance on its way', async () => {
    const cloud = testCloud({ attachMs: 1000 });
    const DiskId = await cloud.usedDisk();
    const InstanceId = addInstance(cloud);
    await cloud.ok('AttachDisk', { DiskId, InstanceId });
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId })).to.equal('IncorrectDiskStatus');
    cloud.advance(1000);
    cloud.emulator.settle();
    cloud.emulator.state.instances.update(InstanceId, { status: 'Stopping' });
    expect(await cloud.code('DetachDisk', { DiskId, InstanceId })).to.equal('IncorrectInstanceStatus');
  });

  it('does a limited number at a time on an instance', async () => {
    const cloud = testCloud({ detachMs: 1000, parallelDetachesPerInstance: 1 });
    const InstanceId = addInstance(cloud);
    const disks = [await cloud.usedDisk(), await cloud.usedDisk()];
    for (const DiskId of disks) {
      await cloud.ok('AttachDisk', { DiskId, InstanceId });
    }
    expect(await cloud.code('DetachDisk', { DiskId: disks[0], InstanceId })).to.equal('OK');
    expect(await cloud.code('DetachDisk', { DiskId: disks[1], InstanceId })).to.equal(
      'DisksDetachingOnEcsExceeded',
    );
    cloud.advance(1000);
    expect(await cloud.code('DetachDisk', { DiskId: disks[1], InstanceId })).to.equal('OK');
  });
});
