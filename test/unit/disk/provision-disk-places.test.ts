import { expect } from 'chai';
import { provisionDisk } from '../../../src/disk/provision-disk.ts';
import { describeCandidate, type DiskRequest } from '../../../src/disk/disk-request.ts';
import { tagKeys } from '../../../src/disk/tags.ts';
import { aCall, aDisk, aDiskRequest, diskErrorOf, rejectionOf, sightingsOf } from '../../support/builders.ts';
import { FakeDiskCloud } from '../../support/fake-disk-cloud.ts';

const manyPlaces: Partial<DiskRequest> = {
  categories: ['cloud_essd', 'cloud_ssd'],
  performanceLevels: ['PL1', 'PL0'],
  zoneIds: ['cn-hangzhou-h', 'cn-hangzhou-i'],
};

function provision(cloud: FakeDiskCloud, changes: Partial<DiskRequest> = {}) {
  return provisionDisk(
    { cloud, sightings: sightingsOf(cloud), clusterId: undefined },
    aDiskRequest({ ...manyPlaces, ...changes }),
    aCall(),
  );
}

const asked = (cloud: FakeDiskCloud) => cloud.argumentsOf('createDisk').map(describeCandidate);

describe('provisionDisk with several candidates', () => {
  it('tries one after the other, best first, until ECS offers one', async () => {
    const cloud = new FakeDiskCloud();
    cloud.failNext('createDisk', 'not-offered', 'not-offered', 'not-offered');

    const disk = await provision(cloud);

    expect(asked(cloud)).to.deep.equal([
      'cloud_essd PL1 in cn-hangzhou-h',
      'cloud_essd PL0 in cn-hangzhou-h',
      'cloud_ssd in cn-hangzhou-h',
      'cloud_essd PL1 in cn-hangzhou-i',
    ]);
    expect(disk).to.include({ zoneId: 'cn-hangzhou-i', performanceLevel: 'PL1' });
    expect(cloud.disks.values()).to.have.length(1);
  });

  it('goes on when a zone has no room for one of them', async () => {
    const cloud = new FakeDiskCloud();
    cloud.failNext('createDisk', 'no-capacity');

    expect(await provision(cloud)).to.have.property('performanceLevel', 'PL0');
    expect(cloud.disks.values()).to.have.length(1);
  });

  describe('all of which a quota rules out', () => {
    const regional: Partial<DiskRequest> = { categories: ['cloud_regional_disk_auto'] };
    const node = { nodeName: 'node-1', categories: ['cloud_ssd', 'cloud_regional_disk_auto'] };

    async function refusalOf(changes: Partial<DiskRequest>, ...refusals: ('no-capacity' | 'not-offered')[]) {
      const cloud = new FakeDiskCloud();
      cloud.failNext('createDisk', ...refusals);
      const error = await diskErrorOf(provision(cloud, changes));
      expect(cloud.countOf('createDisk')).to.equal(refusals.length);
      return error;
    }

    it('names the quota where every node would be offered the same', async () => {
      const error = await refusalOf({ ...regional, zoneIds: [] }, 'no-capacity');
      expect(error.kind).to.equal('quota');
      expect(error.message).to.contain('cloud_regional_disk_auto: ');
      expect((await refusalOf(regional, 'no-capacity')).kind).to.equal('quota');
      expect((await refusalOf(regional, 'not-offered')).kind).to.equal('not-offered');
    });

    it('lets the scheduler go on where the node or its zone has decided what is tried', async () => {
      const ssd = { categories: ['cloud_ssd'] };
      const error = await refusalOf(ssd, 'no-capacity', 'no-capacity');
      expect(error.kind).to.equal('not-offered');
      expect(error.message).to.contain('cloud_ssd in cn-hangzhou-i: ');
      const ofOneZone = { ...ssd, zoneIds: ['cn-hangzhou-h'] };
      expect((await refusalOf(ofOneZone, 'no-capacity')).kind).to.equal('not-offered');
      const ofNode = { ...regional, attachable: node };
      expect((await refusalOf(ofNode, 'no-capacity')).kind).to.equal('not-offered');
      const zonesExcluded = { categories: ['cloud_ssd', 'cloud_regional_disk_auto'], zoneIds: [] };
      expect((await refusalOf(zonesExcluded, 'no-capacity')).kind).to.equal('not-offered');
    });
  });

  it('lets the scheduler go on when an earlier attempt has made the disk in a zone not wanted any more', async () => {
    const cloud = new FakeDiskCloud();
    const { id } = await provision(cloud, { zoneIds: ['cn-hangzhou-h'] });

    const elsewhere = await diskErrorOf(provision(cloud, { zoneIds: ['cn-hangzhou-i'] }));
    expect(elsewhere.kind).to.equal('not-offered');
    expect(elsewhere.message).to.match(
      /exists as disk .* in zone cn-hangzhou-h, and is wanted in cn-hangzhou-i/,
    );
    expect((await provision(cloud)).id).to.equal(id);
    expect(cloud.countOf('createDisk')).to.equal(1);
  });

  it('makes no second disk when one of another zone shows up late', async () => {
    const cloud = new FakeDiskCloud();
    const tags = new Map([[tagKeys.diskKey, 'pvc-1']]);
    cloud.disks.add(aDisk({ tags, zoneId: 'cn-hangzhou-k' }), 1);
    cloud.failNext('createDisk', 'conflict');

    expect((await diskErrorOf(provision(cloud))).kind).to.equal('busy');
    expect((await diskErrorOf(provision(cloud))).kind).to.equal('not-offered');
    expect(cloud.disks.values()).to.have.length(1);
  });

  it('gives each candidate a token of its own, the same ones in each call', async () => {
    const cloud = new FakeDiskCloud();
    for (let call = 1; call <= 2; call += 1) {
      cloud.failNext('createDisk', ...Array.from({ length: 6 }, () => 'not-offered' as const));
      expect(await rejectionOf(provision(cloud))).to.have.property('kind', 'not-offered');
    }

    const tokens = cloud.argumentsOf('createDisk').map(({ clientToken }) => clientToken);
    expect(tokens.slice(0, 6)).to.deep.equal(tokens.slice(6));
    expect(new Set(tokens).size).to.equal(6);
  });

  it('says of each candidate why it cannot be had', async () => {
    const cloud = new FakeDiskCloud();
    cloud.failNext('createDisk', 'not-offered', 'not-offered');

    const error = await rejectionOf(provision(cloud, { categories: ['cloud_ssd'] }));

    expect(error).to.have.property('kind', 'not-offered');
    expect(error.message)
      .to.match(/^no candidate can be had for pvc-1: cloud_ssd in cn-hangzhou-h: /)
      .and.to.contain('; cloud_ssd in cn-hangzhou-i: ');
  });

  it('passes over candidates that do not come in the size', async () => {
    const cloud = new FakeDiskCloud();

    await provision(cloud, { sizeGiB: 10 });

    expect(asked(cloud)).to.deep.equal(['cloud_essd PL0 in cn-hangzhou-h']);
  });

  it('keeps the disk of the second candidate when the first can be had again', async () => {
    const cloud = new FakeDiskCloud();
    cloud.failNext('createDisk', 'not-offered', 'lost-reply');
    expect(await rejectionOf(provision(cloud))).to.have.property('kind', 'outcome-unknown');

    const disk = await provision(cloud);

    expect(disk.performanceLevel).to.equal('PL0');
    expect(cloud.disks.values()).to.deep.equal([disk]);
  });

  it('answers busy when an earlier attempt took another candidate, whose disk shows up only now', async () => {
    const cloud = new FakeDiskCloud();
    const earlier = cloud.addDisk();
    const found = [[], [earlier]];
    cloud.findDisksByTag = () => Promise.resolve(found.shift() ?? []);

    const error = await rejectionOf(provision(cloud));

    expect(error).to.include({
      kind: 'busy',
      message: `both ${earlier.id} and d-000002 were made for pvc-1; delete one of them`,
    });
  });

  it('does not go on to another candidate while the outcome of one is unknown', async () => {
    const cloud = new FakeDiskCloud();
    cloud.failNext('createDisk', 'lost-request');

    expect(await rejectionOf(provision(cloud))).to.have.property('kind', 'outcome-unknown');
    expect(cloud.countOf('createDisk')).to.equal(1);
  });
});

describe('provisionDisk from a snapshot', () => {
  const restore = (cloud: FakeDiskCloud, changes: Partial<DiskRequest> = {}) =>
    provision(cloud, { categories: ['cloud_essd'], performanceLevels: [], snapshotId: 's-9', ...changes });

  it('makes a disk of the snapshot as large as its source', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', sourceDiskSizeGiB: 40 });

    expect(await restore(cloud)).to.include({ sizeGiB: 40, sourceSnapshotId: 's-9' });
    expect(cloud.argumentsOf('createDisk')[0]).to.include({ sizeGiB: 40, snapshotId: 's-9' });
  });

  it('makes a larger disk when one is asked for', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', sourceDiskSizeGiB: 40 });

    expect(await restore(cloud, { sizeGiB: 100 })).to.have.property('sizeGiB', 100);
  });

  it('takes the size of the snapshot into account when it chooses the candidate', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', sourceDiskSizeGiB: 500 });

    await restore(cloud, { categories: ['cloud', 'cloud_essd'], performanceLevels: ['PL2'], sizeGiB: 470 });
    await restore(cloud, {
      key: 'pvc-2',
      categories: ['cloud_essd'],
      performanceLevels: ['PL2'],
      sizeGiB: 470,
    });

    expect(cloud.argumentsOf('createDisk').map(({ sizeGiB }) => sizeGiB)).to.deep.equal([500, 500]);
  });

  it('refuses when the limit is smaller than the snapshot', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', sourceDiskSizeGiB: 40 });

    const error = await rejectionOf(restore(cloud, { maxSizeGiB: 39 }));

    expect(error).to.include({
      kind: 'out-of-range',
      message: 'snapshot s-9 needs 40 GiB, and the limit is 39 GiB',
    });
    expect(cloud.countOf('createDisk')).to.equal(0);
  });

  it('takes a limit that the snapshot just fits', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', sourceDiskSizeGiB: 40 });

    expect(await restore(cloud, { maxSizeGiB: 40 })).to.have.property('sizeGiB', 40);
    expect(await restore(cloud, { key: 'pvc-2', maxSizeGiB: 41 })).to.have.property('sizeGiB', 40);
  });

  it('refuses when there is no such snapshot', async () => {
    const error = await rejectionOf(restore(new FakeDiskCloud()));
    expect(error).to.have.property('kind', 'not-found');
    expect(error.message).to.contain('s-9');
  });

  it('refuses a snapshot that failed', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', status: 'failed', available: false });

    expect(await rejectionOf(restore(cloud))).to.have.property('kind', 'wrong-state');
  });

  it('asks to come again while the snapshot is not ready', async () => {
    for (const notReady of [{ cutAt: undefined }, { available: false }]) {
      const cloud = new FakeDiskCloud();
      cloud.addSnapshot({ id: 's-9', status: 'progressing', ...notReady });

      expect(await rejectionOf(restore(cloud))).to.have.property('kind', 'busy');
      expect(cloud.countOf('createDisk')).to.equal(0);
    }
  });

  it('restores a snapshot that is available long before its upload has ended', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', status: 'progressing', progressPercent: 1, available: true });

    expect(await restore(cloud)).to.have.property('status', 'Available');
  });

  it('restores it to a category with instant access only, until the upload has ended', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', status: 'progressing', available: true });
    const mixed = { categories: ['cloud_efficiency', 'cloud_essd'] };

    const early = await restore(cloud, mixed);
    cloud.snapshots.set('s-9', { status: 'accomplished' });
    const late = await restore(cloud, { ...mixed, key: 'pvc-2' });

    expect([early.category, late.category]).to.deep.equal(['cloud_essd', 'cloud_efficiency']);
    expect((await restore(cloud, mixed)).id).to.equal(early.id);
  });

  it('waits for the upload where the class names no such category, with a text that stays the same', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9', status: 'progressing', available: true, progressPercent: 20 });
    const plain = { categories: ['cloud_ssd', 'cloud_efficiency'] };
    const first = await rejectionOf(restore(cloud, plain));
    cloud.snapshots.set('s-9', { progressPercent: 40 });
    const second = await rejectionOf(restore(cloud, plain));

    expect(first).to.have.property('kind', 'busy');
    expect(first.message)
      .to.contain('snapshot s-9 is not uploaded yet')
      .and.to.contain('cloud_ssd, cloud_efficiency');
    expect(second.message).to.equal(first.message);
    expect(cloud.countOf('createDisk')).to.equal(0);
  });

  it('finds the restored disk again although its snapshot is gone by now', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-9' });
    const disk = await restore(cloud);
    cloud.snapshots.remove('s-9');

    expect((await restore(cloud)).id).to.equal(disk.id);
  });

  describe('for a node that cannot attach every category', () => {
    const attachable = (...categories: string[]) => ({ attachable: { nodeName: 'node-1', categories } });

    it('leaves out what the node cannot attach', async () => {
      const cloud = new FakeDiskCloud();
      await provision(cloud, attachable('cloud_ssd', 'cloud_auto'));
      expect(asked(cloud)).to.deep.equal(['cloud_ssd in cn-hangzhou-h']);
    });

    it('is not-offered, with the names of both, when nothing is left: another node may do', async () => {
      const cloud = new FakeDiskCloud();
      const error = await rejectionOf(provision(cloud, attachable('cloud_auto')));
      expect(error).to.have.property('kind', 'not-offered');
      expect(error.message).to.equal(
        'node node-1 cannot attach cloud_essd, cloud_ssd; it can attach cloud_auto',
      );
      expect(asked(cloud)).to.deep.equal([]);
    });

    it('waits for the upload of a snapshot that the node’s categories need, rather than ask for another node', async () => {
      const cloud = new FakeDiskCloud();
      const { id } = cloud.addSnapshot({ status: 'progressing', progressPercent: 10 });
      const error = await rejectionOf(provision(cloud, { snapshotId: id, ...attachable('cloud_ssd') }));
      expect(error).to.have.property('kind', 'busy');
      cloud.snapshots.set(id, { status: 'accomplished' });
      expect(await provision(cloud, { snapshotId: id, ...attachable('cloud_ssd') })).to.include({
        category: 'cloud_ssd',
        sourceSnapshotId: id,
      });
    });

    it('is not-offered where an earlier attempt made what the node cannot attach; the next node has it', async () => {
      const cloud = new FakeDiskCloud();
      const made = await provision(cloud);
      const error = await rejectionOf(provision(cloud, attachable('cloud_auto')));
      expect(error).to.have.property('kind', 'not-offered');
      expect(error.message).to.contain(
        `disk ${made.id} of category cloud_essd, which node node-1 cannot attach`,
      );
      expect(await provision(cloud, attachable('cloud_auto', 'cloud_essd'))).to.have.property('id', made.id);
      expect(cloud.disks.values()).to.have.length(1);
    });
  });
});
