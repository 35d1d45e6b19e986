import { expect } from 'chai';
import fc from 'fast-check';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { removeSnapshot } from '../../../src/disk/remove-snapshot.ts';
import { aCall, quickSightings, rejectionOf } from '../../support/builders.ts';
import { FakeDiskCloud, type Fault } from '../../support/fake-disk-cloud.ts';

const remove = (cloud: FakeDiskCloud) =>
  removeSnapshot({ cloud, sightings: quickSightings() }, 's-1', aCall());

function cloudWithSnapshot(): FakeDiskCloud {
  const cloud = new FakeDiskCloud({ looks: { deleting: 3 } });
  cloud.addSnapshot({ id: 's-1' });
  return cloud;
}

const forces = (cloud: FakeDiskCloud) =>
  cloud.calls.filter(({ method }) => method === 'deleteSnapshot').map(({ args }) => args[1]);

describe('removeSnapshot', () => {
  it('returns once the snapshot is gone', async () => {
    const cloud = cloudWithSnapshot();

    await remove(cloud);

    expect(cloud.snapshots.values()).to.deep.equal([]);
    expect(forces(cloud)).to.deep.equal([{ force: false }]);
  });

  it('counts a snapshot as deleted that is proven absent', async () => {
    const cloud = new FakeDiskCloud();

    await remove(cloud);

    expect(cloud.countOf('isSnapshotProvenAbsent')).to.equal(1);
    expect(cloud.countOf('deleteSnapshot')).to.equal(0);
  });

  it('never counts a snapshot as deleted that is merely hidden from us', async () => {
    const cloud = cloudWithSnapshot();
    cloud.snapshots.hide('s-1');

    const error = await rejectionOf(remove(cloud));

    expect(error).to.have.property('kind', 'unreadable');
    expect(error.message).to.contain('snapshot s-1').and.to.contain('RAM rights');
    expect(cloud.countOf('deleteSnapshot')).to.equal(0);
  });

  it('deletes a snapshot that is still being uploaded', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-1', status: 'progressing', cutAt: undefined });

    await remove(cloud);

    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('uses force once ECS says that disks were made from it and they are complete', async () => {
    const cloud = cloudWithSnapshot();
    cloud.addDisk({ id: 'd-9', sourceSnapshotId: 's-1', status: 'In_use' });

    await remove(cloud);

    expect(forces(cloud)).to.deep.equal([{ force: false }, { force: true }]);
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  for (const status of ['Creating', 'ReIniting'] as const) {
    it(`uses no force while a disk made from it is ${status}`, async () => {
      const cloud = cloudWithSnapshot();
      cloud.addDisk({ sourceSnapshotId: 's-1' });
      cloud.addDisk({ id: 'd-9', sourceSnapshotId: 's-1', status });

      const error = await rejectionOf(remove(cloud));

      expect(error).to.include({
        kind: 'busy',
        message: 'snapshot s-1 is still being restored to disk d-9',
      });
      expect(forces(cloud)).to.deep.equal([{ force: false }]);
      expect(cloud.snapshots.values()).to.have.length(1);
    });
  }

  it('says in-use of a snapshot that an image needs', async () => {
    const cloud = cloudWithSnapshot();
    cloud.makeImageFrom('s-1');

    expect(await rejectionOf(remove(cloud))).to.have.property('kind', 'in-use');
    expect(cloud.snapshots.values()).to.have.length(1);
  });

  it('uses no force after any other refusal', async () => {
    for (const kind of ['wrong-state', 'busy', 'denied', 'throttled', 'outcome-unknown'] as const) {
      const cloud = cloudWithSnapshot();
      cloud.failNext('deleteSnapshot', kind);

      expect(await rejectionOf(remove(cloud))).to.have.property('kind', kind);
      expect(forces(cloud)).to.deep.equal([{ force: false }]);
    }
  });

  it('answers busy while ECS is at it', async () => {
    const cloud = new FakeDiskCloud({ looks: { deleting: 1000 } });
    cloud.addSnapshot({ id: 's-1' });

    expect(await rejectionOf(remove(cloud))).to.include({
      kind: 'busy',
      message: 'snapshot s-1 is still being deleted by ECS',
    });
  });

  it('says deleted only when it is, whatever is lost on the way', async () => {
    const faults = fc.array(
      fc.constantFrom<Fault>('none', 'none', 'lost-reply', 'lost-request', 'throttled', 'busy', 'timed-out'),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(faults, fc.boolean(), async (some, isSource) => {
        const cloud = cloudWithSnapshot();
        if (isSource) {
          cloud.addDisk({ id: 'd-9', sourceSnapshotId: 's-1', status: 'Creating' });
          cloud.disks.change('d-9', { status: 'Available' }, 3);
        }
        cloud.failNext('any', ...some);
        let isDone = false;
        for (let tries = 0; tries < 30 && !isDone; tries += 1) {
          isDone = await remove(cloud).then(
            () => true,
            (error: unknown) => !(error instanceof DiskError),
          );
          expect(isDone).to.equal(isDone && cloud.snapshots.values().length === 0);
        }
        expect(isDone).to.equal(true);
      }),
    );
  });
});
