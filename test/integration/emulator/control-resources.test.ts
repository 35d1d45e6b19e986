import {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeTasksRequest,
  ModifyDiskSpecRequest,
} from '@alicloud/ecs20140526';
import { expect } from 'chai';

import { emulatorWith, zoneId, type EmulatorTarget } from './emulator-target.ts';
import { outcomeOf, present } from './sdk-client.ts';

describe('Control endpoints for instances, attachments and snapshots', () => {
  let emulator: EmulatorTarget;

  before(async () => {
    emulator = await emulatorWith({ uploadMs: 10_000 });
  });
  after(() => emulator[Symbol.asyncDispose]());
  afterEach(() => emulator.clearFaults());

  it('hold, finish or fail an upload', async () => {
    const snapshotId = await emulator.newSnapshot(await emulator.usedDisk());
    const change = (body: unknown) => emulator.control('POST', `/snapshots/${snapshotId}`, body);
    expect(await change({ progress: 40 })).to.include({ heldProgress: 40 });
    await emulator.advance(100_000);
    const statusNow = async (): Promise<unknown> => {
      const { snapshots } = await emulator.control<{ snapshots: { id: string; status: string }[] }>(
        'GET',
        '/state',
      );
      return snapshots.find(({ id }) => id === snapshotId)?.status;
    };
    expect(await statusNow()).to.equal('progressing');
    await change({ status: 'accomplished' });
    expect(await statusNow()).to.equal('accomplished');
    await change({ status: 'failed' });
    expect(await statusNow()).to.equal('failed');
    expect((await emulator.send('POST', `snapshots/${snapshotId}`, '{"status":"ready"}'))[0]).to.equal(400);
    expect((await emulator.send('POST', `snapshots/${snapshotId}`, '{"progress":100}'))[0]).to.equal(400);
  });

  it('let a change of specification fail, once, and leave the disk as it was', async () => {
    const diskId = await emulator.usedDisk();
    const request = new ModifyDiskSpecRequest({ diskId, diskCategory: 'cloud_auto' });
    const taskId = present((await emulator.client.modifyDiskSpec(request)).body?.taskId);
    const path = `tasks/${taskId}`;
    expect((await emulator.send('POST', path, '{"status":"finished"}'))[0]).to.equal(400);
    expect((await emulator.send('POST', 'tasks/t-none', '{"status":"failed"}'))[0]).to.equal(404);
    expect(await emulator.control('POST', `/${path}`, { status: 'failed' })).to.include({ status: 'Failed' });
    expect((await emulator.send('POST', path, '{"status":"failed"}'))[0]).to.equal(409);
    await emulator.advance(100_000);
    const query = new DescribeTasksRequest({ taskIds: taskId });
    const task = (await emulator.client.describeTasks(query)).body?.taskSet?.task?.[0];
    expect(task).to.include({ taskStatus: 'Failed', resourceId: diskId });
    expect(task?.finishedTime).to.match(/^\d{4}-/);
    const { disks } = await emulator.control<{ disks: { id: string; category: string }[] }>('GET', '/state');
    expect(disks.find(({ id }) => id === diskId)?.category).not.to.equal('cloud_auto');
  });

  it('make and stop instances', async () => {
    const wish = {
      zoneId: 'cn-hangzhou-k',
      instanceType: 'ecs.g8i.xlarge',
      tags: { a: 'b' },
      status: 'Stopped',
    };
    const made = await emulator.control<{ id: string }>('POST', '/instances', wish);
    expect(made.id).to.match(/^i-bp1[a-z0-9]{17}$/);
    expect(made).to.deep.include({
      zoneId: 'cn-hangzhou-k',
      status: 'Stopped',
      tags: [{ key: 'a', value: 'b' }],
    });
    expect(await emulator.control('POST', `/instances/${made.id}`, { status: 'Running' })).to.include({
      status: 'Running',
    });
    for (const wrong of [
      '{"tags":[]}',
      '{"zoneId":"x"}',
      '{"instanceType":"x"}',
      '{"status":"Asleep"}',
      '{"zone":"x"}',
    ]) {
      expect((await emulator.send('POST', 'instances', wrong))[0], wrong).to.equal(400);
    }
  });

  it('attach a disk to a chosen instance and refuse a second one', async () => {
    const one = await emulator.control<{ id: string }>('POST', '/instances', { zoneId });
    const diskId = await emulator.newDisk();
    expect(await emulator.control('POST', `/disks/${diskId}/attach`, { instanceId: one.id })).to.deep.equal({
      diskId,
      instanceId: one.id,
    });
    const two = await emulator.control<{ id: string }>('POST', '/instances', { zoneId });
    expect(
      (await emulator.send('POST', `disks/${diskId}/attach`, JSON.stringify({ instanceId: two.id })))[0],
    ).to.equal(409);
  });

  it('attach only what is there, where an instance runs', async () => {
    expect((await emulator.send('POST', 'disks/d-x/attach'))[0]).to.equal(404);
    expect((await emulator.send('POST', 'disks/d-x/detach'))[0]).to.equal(404);
    expect((await emulator.send('POST', 'snapshots/s-x', '{}'))[0]).to.equal(404);
    expect((await emulator.send('POST', 'instances/i-x', '{}'))[0]).to.equal(404);
    const diskId = await emulator.newDisk();
    expect((await emulator.send('POST', `disks/${diskId}/attach`, '{"instanceId":"i-x"}'))[0]).to.equal(404);
    expect((await emulator.send('POST', `disks/${diskId}/attach`, '{"instanceId":5}'))[0]).to.equal(400);
    const { instances } = await emulator.control<{ instances: { id: string; zoneId: string }[] }>(
      'GET',
      '/state',
    );
    const inZone = instances.filter((instance) => instance.zoneId === zoneId);
    const setAll = async (status: string): Promise<void> => {
      for (const { id } of inZone) {
        await emulator.control('POST', `/instances/${id}`, { status });
      }
    };
    await setAll('Stopped');
    expect((await emulator.send('POST', `disks/${diskId}/attach`))[0]).to.equal(409);
    await setAll('Running');
    expect((await emulator.send('POST', `disks/${diskId}/attach`))[0]).to.equal(200);
  });

  it('let an image use a snapshot', async () => {
    const snapshotId = await emulator.newSnapshot(await emulator.usedDisk());
    await emulator.control('POST', `/snapshots/${snapshotId}`, { isUsedByImage: true });
    const remove = (): Promise<string> =>
      outcomeOf(emulator.client.deleteSnapshot(new DeleteSnapshotRequest({ snapshotId, force: true })));
    expect(await remove()).to.equal('403 SnapshotCreatedImage');
    await emulator.control('POST', `/snapshots/${snapshotId}`, { isUsedByImage: false });
    expect(await remove()).to.equal('OK');
  });

  it('do not finish an upload before the cut, but can fail it', async () => {
    await emulator.configure({ cutMs: 1000 });
    const snapshotId = await emulator.newSnapshot(await emulator.usedDisk());
    await emulator.configure({ cutMs: 0 });
    expect((await emulator.send('POST', `snapshots/${snapshotId}`, '{"status":"accomplished"}'))[0]).to.equal(
      409,
    );
    expect((await emulator.send('POST', `snapshots/${snapshotId}`, '{"status":"failed"}'))[0]).to.equal(200);
  });

  it('end the retention time of a snapshot that has one, and nothing else with it', async () => {
    const diskId = await emulator.usedDisk();
    const expiring = new CreateSnapshotRequest({ diskId, retentionDays: 3 });
    const snapshotId = present((await emulator.client.createSnapshot(expiring)).body?.snapshotId);
    const lasting = await emulator.newSnapshot(diskId);
    expect((await emulator.send('POST', `snapshots/${lasting}`, '{"status":"expired"}'))[0]).to.equal(409);
    expect((await emulator.send('POST', `snapshots/${snapshotId}`, '{"status":"expired"}'))[0]).to.equal(200);
    const { snapshots } = await emulator.control<{ snapshots: { id: string }[] }>('GET', '/state');
    expect(snapshots.map(({ id }) => id))
      .to.include(lasting)
      .and.not.include(snapshotId);
  });
});
