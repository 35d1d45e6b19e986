import { expect } from 'chai';
import fc from 'fast-check';
import type { Disk } from '../../../src/disk/disk.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { removeDisk } from '../../../src/disk/remove-disk.ts';
import { aCall, rejectionOf } from '../../support/builders.ts';
import { FakeDiskCloud, type Fault } from '../../support/fake-disk-cloud.ts';

const remove = (cloud: FakeDiskCloud) => removeDisk(cloud, 'd-1', aCall());

function cloudWith(changes: Partial<Disk> = {}): FakeDiskCloud {
  const cloud = new FakeDiskCloud({ looks: { deleting: 3 } });
  cloud.addDisk({ id: 'd-1', ...changes });
  return cloud;
}

describe('removeDisk', () => {
  it('returns once the disk is gone', async () => {
    const cloud = cloudWith();

    await remove(cloud);

    expect(cloud.disks.values()).to.deep.equal([]);
  });

  it('counts a disk as deleted that is proven absent', async () => {
    const cloud = new FakeDiskCloud();

    await remove(cloud);

    expect(cloud.calls.map(({ method }) => method)).to.deep.equal(['findDisk', 'isDiskProvenAbsent']);
  });

  it('never counts a disk as deleted that is merely hidden from us', async () => {
    const cloud = cloudWith();
    cloud.disks.hide('d-1');

    const error = await rejectionOf(remove(cloud));

    expect(error).to.have.property('kind', 'unreadable');
    expect(error.message).to.contain('disk d-1').and.to.contain('RAM rights');
    expect(cloud.countOf('deleteDisk')).to.equal(0);
  });

  for (const held of [
    { status: 'In_use', attachments: [{ instanceId: 'i-1', device: undefined }] },
    { status: 'Available', attachments: [{ instanceId: 'i-1', device: undefined }] },
    { status: 'Attaching', attachments: [{ instanceId: 'i-1', device: undefined }] },
  ] as const) {
    it(`never asks for the deletion of a disk that is ${held.status} and held by an instance`, async () => {
      const cloud = cloudWith(held);

      const error = await rejectionOf(remove(cloud));

      expect(error).to.have.property('kind', 'in-use');
      expect(error.message).to.equal(`disk d-1 is in use by i-1 (${held.status}); detach it first`);
      expect(cloud.countOf('deleteDisk')).to.equal(0);
    });
  }

  it('names no holder when ECS names none', async () => {
    const error = await rejectionOf(remove(cloudWith({ status: 'In_use' })));
    expect(error.message).to.equal('disk d-1 is in use (In_use); detach it first');
  });

  for (const status of ['Creating', 'Detaching', 'ReIniting'] as const) {
    it(`waits for a disk that is ${status}, and deletes it then`, async () => {
      const cloud = cloudWith({ status });
      cloud.disks.change('d-1', { status: 'Available' }, 4);

      await remove(cloud);

      expect(cloud.disks.values()).to.deep.equal([]);
      expect(cloud.countOf('deleteDisk')).to.equal(1);
    });

    it(`answers busy while the disk stays ${status}`, async () => {
      const cloud = cloudWith({ status });

      const error = await rejectionOf(remove(cloud));

      expect(error).to.include({
        kind: 'busy',
        message: `disk d-1 cannot be deleted while it is ${status}`,
      });
      expect(cloud.countOf('deleteDisk')).to.equal(0);
    });
  }

  it('leaves a disk alone that an instance has taken while we waited', async () => {
    const cloud = cloudWith({ status: 'Creating' });
    cloud.disks.change('d-1', { status: 'In_use' }, 2);

    expect(await rejectionOf(remove(cloud))).to.have.property('kind', 'in-use');
    expect(cloud.countOf('deleteDisk')).to.equal(0);
  });

  it('does not count a disk as deleted that was out of sight while we waited', async () => {
    const cloud = cloudWith({ status: 'Detaching' });
    const look = cloud.findDisk.bind(cloud);
    cloud.findDisk = async (id, call) => {
      const disk = await look(id, call);
      cloud.disks.hide('d-1');
      return disk;
    };

    expect(await rejectionOf(remove(cloud))).to.have.property('kind', 'busy');
    expect(cloud.countOf('deleteDisk')).to.equal(0);
  });

  it('waits for a snapshot in the making once ECS refuses because of it, then asks once more', async () => {
    const cloud = cloudWith();
    cloud.addSnapshot({ id: 's-1', sourceDiskId: 'd-1', status: 'progressing' });
    cloud.snapshots.change('s-1', { status: 'accomplished' }, 5);

    await remove(cloud);

    expect(cloud.countOf('deleteDisk')).to.equal(2);
    expect(cloud.snapshots.values()).to.have.length(1);
  });

  it('answers busy while ECS is at it', async () => {
    const cloud = new FakeDiskCloud({ looks: { deleting: 1000 } });
    cloud.addDisk({ id: 'd-1' });

    expect(await rejectionOf(remove(cloud))).to.include({
      kind: 'busy',
      message: 'disk d-1 is still being deleted by ECS',
    });
  });

  it('passes the refusal of ECS on', async () => {
    const cloud = cloudWith();
    cloud.failNext('deleteDisk', 'wrong-state');

    expect(await rejectionOf(remove(cloud))).to.have.property('kind', 'wrong-state');
    expect(cloud.disks.values()).to.have.length(1);
  });

  it('says deleted only when it is, whatever is lost on the way', async () => {
    const faults = fc.array(
      fc.constantFrom<Fault>('none', 'none', 'lost-reply', 'lost-request', 'throttled', 'busy', 'timed-out'),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(faults, fc.nat({ max: 4 }), async (some, deleting) => {
        const cloud = new FakeDiskCloud({ looks: { deleting } });
        cloud.addDisk({ id: 'd-1', status: 'Creating' });
        cloud.disks.change('d-1', { status: 'Available' }, 2);
        cloud.failNext('any', ...some);
        let isDone = false;
        for (let tries = 0; tries < 30 && !isDone; tries += 1) {
          isDone = await remove(cloud).then(
            () => true,
            (error: unknown) => !(error instanceof DiskError),
          );
          expect(isDone && cloud.disks.values().length > 0).to.equal(false);
        }
        expect(isDone).to.equal(true);
      }),
    );
  });
});
