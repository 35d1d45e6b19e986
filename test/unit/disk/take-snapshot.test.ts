import { expect } from 'chai';
import { doubtAfterMs, Sightings } from '../../../src/disk/sightings.ts';
import { tagKeys } from '../../../src/disk/tags.ts';
import { takeSnapshot, type SnapshotRequest } from '../../../src/disk/take-snapshot.ts';
import { aCall, aSnapshot, quickSightings, rejectionOf, sightingsOf } from '../../support/builders.ts';
import { FakeDiskCloud, type FakeDiskCloudOptions } from '../../support/fake-disk-cloud.ts';

const request: SnapshotRequest = {
  key: 'snapshot-1',
  diskId: 'd-1',
  retentionDays: undefined,
  resourceGroupId: undefined,
  tags: [{ key: tagKeys.cluster, value: 'c-1' }],
};

function take(cloud: FakeDiskCloud, changes: Partial<SnapshotRequest> = {}) {
  return takeSnapshot(
    { cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' },
    { ...request, ...changes },
    aCall(),
  );
}

function cloudWithDisks(options: FakeDiskCloudOptions = {}): FakeDiskCloud {
  const cloud = new FakeDiskCloud(options);
  cloud.addDisk({ id: 'd-1' });
  cloud.addDisk({ id: 'd-2' });
  return cloud;
}

describe('takeSnapshot', () => {
  it('makes a snapshot and returns it once it is cut, long before it is uploaded', async () => {
    const cloud = cloudWithDisks({ looks: { cutting: 4, uploading: 100 } });

    const snapshot = await take(cloud, { retentionDays: 7, resourceGroupId: 'rg-1' });

    expect(snapshot).to.include({ name: 'snapshot-1', sourceDiskId: 'd-1', status: 'progressing' });
    expect(snapshot.cutAt).to.be.instanceOf(Date);
    expect(cloud.argumentsOf('createSnapshot')[0]).to.deep.include({
      diskId: 'd-1',
      name: 'snapshot-1',
      retentionDays: 7,
      resourceGroupId: 'rg-1',
      tags: request.tags,
    });
  });

  it('finds the snapshot that a former call made, as it is now', async () => {
    const cloud = cloudWithDisks();
    const first = await take(cloud);
    cloud.snapshots.set(first.id, { progressPercent: 50 });

    expect(await take(cloud)).to.include({ id: first.id, progressPercent: 50 });
    expect(cloud.countOf('createSnapshot')).to.equal(1);
  });

  it('finds the snapshot of a disk that is gone by now', async () => {
    const cloud = cloudWithDisks();
    const { id } = await take(cloud);
    cloud.disks.remove('d-1');

    expect(await take(cloud)).to.have.property('id', id);
  });

  it('waits for an existing snapshot that is not cut yet', async () => {
    const cloud = cloudWithDisks();
    cloud.addSnapshot({ id: 's-1', status: 'progressing', cutAt: undefined });
    cloud.snapshots.change('s-1', { cutAt: new Date(0) }, 5);

    expect((await take(cloud)).cutAt).to.deep.equal(new Date(0));
  });

  it('answers busy when an existing snapshot disappears while it waits for it', async () => {
    const cloud = cloudWithDisks();
    cloud.addSnapshot({ id: 's-7', status: 'progressing', cutAt: undefined });
    cloud.snapshots.change('s-7', 'gone', 3);

    const error = await rejectionOf(take(cloud));

    expect(error).to.include({ kind: 'busy', message: 'snapshot s-7 has just disappeared; call again' });
    expect((await take(cloud)).id).not.to.equal('s-7');
  });

  it('answers busy with a constant text while the snapshot is not cut', async () => {
    const cloud = cloudWithDisks({ looks: { cutting: 1000 } });

    const first = await rejectionOf(take(cloud));
    const second = await rejectionOf(take(cloud));

    expect(first).to.have.property('kind', 'busy');
    expect(first.message).to.match(/^snapshot s-\d+ is not cut yet; ECS is still at it$/);
    expect(second.message).to.equal(first.message);
    expect(cloud.snapshots.values()).to.have.length(1);
  });

  it('refuses when the key names a snapshot of another disk', async () => {
    const cloud = cloudWithDisks();
    const { id } = await take(cloud);

    const error = await rejectionOf(take(cloud, { diskId: 'd-2' }));

    expect(error).to.include({
      kind: 'conflict',
      message: `snapshot-1 exists as snapshot ${id} of disk d-1, not of d-2`,
    });
    expect(cloud.snapshots.values()).to.have.length(1);
  });

  it('passes over a snapshot of another cluster that has the same name', async () => {
    const cloud = cloudWithDisks();
    const other = cloud.addSnapshot({ sourceDiskId: 'd-2', tags: new Map([[tagKeys.cluster, 'c-2']]) });

    expect((await take(cloud)).id).not.to.equal(other.id);
  });

  it('always takes the same one of several', async () => {
    const cloud = cloudWithDisks();
    cloud.addSnapshot({ id: 's-b' });
    cloud.addSnapshot({ id: 's-a' });

    expect(await take(cloud)).to.have.property('id', 's-a');
  });

  it('gives a key that ECS does not take as a name another one, and finds it again', async () => {
    const cloud = cloudWithDisks();
    const { id, name } = await take(cloud, { key: 'auto/1' });

    expect(name).to.match(/^csi-[0-9a-f]{40}$/);
    expect(await take(cloud, { key: 'auto/1' })).to.have.property('id', id);
  });

  describe('of a disk that is not there', () => {
    it('says not-found when its absence is proven', async () => {
      const error = await rejectionOf(take(new FakeDiskCloud()));
      expect(error).to.include({ kind: 'not-found', message: 'disk d-1 does not exist' });
    });

    it('says unreadable when ECS does not show it', async () => {
      const cloud = cloudWithDisks();
      cloud.disks.hide('d-1');

      expect(await rejectionOf(take(cloud))).to.have.property('kind', 'unreadable');
      expect(cloud.countOf('createSnapshot')).to.equal(0);
    });
  });

  it('refuses a disk whose category has no snapshots', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', category: 'elastic_ephemeral_disk_standard' });

    const error = await rejectionOf(take(cloud));

    expect(error).to.have.property('kind', 'unsupported');
    expect(error.message).to.contain('elastic_ephemeral_disk_standard');
    expect(cloud.countOf('createSnapshot')).to.equal(0);
  });

  describe('when ECS fails to make the snapshot', () => {
    it('removes the remains before it says so', async () => {
      const cloud = cloudWithDisks({ looks: { deleting: 0 } });
      cloud.failSnapshots(1);

      const error = await rejectionOf(take(cloud));

      expect(error).to.include({ kind: 'failed', message: 'ECS failed to make the snapshot of disk d-1' });
      expect(cloud.snapshots.values()).to.deep.equal([]);
      const [, options] = cloud.calls.find(({ method }) => method === 'deleteSnapshot')?.args ?? [];
      expect(options).to.deep.equal({ force: false });
    });

    it('makes another one at the next call, although ECS remembers the token', async () => {
      const cloud = cloudWithDisks({ looks: { deleting: 0 } });
      cloud.failSnapshots(1);
      await rejectionOf(take(cloud));

      const snapshot = await take(cloud);

      expect(snapshot.cutAt).to.be.instanceOf(Date);
      expect(cloud.snapshots.values()).to.have.length(1);
    });

    it('removes one that it finds, cut or not', async () => {
      for (const cutAt of [undefined, new Date(0)]) {
        const cloud = cloudWithDisks({ looks: { deleting: 0 } });
        cloud.snapshots.add(aSnapshot({ status: 'failed', available: false, cutAt }));

        expect(await rejectionOf(take(cloud))).to.have.property('kind', 'failed');
        expect(cloud.snapshots.values()).to.deep.equal([]);
      }
    });

    it('does not call it final while the remains could not be removed', async () => {
      const cloud = cloudWithDisks();
      cloud.failSnapshots(1);
      cloud.failNext('deleteSnapshot', 'throttled');

      expect(await rejectionOf(take(cloud))).to.have.property('kind', 'throttled');
    });
  });

  describe('when ECS answers with a snapshot that is long gone', () => {
    it('goes on to the next token', async () => {
      const cloud = cloudWithDisks();
      for (let dead = 1; dead <= 4; dead += 1) {
        cloud.snapshots.remove((await take(cloud)).id);
      }

      const snapshot = await take(cloud);

      expect(cloud.snapshots.values()).to.deep.equal([snapshot]);
    });

    it('goes on to the next token as often as it takes', async () => {
      const cloud = cloudWithDisks();
      for (let dead = 1; dead <= 8; dead += 1) {
        cloud.snapshots.remove((await take(cloud)).id);
      }
      expect((await take(cloud)).cutAt).to.be.instanceOf(Date);
      expect(cloud.snapshots.values()).to.have.length(1);
    });

    it('gives up for now after fifty of them, and goes on from there when called again', async () => {
      const cloud = cloudWithDisks();
      for (let dead = 1; dead <= 60; dead += 1) {
        cloud.snapshots.remove((await take(cloud)).id);
      }
      const parts = { cloud, sightings: quickSightings(), clusterId: 'c-1' };

      const error = await rejectionOf(takeSnapshot(parts, request, aCall()));

      expect(error).to.have.property('kind', 'busy');
      expect(error.message).to.contain('ECS keeps answering for snapshot-1 with snapshots that are gone');
      const snapshot = await takeSnapshot(parts, request, aCall());
      expect(cloud.snapshots.values()).to.deep.equal([snapshot]);
    });

    it('does not take a snapshot for gone that ECS merely does not show yet', async () => {
      const cloud = cloudWithDisks({ invisibleLooks: 4 });

      expect(await rejectionOf(take(cloud))).to.have.property('kind', 'busy');
      expect((await take(cloud)).cutAt).to.be.instanceOf(Date);
      expect(cloud.snapshots.values()).to.have.length(1);
    });
  });

  it('makes a new snapshot with other parameters after the former one was deleted', async () => {
    const cloud = cloudWithDisks();
    cloud.snapshots.remove((await take(cloud)).id);

    for (let early = 1; early <= 2; early += 1) {
      expect(await rejectionOf(take(cloud, { retentionDays: 3 }))).to.have.property('kind', 'busy');
    }
    const snapshot = await take(cloud, { retentionDays: 3 });

    expect(snapshot).to.have.property('retentionDays', 3);
    expect(cloud.snapshots.values()).to.have.length(1);
  });

  it('uses the snapshot that the token made with other parameters once it comes into sight', async () => {
    const cloud = cloudWithDisks();
    cloud.snapshots.add(aSnapshot({ id: 's-7', retentionDays: 3 }), 1);
    cloud.failNext('createSnapshot', 'conflict');

    expect(await take(cloud)).to.have.property('id', 's-7');
    expect(cloud.countOf('createSnapshot')).to.equal(1);
  });

  describe('of which an earlier request was not answered', () => {
    const refusals: readonly [string, (cloud: FakeDiskCloud) => void][] = [
      ['the account is refused', (cloud) => cloud.failNext('createSnapshot', 'account')],
      ['the disk is gone', (cloud) => cloud.disks.remove('d-1')],
    ];
    for (const [what, refuse] of refusals) {
      it(`is not given up while it may show up still, though ${what} now`, async () => {
        const cloud = cloudWithDisks({ invisibleLooks: 3 });
        let nowMs = 0;
        const parts = { cloud, sightings: new Sightings(() => nowMs), clusterId: 'c-1' };
        cloud.failNext('createSnapshot', 'lost-reply');
        expect(await rejectionOf(takeSnapshot(parts, request, aCall()))).to.have.property(
          'kind',
          'outcome-unknown',
        );
        refuse(cloud);
        expect(await rejectionOf(takeSnapshot(parts, request, aCall()))).to.have.property('kind', 'busy');
        nowMs += 1000;
        const { id } = await takeSnapshot(parts, request, aCall());
        expect(cloud.snapshots.values().map((one) => one.id)).to.deep.equal([id]);
      });

      it(`is given up once it is missing for long, and ${what}`, async () => {
        const cloud = cloudWithDisks();
        let nowMs = 0;
        const parts = { cloud, sightings: new Sightings(() => nowMs), clusterId: 'c-1' };
        cloud.failNext('createSnapshot', 'lost-request');
        await rejectionOf(takeSnapshot(parts, request, aCall()));
        refuse(cloud);
        nowMs += doubtAfterMs;
        expect(await rejectionOf(takeSnapshot(parts, request, aCall()))).to.have.property(
          'kind',
          what === 'the disk is gone' ? 'not-found' : 'account',
        );
      });

      it(`is found at the last look, in any process, when ${what}`, async () => {
        const cloud = cloudWithDisks({ invisibleLooks: 1 });
        cloud.failNext('createSnapshot', 'lost-reply');
        await rejectionOf(take(cloud));
        refuse(cloud);
        expect((await take(cloud)).id).to.equal(cloud.snapshots.values()[0]?.id);
      });
    }
  });

  it('passes every other refusal on', async () => {
    for (const kind of ['quota', 'wrong-state', 'busy', 'denied', 'throttled', 'outcome-unknown'] as const) {
      const cloud = cloudWithDisks();
      cloud.failNext('createSnapshot', kind);

      expect(await rejectionOf(take(cloud))).to.have.property('kind', kind);
      expect(cloud.countOf('createSnapshot')).to.equal(1);
    }
  });
});
