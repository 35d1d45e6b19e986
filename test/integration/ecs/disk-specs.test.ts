import { expect } from 'chai';
import type { SpecChange } from '../../../src/disk/modify/spec-calls.ts';
import { diskErrorOf } from '../../support/builders.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { aCall, connect, newDisk } from './set-up.ts';

describe('Changing living disks through the SDK', () => {
  let emulator: Emulator;
  let cloud: ReturnType<typeof connect>;

  before(async () => {
    emulator = await startEmulator();
    await emulator.configure({ createDiskMs: 20, modifySpecMs: 300 });
    cloud = connect({ endpoint: emulator.endpoint });
  });
  beforeEach(() => emulator.control('POST', '/reset'));
  afterEach(() => emulator.clearFaults());
  after(async () => {
    cloud.close();
    await emulator[Symbol.asyncDispose]();
  });

  const aDiskOf = async (sizeGiB = 40) => {
    const diskId = await cloud.createDisk(newDisk({ sizeGiB }), aCall());
    await cloud.waitForDisk(diskId, (disk) => disk?.status === 'Available', aCall());
    return diskId;
  };
  const to = (diskId: string, changes: Partial<SpecChange>): SpecChange => ({
    diskId,
    category: undefined,
    performanceLevel: undefined,
    provisionedIops: undefined,
    ...changes,
  });
  const toAuto = (diskId: string) => to(diskId, { category: 'cloud_auto', provisionedIops: 100 });

  it('a dry run changes nothing, and tells what is so already from what can be done', async () => {
    const diskId = await aDiskOf();
    expect(await cloud.checkSpecChange(toAuto(diskId), aCall())).to.equal(true);
    expect(await cloud.checkSpecChange(to(diskId, { performanceLevel: 'PL1' }), aCall())).to.equal(false);
    expect(await cloud.startSpecChange(to(diskId, { performanceLevel: 'PL1' }), aCall())).to.equal(undefined);
    const { tasks } = await emulator.control<{ tasks: unknown[] }>('GET', '/state');
    expect(tasks).to.deep.equal([]);
  });

  it('a dry run that cannot be done is refused as the real request would be', async () => {
    const diskId = await aDiskOf();
    const error = await diskErrorOf(cloud.checkSpecChange(to(diskId, { performanceLevel: 'PL3' }), aCall()));
    expect(error.code).to.equal('OperationDenied.PerformanceLevelNotMatch');
  });

  it('a dry run that is answered with success may have been done: that is not known', async () => {
    const diskId = await aDiskOf();
    const body = JSON.stringify({ RequestId: 'r', TaskId: 't-1' });
    await emulator.addFault({
      action: 'ModifyDiskSpec',
      when: 'before',
      effect: { type: 'garbage', status: 200, body },
    });
    const error = await diskErrorOf(cloud.checkSpecChange(toAuto(diskId), aCall()));
    expect(error.kind).to.equal('outcome-unknown');
  });

  it('a change has a task, which can be waited for by its id and by its disk', async () => {
    const diskId = await aDiskOf();
    const taskId = (await cloud.startSpecChange(toAuto(diskId), aCall())) ?? '';
    const early = await diskErrorOf(cloud.startSpecChange(toAuto(diskId), aCall()));
    expect(early.kind).to.equal('busy');
    const [task] = await Promise.all([
      cloud.waitForSpecTask(taskId, aCall()),
      cloud.waitUntilUnmodified(diskId, aCall()),
    ]);
    expect(task).to.include({ id: taskId, diskId, status: 'Finished' });
    expect(await cloud.findDisk(diskId, aCall())).to.include({
      category: 'cloud_auto',
      provisionedIops: 100,
    });
  });

  it('a change of nothing but the level names no task, and shows in the disk', async () => {
    const diskId = await aDiskOf(500);
    expect(await cloud.startSpecChange(to(diskId, { performanceLevel: 'PL2' }), aCall())).to.equal(undefined);
    await cloud.waitUntilUnmodified(diskId, aCall());
    expect(await cloud.findDisk(diskId, aCall())).to.include({ performanceLevel: 'PL2' });
  });

  it('a change that failed is found, with the time of its end', async () => {
    const diskId = await aDiskOf();
    const taskId = (await cloud.startSpecChange(toAuto(diskId), aCall())) ?? '';
    expect(await cloud.findFailedSpecTasks(diskId, aCall())).to.deep.equal([]);
    const before = Date.now();
    await emulator.control('POST', `/tasks/${taskId}`, { status: 'failed' });
    expect(await cloud.waitForSpecTask(taskId, aCall())).to.include({ status: 'Failed' });
    const [failed] = await cloud.findFailedSpecTasks(diskId, aCall());
    expect(failed?.id).to.equal(taskId);
    expect(Math.abs((failed?.finishedAt?.getTime() ?? 0) - before)).to.be.below(5_000);
    expect(await cloud.findDisk(diskId, aCall())).to.include({ category: 'cloud_essd' });
  });

  it('many who wait share their requests', async () => {
    const diskIds = await Promise.all(Array.from({ length: 20 }, () => aDiskOf()));
    const taskIds = await Promise.all(
      diskIds.map((diskId) => cloud.startSpecChange(toAuto(diskId), aCall())),
    );
    await emulator.clearRequests();
    await Promise.all(taskIds.map((taskId) => cloud.waitForSpecTask(taskId ?? '', aCall())));
    expect((await emulator.requests('DescribeTasks')).length).to.be.at.most(8);
  });

  it('more tasks than a page holds are all read', async () => {
    const diskId = await aDiskOf();
    await emulator.configure({ modifySpecMs: 60_000 });
    for (let times = 0; times < 105; times += 1) {
      const taskId = (await cloud.startSpecChange(toAuto(diskId), aCall())) ?? '';
      await emulator.control('POST', `/tasks/${taskId}`, { status: 'failed' });
    }
    await emulator.configure({ modifySpecMs: 300 });
    const tasks = await cloud.findFailedSpecTasks(diskId, aCall());
    expect(new Set(tasks.map(({ id }) => id)).size).to.equal(105);
  });

  it('bursting is switched, but not while the disk is changed', async () => {
    const diskId = await aDiskOf();
    await cloud.startSpecChange(toAuto(diskId), aCall());
    const early = await diskErrorOf(cloud.setBursting(diskId, true, aCall()));
    // The disk is of a category that does not burst until the change is done.
    expect(['busy', 'unsupported']).to.include(early.kind);
    await cloud.waitUntilUnmodified(diskId, aCall());
    await cloud.setBursting(diskId, true, aCall());
    expect(await cloud.findDisk(diskId, aCall())).to.include({ burstingEnabled: true });
  });

  it('tags are put on all at once, replaced, and taken off, also when they are not there', async () => {
    const diskId = await aDiskOf();
    await cloud.tagDisk(
      diskId,
      [
        { key: 'a', value: '1' },
        { key: 'b', value: '' },
      ],
      aCall(),
    );
    await cloud.tagDisk(diskId, [{ key: 'a', value: '2' }], aCall());
    await cloud.untagDisk(diskId, ['b', 'never'], aCall());
    const disk = await cloud.findDisk(diskId, aCall());
    expect(disk?.tags.get('a')).to.equal('2');
    expect(disk?.tags.has('b')).to.equal(false);
    expect((await emulator.requests('TagResources')).length).to.be.at.least(2);
  });
});
