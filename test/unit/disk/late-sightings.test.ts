import { expect } from 'chai';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { expandDisk } from '../../../src/disk/expand-disk.ts';
import { provisionDisk } from '../../../src/disk/provision-disk.ts';
import { removeSnapshot } from '../../../src/disk/remove-snapshot.ts';
import { doubtAfterMs, Sightings } from '../../../src/disk/sightings.ts';
import { tagKeys } from '../../../src/disk/tags.ts';
import { aCall, aDiskRequest, rejectionOf, sightingsOf } from '../../support/builders.ts';
import { FakeDiskCloud } from '../../support/fake-disk-cloud.ts';

/** What ECS shows late, or not at all, must not lead to a second disk or to a lost one. */
describe('A search of ECS that lags behind', () => {
  it('makes one disk, however often it is asked for, while the disk does not show', async () => {
    const cloud = new FakeDiskCloud({ invisibleLooks: 200 });
    let nowMs = 0;
    const parts = { cloud, sightings: new Sightings(() => nowMs), clusterId: 'c-1' };
    const answers: string[] = [];
    for (let retry = 0; retry < 20; retry += 1) {
      const answer = provisionDisk(parts, aDiskRequest(), aCall());
      answers.push(
        await answer.then(
          ({ id }) => id,
          (error: unknown) => (error as DiskError).kind,
        ),
      );
      nowMs += doubtAfterMs / 25;
    }
    expect(cloud.disks.values()).to.have.length(1);
    expect(answers[0]).to.equal('busy');
    expect(answers.at(-1)).to.equal(cloud.disks.values()[0]?.id);
  });

  it('answers OK for no candidate while the disk of another one shows too', async () => {
    const cloud = new FakeDiskCloud();
    const earlier = cloud.disks.add(
      { ...cloud.addDisk(), id: 'd-earlier', tags: new Map([[tagKeys.diskKey, 'pvc-1']]) },
      1,
    );
    const request = aDiskRequest({ categories: ['cloud_auto', 'cloud_essd'] });
    const parts = { cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' };
    const error = await rejectionOf(provisionDisk(parts, request, aCall()));
    expect(error).to.have.property('kind', 'busy');
    expect(error.message).to.contain(earlier.id);
  });

  for (const kind of ['denied', 'account', 'quota', 'bug'] as const) {
    it(`finds the disk of an earlier attempt before ${kind} becomes final`, async () => {
      const cloud = new FakeDiskCloud();
      const made = cloud.disks.add({ ...cloud.addDisk(), tags: new Map([[tagKeys.diskKey, 'pvc-1']]) }, 1);
      cloud.failNext('createDisk', kind);
      const parts = { cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' };
      expect((await provisionDisk(parts, aDiskRequest(), aCall())).id).to.equal(made.id);
    });
  }

  it('finds the disk of an earlier attempt before it says that no candidate can be had', async () => {
    const cloud = new FakeDiskCloud();
    const made = cloud.disks.add({ ...cloud.addDisk(), tags: new Map([[tagKeys.diskKey, 'pvc-1']]) }, 1);
    cloud.failNext('createDisk', ...Array.from({ length: 10 }, () => 'not-offered' as const));
    const parts = { cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' };
    expect((await provisionDisk(parts, aDiskRequest(), aCall())).id).to.equal(made.id);
  });

  it('does not say that a hidden snapshot does not exist', async () => {
    const cloud = new FakeDiskCloud();
    const { id } = cloud.addSnapshot();
    cloud.snapshots.hide(id);
    const parts = { cloud, sightings: sightingsOf(cloud), clusterId: 'c-1' };
    const error = await rejectionOf(provisionDisk(parts, aDiskRequest({ snapshotId: id }), aCall()));
    expect(error).to.have.property('kind', 'unreadable');
  });

  for (const kind of ['out-of-range', 'conflict', 'wrong-state'] as const) {
    it(`takes a disk for expanded that has grown, although ECS answers ${kind}`, async () => {
      const cloud = new FakeDiskCloud({ looks: { growing: 0 } });
      cloud.addDisk({ id: 'd-1', sizeGiB: 20 });
      const expansion = { diskId: 'd-1', sizeGiB: 40, maxSizeGiB: undefined };
      const looking = expandDisk(cloud, expansion, aCall());
      cloud.failNext('resizeDisk', new DiskError(kind, 'ECS refuses'));
      cloud.disks.change('d-1', { sizeGiB: 40 }, 1);
      expect((await looking).sizeGiB).to.equal(40);
    });
  }

  it('does not force the deletion of a snapshot whose disks do not show yet', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-1' });
    cloud.failNext('deleteSnapshot', 'source-of-disks');
    const parts = { cloud, sightings: new Sightings(() => 0) };
    expect(await rejectionOf(removeSnapshot(parts, 's-1', aCall()))).to.have.property('kind', 'busy');
    expect(cloud.snapshots.get('s-1')).not.to.equal(undefined);
  });

  it('never forces the deletion of a snapshot that an image needs', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addSnapshot({ id: 's-1' });
    cloud.makeImageFrom('s-1');
    const parts = { cloud, sightings: sightingsOf(cloud) };
    expect(await rejectionOf(removeSnapshot(parts, 's-1', aCall()))).to.have.property('kind', 'in-use');
    expect(cloud.countOf('deleteSnapshot')).to.equal(1);
  });
});
