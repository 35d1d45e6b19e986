import { expect } from 'chai';
import type { Disk } from '../../../src/disk/disk.ts';
import { isReady } from '../../../src/disk/snapshot.ts';
import { startEmulator } from '../../support/emulator.ts';
import type { Emulator } from '../../support/emulator.ts';
import { rejection } from '../../unit/ecs/fixtures.ts';
import { aCall, connect, newDisk, newSnapshot, ownerTag } from './set-up.ts';

const isAvailable = (disk: Disk | undefined) => disk?.status === 'Available';

describe('EcsDiskCloud against an ECS', () => {
  let emulator: Emulator;
  let cloud: ReturnType<typeof connect>;

  before(async () => {
    emulator = await startEmulator();
  });

  beforeEach(async () => {
    await emulator.control('POST', '/reset');
    await emulator.configure({ createDiskMs: 50, cutMs: 50, uploadMs: 100, allowNeverUsedSnapshots: true });
    cloud = connect({ endpoint: emulator.endpoint });
  });

  afterEach(() => cloud.close());

  after(() => emulator[Symbol.asyncDispose]());

  async function availableDisk(overrides = {}): Promise<string> {
    const diskId = await cloud.createDisk(newDisk(overrides), aCall());
    await cloud.waitForDisk(diskId, isAvailable, aCall());
    return diskId;
  }

  async function usedDisk(): Promise<string> {
    const diskId = await availableDisk();
    await emulator.attach(diskId);
    return diskId;
  }

  it('makes a disk as asked, grows it, deletes it, and proves that it is gone', async () => {
    const wanted = newDisk({
      description: 'made by a test',
      encrypted: true,
      tags: [ownerTag, { key: 'team', value: '' }],
    });
    const diskId = await cloud.createDisk(wanted, aCall());
    const disk = await cloud.waitForDisk(diskId, isAvailable, aCall());
    expect(disk).to.deep.include({
      id: diskId,
      name: 'pv-1',
      status: 'Available',
      category: 'cloud_essd',
      performanceLevel: 'PL1',
      sizeGiB: 20,
      zoneId: 'cn-hangzhou-i',
      encrypted: true,
      multiAttach: false,
      attachments: [],
      wasEverAttached: false,
      tags: new Map([
        ['ack.aliyun.com', 'cluster-1'],
        ['team', ''],
      ]),
    });

    await cloud.resizeDisk({ diskId, sizeGiB: 30, online: false }, aCall());
    expect((await cloud.findDisk(diskId, aCall()))?.sizeGiB).to.equal(30);
    expect((await emulator.requests('ResizeDisk'))[0]?.parameters).not.to.have.property('Type');
    expect(await cloud.isDiskProvenAbsent(diskId, aCall())).to.equal(false);

    await cloud.deleteDisk(diskId, aCall());
    await cloud.waitForDisk(diskId, (found) => found === undefined, aCall());
    expect(await cloud.isDiskProvenAbsent(diskId, aCall())).to.equal(true);
    await cloud.deleteDisk(diskId, aCall());
  });

  it('grows a disk that an instance holds only online', async () => {
    const diskId = await usedDisk();
    await cloud.resizeDisk({ diskId, sizeGiB: 40, online: true }, aCall());
    const [request] = await emulator.requests('ResizeDisk');
    expect(request?.parameters).to.include({ Type: 'online', NewSize: '40' });
    const disk = await cloud.findDisk(diskId, aCall());
    expect(disk).to.include({ sizeGiB: 40, status: 'In_use', wasEverAttached: true });
    expect(disk?.attachments).to.have.length(1);
  });

  it('makes a snapshot, finds it in every way, makes a disk of it, and deletes all', async () => {
    const diskId = await usedDisk();
    const snapshotId = await cloud.createSnapshot(newSnapshot(diskId, { retentionDays: 7 }), aCall());
    const snapshot = await cloud.waitForSnapshot(
      snapshotId,
      (found) => found !== undefined && isReady(found),
      aCall(),
    );
    expect(snapshot).to.include({
      name: 'snap-1',
      sourceDiskId: diskId,
      sourceDiskSizeGiB: 20,
      retentionDays: 7,
    });
    expect(snapshot?.cutAt).to.be.instanceOf(Date);
    const ids = async (found: Promise<{ id: string }[]>) => (await found).map(({ id }) => id);
    expect(await ids(cloud.findSnapshotsByName('snap-1', 'shared', aCall()))).to.deep.equal([snapshotId]);
    expect(await ids(cloud.findSnapshotsByName('snap', 'shared', aCall()))).to.deep.equal([]);
    expect(await ids(cloud.findSnapshotsOfDisk(diskId, aCall()))).to.deep.equal([snapshotId]);
    expect(await ids(cloud.findSnapshots([snapshotId, 's-nothing'], aCall()))).to.deep.equal([snapshotId]);
    expect(await cloud.listSnapshotIds(ownerTag, aCall())).to.deep.equal([snapshotId]);

    const copyId = await availableDisk({ snapshotId, name: 'pv-2' });
    expect(await ids(cloud.findDisksMadeFrom(snapshotId, aCall()))).to.deep.equal([copyId]);
    expect((await cloud.findDisk(copyId, aCall()))?.sourceSnapshotId).to.equal(snapshotId);

    expect((await rejection(cloud.deleteSnapshot(snapshotId, { force: false }, aCall()))).kind).to.equal(
      'source-of-disks',
    );
    await cloud.deleteSnapshot(snapshotId, { force: true }, aCall());
    expect(await cloud.findSnapshot(snapshotId, aCall())).to.equal(undefined);
    expect(await cloud.isSnapshotProvenAbsent(snapshotId, aCall())).to.equal(true);
    await cloud.deleteSnapshot(snapshotId, { force: true }, aCall());
  });

  it('gives the same disk for the same token, and calls other parameters a conflict', async () => {
    const wanted = newDisk();
    const first = await cloud.createDisk(wanted, aCall());
    expect(await cloud.createDisk(wanted, aCall())).to.equal(first);
    const other = await rejection(cloud.createDisk({ ...wanted, sizeGiB: 21 }, aCall()));
    expect(other.kind).to.equal('conflict');
    expect((await emulator.counts()).disks).to.equal(1);
  });

  it('takes a missing resource for deleted, also when ECS complains about it', async () => {
    await emulator.configure({ deleteMissing: 'refuse' });
    await cloud.deleteDisk('d-nothing', aCall());
    await cloud.deleteSnapshot('s-nothing', { force: true }, aCall());
    expect(cloud.observer.finished.map(({ code }) => code)).to.deep.equal([
      'InvalidDiskId.NotFound',
      'InvalidSnapshotId.NotFound',
    ]);
  });

  it('makes no request for what is no id', async () => {
    await emulator.clearRequests();
    await cloud.deleteDisk('../etc', aCall());
    await cloud.deleteSnapshot('d-1', { force: true }, aCall());
    expect(await cloud.findDisks(['nonsense', ''], aCall())).to.deep.equal([]);
    expect(await cloud.findSnapshotsOfDisk('nonsense', aCall())).to.deep.equal([]);
    expect(await cloud.findDisksMadeFrom('nonsense', aCall())).to.deep.equal([]);
    expect(await cloud.isDiskProvenAbsent('nonsense', aCall())).to.equal(true);
    const waiting = await rejection(cloud.waitForDisk('nonsense', isAvailable, aCall()));
    expect(waiting.message).to.include('not the id of a disk');
    expect(await emulator.requests()).to.deep.equal([]);
  });

  it('finds and waits for 150 disks with few requests', async () => {
    const diskIds = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        cloud.createDisk(newDisk({ name: `pv-${String(index)}` }), aCall()),
      ),
    );
    await emulator.clearRequests();
    await Promise.all(diskIds.map((diskId) => cloud.waitForDisk(diskId, isAvailable, aCall())));
    expect((await emulator.requests('DescribeDisks')).length).to.be.lessThan(10);

    await emulator.clearRequests();
    const found = await cloud.findDisks(['d-nothing', ...diskIds], aCall());
    expect(found.map(({ id }) => id)).to.deep.equal(diskIds);
    expect(await emulator.requests('DescribeDisks')).to.have.length(2);
    expect(cloud.observer.batches).to.include(100);
  });

  it('lists all that carry a tag, although a search by tag shows only some', async () => {
    await emulator.configure({ tagFilterLimit: 10 });
    const diskIds = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        cloud.createDisk(newDisk({ name: `pv-${String(index)}` }), aCall()),
      ),
    );
    await cloud.createDisk(newDisk({ tags: [{ ...ownerTag, value: 'other' }] }), aCall());
    expect(await cloud.listDiskIds(ownerTag, aCall())).to.deep.equal(diskIds.sort());
    expect(await cloud.findDisksByTag(ownerTag, aCall())).to.have.length(10);
    await emulator.configure({ tagFilterLimit: 1000 });
    expect(await cloud.findDisksByTag(ownerTag, aCall())).to.have.length(60);
  });

  it('reads every page of a long list, and many names with few requests', async () => {
    await emulator.configure({ concurrentSnapshotsPerDisk: 1000, snapshotsPerDisk: 1000 });
    const diskId = await usedDisk();
    const names = Array.from({ length: 120 }, (_, index) => `snap-${String(index)}`);
    await Promise.all(names.map((name) => cloud.createSnapshot(newSnapshot(diskId, { name }), aCall())));
    expect(await cloud.findSnapshotsOfDisk(diskId, aCall())).to.have.length(120);

    await emulator.clearRequests();
    const found = await Promise.all(
      [...names, 'nobody'].map((name) => cloud.findSnapshotsByName(name, 'shared', aCall())),
    );
    expect(found.map((snapshots) => snapshots.map(({ name }) => name))).to.deep.equal([
      ...names.map((name) => [name]),
      [],
    ]);
    expect((await emulator.requests('DescribeSnapshots')).length).to.equal(2);
  });

  it('signs with temporary keys', async () => {
    const sts = connect({
      endpoint: emulator.endpoint,
      keys: {
        kind: 'sts',
        accessKeyId: 'emulator-sts-key',
        accessKeySecret: 'emulator-sts-secret',
        securityToken: 'emulator-sts-token',
      },
    });
    await sts.checkAccess(aCall());
    sts.close();
  });

  it('tells whoever waits when it is closed', async () => {
    const waiting = cloud.waitForDisk('d-nothing', isAvailable, aCall());
    const rejected = rejection(waiting);
    cloud.close();
    expect((await rejected).kind).to.equal('cancelled');
    expect((await rejection(cloud.findDisk('d-1', aCall()))).kind).to.equal('cancelled');
  });
});
