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
import { dayMs } from './snapshot-events.ts';

const region = { RegionId: 'cn-hangzhou' };
const seconds = {
  createDiskMs: 1000,
  attachMs: 1000,
  attachVisibleAfterMs: 100,
  detachMs: 1000,
  cutMs: 1000,
};

async function diskNow(cloud: TestCloud, id: string): Promise<unknown> {
  const body = await cloud.ok('DescribeDisks', { ...region, DiskIds: JSON.stringify([id]) });
  return at(body, 'Disks.Disk.0');
}

async function snapshotNow(cloud: TestCloud, id: string): Promise<Body | undefined> {
  const body = await cloud.ok('DescribeSnapshots', { ...region, SnapshotIds: JSON.stringify([id]) });
  return at(body, 'Snapshots.Snapshot.0') as Body | undefined;
}

async function makeSnapshot(cloud: TestCloud, parameters: Parameters): Promise<string> {
  return String((await cloud.ok('CreateSnapshot', parameters))['SnapshotId']);
}

function instanceIn(cloud: TestCloud, zoneId: string): string {
  return cloud.emulator.state.instances.all().find((instance) => instance.zoneId === zoneId)?.id ?? '';
}

describe('States of a disk', () => {
  it('go from Creating to Available', async () => {
    const cloud = testCloud(seconds);
    const id = String((await cloud.ok('CreateDisk', newDisk))['DiskId']);
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Creating');
    expect(await cloud.code('DeleteDisk', { DiskId: id })).to.equal('IncorrectDiskStatus.Initializing');
    cloud.advance(999);
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Creating');
    cloud.advance(1);
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Available');
  });

  it('still read Available right after AttachDisk, then Attaching, then In_use with the attachment', async () => {
    const cloud = testCloud(seconds);
    const id = String((await cloud.ok('CreateDisk', newDisk))['DiskId']);
    cloud.advance(1000);
    const InstanceId = instanceIn(cloud, 'cn-hangzhou-h');
    await cloud.ok('AttachDisk', { DiskId: id, InstanceId });
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Available');
    expect(listAt(await diskNow(cloud, id), 'Attachments.Attachment')).to.have.length(0);
    cloud.advance(100);
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Attaching');
    cloud.advance(900);
    const attached = await diskNow(cloud, id);
    expect(at(attached, 'Status')).to.equal('In_use');
    expect(at(attached, 'InstanceId')).to.equal(InstanceId);
    expect(at(attached, 'Attachments.Attachment.0')).to.deep.equal({
      InstanceId,
      Device: '/dev/xvdb',
      AttachedTime: '2026-11-22T10:00:02Z',
    });
  });

  it('go over Detaching, where the instance still shows, to Available', async () => {
    const cloud = testCloud(seconds);
    const id = String((await cloud.ok('CreateDisk', newDisk))['DiskId']);
    cloud.advance(1000);
    const InstanceId = instanceIn(cloud, 'cn-hangzhou-h');
    await cloud.ok('AttachDisk', { DiskId: id, InstanceId });
    cloud.advance(1000);
    await cloud.ok('DetachDisk', { DiskId: id, InstanceId });
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Detaching');
    expect(at(await diskNow(cloud, id), 'InstanceId')).to.equal(InstanceId);
    cloud.advance(1000);
    expect(at(await diskNow(cloud, id), 'Status')).to.equal('Available');
    expect(at(await diskNow(cloud, id), 'DetachedTime')).to.equal('2026-11-22T10:00:03Z');
    expect(listAt(await diskNow(cloud, id), 'Attachments.Attachment')).to.have.length(0);
  });
});

describe('States of a snapshot', () => {
  it('go from accepted over cut and uploading to accomplished', async () => {
    const cloud = testCloud({ cutMs: 1000, uploadMs: 10_000 });
    const id = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk() });
    const cut = { Status: 'progressing', CreationTime: '2026-11-22T10:00:01Z', Available: true };
    const accepted = { Status: 'progressing', CreationTime: '', Available: false, Progress: '0%' };
    expect(await snapshotNow(cloud, id)).to.include(accepted);
    cloud.advance(1000);
    expect(await snapshotNow(cloud, id)).to.include({ ...cut, Progress: '0%' });
    cloud.advance(9999);
    expect(await snapshotNow(cloud, id)).to.include({ ...cut, Progress: '99%' });
    cloud.advance(1);
    expect(await snapshotNow(cloud, id)).to.include({ ...cut, Status: 'accomplished', Progress: '100%' });
  });

  it('are Available only when accomplished for a disk without instant access', async () => {
    const cloud = testCloud({ uploadMs: 10_000 });
    const id = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk({ DiskCategory: 'cloud_ssd' }) });
    cloud.advance(9999);
    expect((await snapshotNow(cloud, id))?.['Available']).to.equal(false);
    cloud.advance(1);
    expect((await snapshotNow(cloud, id))?.['Available']).to.equal(true);
  });

  it('hold the same for any step of the clock: a long jump does everything in its order', async () => {
    const cloud = testCloud({ cutMs: 1000, uploadMs: 10_000 });
    const id = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk(), RetentionDays: 2 });
    cloud.advance(dayMs);
    expect((await snapshotNow(cloud, id))?.['CreationTime']).to.equal('2026-11-22T10:00:01Z');
    expect((await snapshotNow(cloud, id))?.['Status']).to.equal('accomplished');
  });

  it('show that a disk was made from it', async () => {
    const cloud = testCloud({ uploadMs: 0 });
    const SnapshotId = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk() });
    expect((await snapshotNow(cloud, SnapshotId))?.['Usage']).to.equal('none');
    await cloud.ok('CreateDisk', { ...newDisk, SnapshotId });
    expect((await snapshotNow(cloud, SnapshotId))?.['Usage']).to.equal('disk');
  });
});

describe('Retention of a snapshot', () => {
  it('ends RetentionDays after the cut', async () => {
    const cloud = testCloud({ cutMs: 1000 });
    const id = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk(), RetentionDays: 1 });
    cloud.advance(dayMs + 999);
    expect(await snapshotNow(cloud, id)).not.to.equal(undefined);
    cloud.advance(1);
    expect(await snapshotNow(cloud, id)).to.equal(undefined);
    expect(cloud.emulator.state.data.ids()).to.deep.equal([]);
  });

  it('can be made longer but not shorter, and only once the snapshot is finished', async () => {
    const cloud = testCloud({ uploadMs: 1000 });
    const SnapshotId = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk(), RetentionDays: 2 });
    const modify = (RetentionDays: number): Promise<string> =>
      cloud.code('ModifySnapshotAttribute', { SnapshotId, RetentionDays });
    expect(await modify(3)).to.equal('InvalidSnapshotId.NotReady');
    cloud.advance(1000);
    expect(await modify(1)).to.equal('InvalidOperation.DecreaseRetentionDaysUnsupported');
    expect(await modify(3)).to.equal('OK');
    cloud.advance(2 * dayMs);
    expect(await snapshotNow(cloud, SnapshotId)).not.to.equal(undefined);
    cloud.advance(dayMs);
    expect(await snapshotNow(cloud, SnapshotId)).to.equal(undefined);
  });

  it('is for ever without RetentionDays', async () => {
    const cloud = testCloud();
    const id = await makeSnapshot(cloud, { DiskId: await cloud.usedDisk() });
    cloud.advance(100_000 * dayMs);
    expect(await snapshotNow(cloud, id)).not.to.equal(undefined);
    expect(await cloud.code('ModifySnapshotAttribute', { SnapshotId: id, RetentionDays: 65_536 })).to.equal(
      'InvalidOperation.DecreaseRetentionDaysUnsupported',
    );
  });
});

describe('The cut', () => {
  const write = (cloud: TestCloud, id: string, text: string): void => {
    cloud.emulator.settle();
    cloud.emulator.state.data.write(id, 0, Buffer.from(text));
  };
  const bytes = (cloud: TestCloud, id: string): string => cloud.emulator.state.data.read(id, 0, 3).toString();

  it('takes the bytes of its moment, not those of the request and not later ones', async () => {
    const cloud = testCloud({ cutMs: 1000 });
    const DiskId = await cloud.usedDisk();
    write(cloud, DiskId, 'one');
    const id = await makeSnapshot(cloud, { DiskId });
    cloud.advance(999);
    write(cloud, DiskId, 'two');
    cloud.advance(1);
    write(cloud, DiskId, 'not');
    expect(bytes(cloud, id)).to.equal('two');
    expect(bytes(cloud, DiskId)).to.equal('not');
  });

  it('of a group takes all its disks at one moment', async () => {
    const cloud = testCloud({ cutMs: 1000 });
    const a = await cloud.usedDisk();
    const b = await cloud.usedDisk();
    const { SnapshotGroupId } = await cloud.ok('CreateSnapshotGroup', {
      ...region,
      'DiskId.1': a,
      'DiskId.2': b,
    });
    for (let count = 1; count <= 200; count += 1) {
      write(cloud, a, String(count).padStart(3));
      write(cloud, b, String(count).padStart(3));
      cloud.advance(7);
    }
    const [one = '', other = ''] =
      cloud.emulator.state.groups.get(String(SnapshotGroupId))?.snapshotIds ?? [];
    expect(bytes(cloud, one)).to.equal('143');
    expect(bytes(cloud, other)).to.equal('143');
  });

  it('gives its bytes to a disk that is made from it, which then goes its own way', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    write(cloud, DiskId, 'one');
    const SnapshotId = await makeSnapshot(cloud, { DiskId });
    write(cloud, DiskId, 'two');
    const restored = String((await cloud.ok('CreateDisk', { ...newDisk, SnapshotId }))['DiskId']);
    expect(bytes(cloud, restored)).to.equal('one');
    write(cloud, restored, 'new');
    expect(bytes(cloud, SnapshotId)).to.equal('one');
  });

  it('outlives its disk', async () => {
    const cloud = testCloud();
    const DiskId = await cloud.usedDisk();
    write(cloud, DiskId, 'one');
    const SnapshotId = await makeSnapshot(cloud, { DiskId });
    await cloud.ok('DeleteDisk', { DiskId });
    expect(bytes(cloud, SnapshotId)).to.equal('one');
    expect((await snapshotNow(cloud, SnapshotId))?.['SourceDiskId']).to.equal(DiskId);
  });
});
