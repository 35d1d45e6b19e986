import { expect } from 'chai';
import fc from 'fast-check';
import { DiskError } from '../../../src/disk/disk-error.ts';
import { expandDisk } from '../../../src/disk/expand-disk.ts';
import { aCall, rejectionOf } from '../../support/builders.ts';
import { FakeDiskCloud, type Fault } from '../../support/fake-disk-cloud.ts';

function expand(cloud: FakeDiskCloud, sizeGiB: number, maxSizeGiB?: number) {
  return expandDisk(cloud, { diskId: 'd-1', sizeGiB, maxSizeGiB }, aCall());
}

describe('expandDisk', () => {
  it('grows the disk and returns the size that ECS then reports', async () => {
    const cloud = new FakeDiskCloud({ looks: { growing: 3 } });
    cloud.addDisk({ id: 'd-1', sizeGiB: 20 });

    expect(await expand(cloud, 40)).to.have.property('sizeGiB', 40);
    expect(cloud.argumentsOf('resizeDisk')[0]).to.include({ diskId: 'd-1', sizeGiB: 40, online: false });
  });

  it('grows a disk in use online', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', status: 'In_use' });

    await expand(cloud, 40);

    expect(cloud.argumentsOf('resizeDisk')[0]).to.have.property('online', true);
  });

  for (const sizeGiB of [1, 19, 20]) {
    it(`leaves a disk of 20 GiB alone when ${sizeGiB} GiB are asked for`, async () => {
      const cloud = new FakeDiskCloud();
      const disk = cloud.addDisk({ id: 'd-1', sizeGiB: 20 });

      expect(await expand(cloud, sizeGiB)).to.deep.equal(disk);
      expect(cloud.countOf('resizeDisk')).to.equal(0);
    });
  }

  it('refuses when the disk is above the limit already, since disks cannot shrink', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', sizeGiB: 50 });

    const error = await rejectionOf(expand(cloud, 30, 40));

    expect(error).to.have.property('kind', 'out-of-range');
    expect(error.message).to.contain('disk d-1 has 50 GiB already, and the limit is 40 GiB');
    expect(cloud.countOf('resizeDisk')).to.equal(0);
  });

  it('takes limits as allowed sizes', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', category: 'cloud_ssd', performanceLevel: undefined });

    expect(await expand(cloud, 20, 20)).to.have.property('sizeGiB', 20);
    expect(await expand(cloud, 30, 40)).to.have.property('sizeGiB', 30);
    expect(await expand(cloud, 32_768)).to.have.property('sizeGiB', 32_768);
  });

  it('refuses a size that the category does not have before it asks for it', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', category: 'cloud_ssd', performanceLevel: undefined });

    const error = await rejectionOf(expand(cloud, 32_769));

    expect(error).to.have.property('kind', 'out-of-range');
    expect(error.message).to.equal('disk d-1 cannot grow to 32769 GiB: cloud_ssd ends at 32768 GiB');
    expect(cloud.countOf('resizeDisk')).to.equal(0);
  });

  it('says not-found only of a disk that is proven absent', async () => {
    const cloud = new FakeDiskCloud();
    expect(await rejectionOf(expand(cloud, 40))).to.have.property('kind', 'not-found');

    cloud.addDisk({ id: 'd-1' });
    cloud.disks.hide('d-1');
    expect(await rejectionOf(expand(cloud, 40))).to.have.property('kind', 'unreadable');
  });

  it('waits for a disk on its way to an instance, and then grows it online', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', status: 'Attaching' });
    cloud.disks.change('d-1', { status: 'In_use' }, 4);

    await expand(cloud, 40);

    expect(cloud.argumentsOf('resizeDisk').map(({ online }) => online)).to.deep.equal([true]);
  });

  it('looks for the truth when the disk is gone after the wait', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', status: 'Detaching' });
    cloud.disks.change('d-1', 'gone', 3);

    expect(await rejectionOf(expand(cloud, 40))).to.have.property('kind', 'not-found');
    expect(cloud.countOf('resizeDisk')).to.equal(0);
  });

  it('answers busy while the disk stays on its way', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1', status: 'Detaching' });

    const error = await rejectionOf(expand(cloud, 40));

    expect(error).to.include({ kind: 'busy', message: 'disk d-1 cannot be expanded while it is Detaching' });
    expect(cloud.countOf('resizeDisk')).to.equal(0);
  });

  it('answers busy with a constant text while ECS is at it, and never asks again once it has grown', async () => {
    const cloud = new FakeDiskCloud({ looks: { growing: 10 }, rounds: 2 });
    cloud.addDisk({ id: 'd-1' });

    const first = await rejectionOf(expand(cloud, 40));
    const second = await rejectionOf(expand(cloud, 40));
    let last;
    for (let tries = 0; tries < 9 && last === undefined; tries += 1) {
      last = await expand(cloud, 40).catch(() => undefined);
    }

    expect(first).to.include({ kind: 'busy', message: 'disk d-1 is still being expanded to 40 GiB by ECS' });
    expect(second.message).to.equal(first.message);
    expect(last).to.have.property('sizeGiB', 40);
  });

  it('waits for a snapshot in the making once ECS refuses because of it, then asks once more', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1' });
    cloud.addSnapshot({ id: 's-1', sourceDiskId: 'd-1', status: 'progressing' });
    cloud.snapshots.change('s-1', { status: 'accomplished' }, 8);

    expect(await expand(cloud, 40)).to.have.property('sizeGiB', 40);
    expect(cloud.countOf('resizeDisk')).to.equal(2);
  });

  it('answers busy when the snapshot takes longer than the call may', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1' });
    cloud.addSnapshot({ sourceDiskId: 'd-1', status: 'progressing' });

    const error = await rejectionOf(expand(cloud, 40));

    expect(error).to.include({
      kind: 'busy',
      message: 'disk d-1 waits for a snapshot of it that ECS is still making',
    });
    expect(cloud.countOf('resizeDisk')).to.equal(1);
  });

  it('finds the disk grown after a lost reply, and does not ask again', async () => {
    const cloud = new FakeDiskCloud();
    cloud.addDisk({ id: 'd-1' });
    cloud.failNext('resizeDisk', 'lost-reply');

    expect(await rejectionOf(expand(cloud, 40))).to.have.property('kind', 'outcome-unknown');
    cloud.disks.look('d-1');

    expect(await expand(cloud, 40)).to.have.property('sizeGiB', 40);
    expect(cloud.countOf('resizeDisk')).to.equal(1);
  });

  it('takes no refusal for a failure that says that the disk has that size, though it does not show yet', async () => {
    const cloud = new FakeDiskCloud({ looks: { growing: 42 } });
    cloud.addDisk({ id: 'd-1' });

    // The time of each call ends before the size shows.
    const calls = [await rejectionOf(expand(cloud, 40)), await rejectionOf(expand(cloud, 40))];

    for (const error of calls) {
      expect(error).to.include({
        kind: 'busy',
        message: 'disk d-1 is still being expanded to 40 GiB by ECS',
      });
    }
    expect(await expand(cloud, 40)).to.have.property('sizeGiB', 40);
    expect(cloud.countOf('resizeDisk')).to.equal(3);
  });

  for (const kind of ['out-of-range', 'conflict', 'invalid', 'wrong-state'] as const) {
    it(`passes ${kind} on when the disk has not grown meanwhile`, async () => {
      for (const isGone of [false, true]) {
        const cloud = new FakeDiskCloud();
        cloud.addDisk({ id: 'd-1' });
        cloud.failNext('resizeDisk', kind);
        if (isGone) {
          cloud.disks.change('d-1', 'gone', 1);
        }

        expect(await rejectionOf(expand(cloud, 40))).to.have.property('kind', kind);
      }
    });
  }

  it('does not return a disk that has not grown because it was out of sight for a moment', async () => {
    const cloud = new FakeDiskCloud({ looks: { growing: 10 } });
    cloud.addDisk({ id: 'd-1' });
    const wait = cloud.waitForDisk.bind(cloud);
    cloud.waitForDisk = async (id, until, call) =>
      until(undefined) ? undefined : await wait(id, until, call);

    const error = await rejectionOf(expand(cloud, 40));

    expect(error).to.include({ kind: 'busy', message: 'disk d-1 is still being expanded to 40 GiB by ECS' });
  });

  it('ends with the wanted size and never a smaller one, whatever is lost on the way', async () => {
    const faults = fc.array(
      fc.constantFrom<Fault>('none', 'none', 'lost-reply', 'lost-request', 'throttled', 'busy', 'timed-out'),
      { maxLength: 20 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sizes, faults, async (wanted, some) => {
        const cloud = new FakeDiskCloud();
        cloud.addDisk({ id: 'd-1', sizeGiB: 20 });
        cloud.failNext('any', ...some);
        for (const sizeGiB of wanted) {
          let grown;
          for (let tries = 0; tries < 40 && grown === undefined; tries += 1) {
            grown = await expand(cloud, sizeGiB).catch((error: unknown) => {
              expect(error).to.be.instanceOf(DiskError);
              return undefined;
            });
          }
          expect(grown?.sizeGiB).to.be.at.least(sizeGiB);
        }
        expect(cloud.disks.get('d-1')?.sizeGiB).to.equal(Math.max(20, ...wanted));
      }),
      { numRuns: 200 },
    );
  });
});
