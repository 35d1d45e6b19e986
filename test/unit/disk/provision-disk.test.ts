import { expect } from 'chai';
import { tagKeys } from '../../../src/disk/tags.ts';
import { provisionDisk } from '../../../src/disk/provision-disk.ts';
import type { DiskRequest } from '../../../src/disk/disk-request.ts';
import {
  aCall,
  aDisk,
  aDiskRequest,
  quickSightings,
  rejectionOf,
  sightingsOf,
} from '../../support/builders.ts';
import { FakeDiskCloud } from '../../support/fake-disk-cloud.ts';

const clusterId = 'c-1';
const tagged = (key: string, owner?: string) =>
  new Map([[tagKeys.diskKey, key], ...(owner === undefined ? [] : ([[tagKeys.cluster, owner]] as const))]);

function provision(cloud: FakeDiskCloud, changes: Partial<DiskRequest> = {}, call = aCall()) {
  return provisionDisk({ cloud, sightings: sightingsOf(cloud), clusterId }, aDiskRequest(changes), call);
}

describe('provisionDisk', () => {
  it('makes a disk and returns it once it is usable', async () => {
    const cloud = new FakeDiskCloud({ looks: { creating: 3 } });

    const disk = await provision(cloud);

    expect(disk).to.include({ status: 'Available', category: 'cloud_essd', sizeGiB: 20, name: 'pvc-1' });
    expect(cloud.disks.values()).to.deep.equal([disk]);
  });

  it('finds the disk that a former call made, and asks for no other', async () => {
    const cloud = new FakeDiskCloud();
    const first = await provision(cloud);

    const again = await provision(cloud);

    expect(again.id).to.equal(first.id);
    expect(cloud.countOf('createDisk')).to.equal(1);
  });

  it('finds a disk that the existing driver made, whatever its name', async () => {
    const cloud = new FakeDiskCloud();
    const made = cloud.addDisk({ name: 'other', tags: tagged('pvc-1', clusterId) });

    expect(await provision(cloud)).to.deep.equal(made);
    expect(cloud.countOf('createDisk')).to.equal(0);
  });

  it('passes over a disk of another cluster that has the same key', async () => {
    const cloud = new FakeDiskCloud();
    const other = cloud.addDisk({ tags: tagged('pvc-1', 'c-2') });

    expect((await provision(cloud)).id).not.to.equal(other.id);
  });

  it('refuses when several disks have the key, and names them', async () => {
    const cloud = new FakeDiskCloud();
    const one = cloud.addDisk({ tags: tagged('pvc-1') });
    const other = cloud.addDisk({ tags: tagged('pvc-1', clusterId) });

    const error = await rejectionOf(provision(cloud));

    expect(error).to.have.property('kind', 'busy');
    expect(error.message).to.contain(`${one.id}, ${other.id}`).and.to.contain(tagKeys.diskKey);
    expect(cloud.countOf('createDisk')).to.equal(0);
  });

  it('refuses when the key names a disk of another kind', async () => {
    const cloud = new FakeDiskCloud();
    const disk = await provision(cloud);

    const error = await rejectionOf(provision(cloud, { sizeGiB: 40, encrypted: true }));

    expect(error).to.have.property('kind', 'conflict');
    expect(error.message).to.equal(
      `pvc-1 exists as disk ${disk.id}, which is not what is asked for: its size is 20 GiB, its encryption is false`,
    );
    expect(cloud.disks.values()).to.have.length(1);
  });

  it('waits for an existing disk that is still being made', async () => {
    const cloud = new FakeDiskCloud();
    const { id } = cloud.addDisk({ status: 'Creating', tags: tagged('pvc-1') });
    cloud.disks.change(id, { status: 'Available' }, 5);

    expect(await provision(cloud)).to.include({ id, status: 'Available' });
  });

  it('answers busy when an existing disk disappears while it waits for it', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-7', status: 'Creating', tags: tagged('pvc-1') });
    cloud.disks.change('d-7', 'gone', 3);

    const error = await rejectionOf(provision(cloud));

    expect(error).to.include({ kind: 'busy', message: 'disk d-7 has just disappeared; call again' });
    expect((await provision(cloud)).id).not.to.equal('d-7');
  });

  it('does not take a state that it does not know for usable', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-7', status: 'Unknown', tags: tagged('pvc-1') });

    const error = await rejectionOf(provision(cloud));

    expect(error).to.include({ kind: 'busy', message: 'disk d-7 is still being created by ECS' });
  });

  it('answers busy with the same text each time while ECS is still making the disk', async () => {
    const cloud = new FakeDiskCloud({ looks: { creating: 1000 } });

    const first = await rejectionOf(provision(cloud));
    const second = await rejectionOf(provision(cloud));

    expect(first).to.include({ kind: 'busy', message: 'disk d-000001 is still being created by ECS' });
    expect(second.message).to.equal(first.message);
    expect(cloud.disks.values()).to.have.length(1);
  });

  it('ends with the reason of the signal, and leaves the disk for the next call to find', async () => {
    const cloud = new FakeDiskCloud({ looks: { creating: 5 }, rounds: 1000 });
    const controller = new AbortController();
    const gone = new Error('the caller has gone');
    const pending = provision(cloud, {}, aCall(controller.signal));
    while (cloud.countOf('waitForDisk') === 0) {
      await Promise.resolve();
    }
    controller.abort(gone);

    expect(await rejectionOf(pending)).to.equal(gone);
    await provision(cloud);
    expect(cloud.countOf('createDisk')).to.equal(1);
  });

  it('refuses a size that no candidate has before it asks ECS anything', async () => {
    const cloud = new FakeDiskCloud();

    const error = await rejectionOf(provision(cloud, { sizeGiB: 100_000 }));

    expect(error).to.have.property('kind', 'out-of-range');
    expect(cloud.calls).to.deep.equal([]);
  });

  describe('when ECS answers with a disk that is long gone', () => {
    it('goes on to the next token', async () => {
      const cloud = new FakeDiskCloud();
      for (let dead = 1; dead <= 4; dead += 1) {
        cloud.disks.remove((await provision(cloud)).id);
      }

      const disk = await provision(cloud);

      expect(cloud.disks.values()).to.deep.equal([disk]);
      const tokens = cloud.argumentsOf('createDisk').map(({ clientToken }) => clientToken);
      expect(new Set(tokens).size).to.equal(5);
    });

    it('goes on to the next token as often as it takes', async () => {
      const cloud = new FakeDiskCloud();
      for (let dead = 1; dead <= 8; dead += 1) {
        cloud.disks.remove((await provision(cloud)).id);
      }
      expect((await provision(cloud)).status).to.equal('Available');
      expect(cloud.disks.values()).to.have.length(1);
    });

    it('gives up for now after fifty of them, and goes on from there when called again', async () => {
      const cloud = new FakeDiskCloud();
      for (let dead = 1; dead <= 60; dead += 1) {
        cloud.disks.remove((await provision(cloud)).id);
      }
      const parts = { cloud, sightings: quickSightings(), clusterId };

      const error = await rejectionOf(provisionDisk(parts, aDiskRequest(), aCall()));

      expect(error).to.include({ kind: 'busy' });
      expect(error.message).to.contain('ECS keeps answering for pvc-1 with disks that are gone');
      const disk = await provisionDisk(parts, aDiskRequest(), aCall());
      expect(cloud.disks.values()).to.deep.equal([disk]);
    });

    it('does not take a disk for gone that ECS merely does not show yet', async () => {
      const cloud = new FakeDiskCloud({ invisibleLooks: 3 });

      expect(await rejectionOf(provision(cloud))).to.have.property('kind', 'busy');
      expect((await provision(cloud)).status).to.equal('Available');
      expect(cloud.disks.values()).to.have.length(1);
    });
  });

  describe('when the token was used with other parameters', () => {
    it('takes another token when what that made stays out of sight for long', async () => {
      const cloud = new FakeDiskCloud();
      cloud.disks.remove((await provision(cloud)).id);

      const early = await rejectionOf(provision(cloud, { sizeGiB: 40 }));
      expect(early).to.have.property('kind', 'busy');
      expect(early.message).to.contain('waiting for what that made to show up');
      await rejectionOf(provision(cloud, { sizeGiB: 40 }));
      const disk = await provision(cloud, { sizeGiB: 40 });

      expect(disk.sizeGiB).to.equal(40);
      expect(cloud.disks.values()).to.have.length(1);
    });

    it('uses the disk that it made when that has come into sight and fits', async () => {
      const cloud = new FakeDiskCloud();
      const { id } = cloud.disks.add(aDisk({ tags: tagged('pvc-1') }), 1);
      cloud.failNext('createDisk', 'conflict');

      expect((await provision(cloud)).id).to.equal(id);
      expect(cloud.disks.values()).to.have.length(1);
    });

    it('refuses when that made a disk that does not fit', async () => {
      const cloud = new FakeDiskCloud();
      cloud.disks.add(aDisk({ tags: tagged('pvc-1'), sizeGiB: 10 }), 1);
      cloud.failNext('createDisk', 'conflict');

      const error = await rejectionOf(provision(cloud));

      expect(error).to.have.property('kind', 'conflict');
      expect(error.message).to.contain('its size is 10 GiB');
      expect(cloud.countOf('createDisk')).to.equal(1);
    });
  });

  it('passes every other refusal on, and asks for nothing else', async () => {
    for (const kind of ['quota', 'denied', 'invalid', 'account', 'busy', 'throttled'] as const) {
      const cloud = new FakeDiskCloud();
      cloud.failNext('createDisk', kind);

      const error = await rejectionOf(provision(cloud, { zoneIds: ['cn-hangzhou-h', 'cn-hangzhou-i'] }));

      expect(error).to.have.property('kind', kind);
      expect(cloud.countOf('createDisk')).to.equal(1);
    }
  });
});
