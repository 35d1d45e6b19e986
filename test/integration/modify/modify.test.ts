import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createVolume, eventually, expectFailure, gib, untilItSucceeds } from '../../support/volumes.ts';

const autoParameters = { type: 'cloud_auto', zoneId: 'cn-hangzhou-h' };

interface EmulatedDisk {
  readonly id: string;
  readonly category: string;
  readonly performanceLevel: string;
  readonly provisionedIops: number | null;
  readonly burstingEnabled: boolean;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

describe('ControllerModifyVolume over the socket', () => {
  const site = siteOfSuite({
    args: ['--ecs-timeout', '1s', '--call-timeout', '5s'],
    settings: { modifySpecMs: 150 },
  });

  const modify = (volumeId: string, mutableParameters: Record<string, string>, timeLimitMs?: number) =>
    invoke(site.client.controller, 'ControllerModifyVolume', { volumeId, mutableParameters }, timeLimitMs);

  async function diskOf(volumeId: string): Promise<EmulatedDisk> {
    const { disks } = await site.emulator.control<{ disks: EmulatedDisk[] }>('GET', '/state');
    const disk = disks.find(({ id }) => id === volumeId);
    if (disk === undefined) {
      throw new Error(`no disk ${volumeId}`);
    }
    return disk;
  }

  async function tasks(): Promise<readonly { readonly id: string }[]> {
    return (await site.emulator.control<{ tasks: { id: string }[] }>('GET', '/state')).tasks;
  }

  async function requestsThatChange(): Promise<string[]> {
    const mutating = ['ModifyDiskSpec', 'ModifyDiskAttribute', 'TagResources', 'UntagResources'];
    const requests = await site.emulator.requests();
    return requests
      .filter(({ action, parameters }) => mutating.includes(action) && parameters['DryRun'] !== 'true')
      .map(({ action }) => action);
  }

  it('changes category, provisioned IOPS, bursting and tags in one call', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify', {
      sizeGiB: 40,
      parameters: { ...autoParameters, type: 'cloud_ssd', 'diskTags/old': 'x' },
    });
    await modify(volumeId, {
      type: 'cloud_auto',
      provisionedIops: '1000',
      burstingEnabled: 'true',
      'diskTags/team': 'db',
      '-diskTags/old': '',
      'csi.storage.k8s.io/pvc/name': 'claim',
    });
    const disk = await diskOf(volumeId);
    expect(disk).to.include({ category: 'cloud_auto', provisionedIops: 1000, burstingEnabled: true });
    const tags = new Map(disk.tags.map(({ key, value }) => [key, value]));
    expect(tags.get('team')).to.equal('db');
    expect(tags.has('old')).to.equal(false);
  });

  it('finds that all is as wanted, and changes nothing the second time', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify', {
      sizeGiB: 40,
      parameters: autoParameters,
    });
    const wanted = { type: 'cloud_auto', provisionedIops: '500', burstingEnabled: 'true', 'diskTags/a': 'b' };
    await modify(volumeId, wanted);
    await site.emulator.clearRequests();
    await modify(volumeId, wanted);
    expect(await requestsThatChange()).to.deep.equal([]);
  });

  it('changes a performance level, for which ECS names no task', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify', { sizeGiB: 500 });
    await modify(volumeId, { performanceLevel: 'PL2' });
    expect((await diskOf(volumeId)).performanceLevel).to.equal('PL2');
  });

  const refused: [what: string, parameters: Record<string, string>, text: RegExp][] = [
    ['an unknown key', { speed: 'fast' }, /speed is not known/],
    ['a category that does not exist', { type: 'cloud_fast' }, /type: "cloud_fast" is not allowed/],
    [
      'a level outside of cloud_essd',
      { type: 'cloud_auto', performanceLevel: 'PL1' },
      /only type cloud_essd/,
    ],
    [
      'more IOPS than the size allows',
      { type: 'cloud_auto', provisionedIops: '49000' },
      /20 GiB it can have/,
    ],
    ['a level that the size does not allow', { performanceLevel: 'PL3' }, /1261 to 65536 GiB/],
    ['a level that ECS does not go back to', { performanceLevel: 'PL0' }, /PL1 to PL0/],
    ['bursting of a category without it', { burstingEnabled: 'true' }, /cloud_essd does not burst/],
    ['a regional category', { type: 'cloud_regional_disk_auto' }, /cloud_regional_disk_auto cannot be/],
    ['a tag of this driver', { 'diskTags/csi.alibabacloud.com/volume-name': 'x' }, /reserved/],
    [
      'a protection taken off by its tag',
      { '-diskTags/csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays': '' },
      /reserved/,
    ],
    [
      'a policy that does not exist',
      { volumeExpandAutoSnapshot: 'always' },
      /one of forced, besteffort, closed/,
    ],
    ['a retention beyond the range', { volumeDeleteSnapshotRetentionDays: '65537' }, /0 to 65536/],
  ];
  for (const [what, parameters, text] of refused) {
    it(`refuses ${what}, and changes nothing, whatever else is asked for`, async () => {
      const volumeId = await createVolume(site.client, 'pvc-modify');
      await site.emulator.clearRequests();
      const call = modify(volumeId, { 'diskTags/team': 'db', ...parameters });
      await expectFailure(call, GrpcStatus.INVALID_ARGUMENT, text);
      expect(await requestsThatChange()).to.deep.equal([]);
    });
  }

  it('refuses what only ECS knows to be impossible, in the dry run', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify');
    await site.emulator.addFault({
      action: 'ModifyDiskSpec',
      when: 'before',
      effect: { type: 'error', code: 'InvalidInstanceType.NotSupportDiskCategory' },
    });
    await site.emulator.clearRequests();
    const call = modify(volumeId, { type: 'cloud_auto', 'diskTags/team': 'db' });
    await expectFailure(call, GrpcStatus.INVALID_ARGUMENT, /InvalidInstanceType/);
    expect(await requestsThatChange()).to.deep.equal([]);
  });

  it('says FAILED_PRECONDITION where the category is sold out, so that another class may be chosen', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify');
    await site.emulator.configure({ soldOut: ['cn-hangzhou-h/cloud_auto'] });
    const call = modify(volumeId, { type: 'cloud_auto', 'diskTags/team': 'db' });
    await expectFailure(call, GrpcStatus.FAILED_PRECONDITION, /NoStock/);
  });

  it('says that ECS gave up on a change, and does it at a later try', async () => {
    await site.emulator.configure({ modifySpecMs: 60_000 });
    const volumeId = await createVolume(site.client, 'pvc-modify');
    const call = modify(volumeId, { type: 'cloud_auto' });
    const failure = expectFailure(call, GrpcStatus.INTERNAL, /ECS gave up on changing disk d-.*\(task t-/);
    await eventually(async () => (await tasks()).length === 1, 'the change has begun');
    const [task] = await tasks();
    await site.emulator.control('POST', `/tasks/${task?.id ?? ''}`, { status: 'failed' });
    await failure;
    await expectFailure(modify(volumeId, { type: 'cloud_auto' }), GrpcStatus.INTERNAL, /ECS gave up/);
    expect(await tasks()).to.have.lengthOf(1);
    // What else is wanted meanwhile need not wait.
    await modify(volumeId, { 'diskTags/team': 'db' });
    expect((await diskOf(volumeId)).category).to.equal('cloud_essd');
  });

  it('says FAILED_PRECONDITION in the cooling period between two changes', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify');
    const effect = { type: 'error', code: 'DiskInCoolingPeriod' };
    await site.emulator.addFault({ action: 'ModifyDiskSpec', when: 'before', effect });
    const call = modify(volumeId, { type: 'cloud_auto', 'diskTags/team': 'db' });
    await expectFailure(call, GrpcStatus.FAILED_PRECONDITION, /DiskInCoolingPeriod/);
    expect(await requestsThatChange()).to.deep.equal([]);
  });

  it('answers NOT_FOUND for a volume that does not exist', async () => {
    await expectFailure(
      modify('d-0nosuchdisk', { type: 'cloud_auto' }),
      GrpcStatus.NOT_FOUND,
      /d-0nosuchdisk/,
    );
    await expectFailure(modify('fake-vol-id', { type: 'cloud_auto' }), GrpcStatus.NOT_FOUND, /fake-vol-id/);
  });

  it('waits for a snapshot of the disk, which keeps ECS from changing it', async () => {
    await site.emulator.configure({ uploadMs: 800 });
    const volumeId = await createVolume(site.client, 'pvc-modify');
    await site.emulator.attach(volumeId);
    await site.emulator.writeDisk(volumeId, 0, Buffer.from('data'));
    await invoke(site.client.controller, 'CreateSnapshot', { name: 'snap', sourceVolumeId: volumeId });
    await modify(volumeId, { type: 'cloud_auto' });
    expect((await diskOf(volumeId)).category).to.equal('cloud_auto');
  });

  it('goes on with a change that takes longer than a call, and begins no second one', async () => {
    await site.emulator.configure({ modifySpecMs: 2500 });
    const volumeId = await createVolume(site.client, 'pvc-modify');
    const attempt = () => modify(volumeId, { type: 'cloud_auto', burstingEnabled: 'true' }, 1500);
    await expectFailure(attempt(), GrpcStatus.ABORTED, /is still being changed by ECS/);
    await untilItSucceeds(attempt);
    expect(await diskOf(volumeId)).to.include({ category: 'cloud_auto', burstingEnabled: true });
    expect((await requestsThatChange()).filter((action) => action === 'ModifyDiskSpec')).to.have.lengthOf(1);
  });

  const faults = {
    'a lost reply': { when: 'after' as const, effect: { type: 'drop' } },
    'a lost request': { when: 'before' as const, effect: { type: 'drop' } },
    'an internal error after the work was done': {
      when: 'after' as const,
      effect: { type: 'error', code: 'InternalError' },
    },
    throttling: { when: 'before' as const, effect: { type: 'error', code: 'Throttling' } },
  };
  for (const [name, fault] of Object.entries(faults)) {
    for (const action of [
      'ModifyDiskSpec',
      'ModifyDiskAttribute',
      'TagResources',
      'UntagResources',
      'DescribeTasks',
    ]) {
      it(`${name} at ${action}: changed once in the end`, async () => {
        const volumeId = await createVolume(site.client, 'pvc-modify', {
          sizeGiB: 40,
          parameters: { ...autoParameters, type: 'cloud_ssd', 'diskTags/old': 'x' },
        });
        // Of ModifyDiskSpec the second request: the first is the dry run.
        const skip = action === 'ModifyDiskSpec' ? 1 : 0;
        await site.emulator.addFault({ action, times: 1, skip, ...fault });
        await site.emulator.clearRequests();
        const wanted = {
          type: 'cloud_auto',
          burstingEnabled: 'true',
          'diskTags/a': 'b',
          '-diskTags/old': '',
        };
        await untilItSucceeds(() => modify(volumeId, wanted));
        const disk = await diskOf(volumeId);
        expect(disk).to.include({ category: 'cloud_auto', burstingEnabled: true });
        expect(disk.tags.map(({ key }) => key))
          .to.include('a')
          .and.not.include('old');
        expect(await tasks()).to.have.lengthOf(1);
      });
    }
  }

  it('changes the protection of a living volume, also to none', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify', {
      parameters: { type: 'cloud_essd', zoneId: 'cn-hangzhou-h', volumeDeleteSnapshotRetentionDays: '7' },
    });
    const tags = async () => new Map((await diskOf(volumeId)).tags.map(({ key, value }) => [key, value]));
    await modify(volumeId, { volumeExpandAutoSnapshot: 'forced', volumeDeleteSnapshotRetentionDays: '30' });
    expect((await tags()).get('csi.alibabacloud.com/volume-expand-autosnapshot')).to.equal('forced');
    const days = 'csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays';
    expect((await tags()).get(days)).to.equal('30');
    await modify(volumeId, { volumeExpandAutoSnapshot: 'closed', volumeDeleteSnapshotRetentionDays: '0' });
    expect((await tags()).get('csi.alibabacloud.com/volume-expand-autosnapshot')).to.equal('closed');
    expect((await tags()).get(days)).to.equal('');
    expect(site.plugin.process.output()).to.match(/ProtectionWeakened/);
  });

  it('an expansion is still possible after a change', async () => {
    const volumeId = await createVolume(site.client, 'pvc-modify');
    await modify(volumeId, { type: 'cloud_auto' });
    const request = { volumeId, capacityRange: { requiredBytes: 30 * gib } };
    const { capacityBytes } = await invoke(site.client.controller, 'ControllerExpandVolume', request);
    expect(capacityBytes).to.equal(String(30 * gib));
  });
});
