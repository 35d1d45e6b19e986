import { expect } from 'chai';
import { DiskError } from '../../../src/disk/disk-error.ts';
import {
  onceSnapshotsAreDone,
  requireDisk,
  untilTimeIsUp,
  waitForSnapshotsOf,
} from '../../../src/disk/waiting.ts';
import { aCall, rejectionOf } from '../../support/builders.ts';
import { FakeDiskCloud } from '../../support/fake-disk-cloud.ts';

describe('untilTimeIsUp', () => {
  it('says what ECS is still doing when the time is up', async () => {
    const timedOut = new DiskError('timed-out', 'not finished within the time given');

    const error = await rejectionOf(untilTimeIsUp(Promise.reject(timedOut), 'disk d-1 is being made'));

    expect(error).to.include({ kind: 'busy', message: 'disk d-1 is being made', cause: timedOut });
  });

  it('changes nothing else', async () => {
    const cancelled = new DiskError('cancelled', 'the caller has gone');
    expect(await rejectionOf(untilTimeIsUp(Promise.reject(cancelled), 'x'))).to.equal(cancelled);
    expect(await untilTimeIsUp(Promise.resolve(7), 'x')).to.equal(7);
  });
});

describe('requireDisk', () => {
  it('returns the disk', async () => {
    const cloud = new FakeDiskCloud();
    const disk = cloud.addDisk();
    expect(await requireDisk(cloud, disk.id, aCall())).to.equal(disk);
  });

  it('tells a disk that is absent from one that is hidden', async () => {
    const cloud = new FakeDiskCloud();
    const { id } = cloud.addDisk();
    cloud.disks.hide(id);

    expect(await rejectionOf(requireDisk(cloud, id, aCall()))).to.have.property('kind', 'unreadable');
    expect(await rejectionOf(requireDisk(cloud, 'd-0', aCall()))).to.have.property('kind', 'not-found');
  });

  it('does not call a disk absent when the proof fails', async () => {
    const cloud = new FakeDiskCloud();
    cloud.failNext('isDiskProvenAbsent', 'outcome-unknown');

    expect(await rejectionOf(requireDisk(cloud, 'd-0', aCall()))).to.have.property('kind', 'outcome-unknown');
  });
});

describe('waitForSnapshotsOf', () => {
  it('waits for each snapshot of the disk that is in the making, and for no other', async () => {
    const cloud = new FakeDiskCloud();
    for (const [id, sourceDiskId, status] of [
      ['s-1', 'd-1', 'progressing'],
      ['s-2', 'd-1', 'progressing'],
      ['s-3', 'd-1', 'accomplished'],
      ['s-4', 'd-2', 'progressing'],
    ] as const) {
      cloud.addSnapshot({ id, sourceDiskId, status });
    }
    cloud.snapshots.change('s-1', { status: 'failed' }, 4);
    cloud.snapshots.change('s-2', 'gone', 6);

    await waitForSnapshotsOf(cloud, 'd-1', aCall());

    expect(cloud.argumentsOf('waitForSnapshot')).to.deep.equal(['s-1', 's-2']);
    expect(cloud.snapshots.get('s-1')?.status).to.equal('failed');
    expect(cloud.snapshots.get('s-2')).to.equal(undefined);
  });
});

describe('onceSnapshotsAreDone', () => {
  const busy = new DiskError('busy', 'a snapshot of the disk is being made');

  it('asks ECS about snapshots only after it has refused', async () => {
    const cloud = new FakeDiskCloud();
    cloud.refuse('findSnapshotsOfDisk');

    await onceSnapshotsAreDone(cloud, 'd-1', () => Promise.resolve(), aCall());
  });

  it('repeats the request once, and hands on a second refusal', async () => {
    let requests = 0;
    const request = () => {
      requests += 1;
      return Promise.reject(busy);
    };

    expect(await rejectionOf(onceSnapshotsAreDone(new FakeDiskCloud(), 'd-1', request, aCall()))).to.equal(
      busy,
    );
    expect(requests).to.equal(2);
  });

  it('does not repeat a request that failed for another reason', async () => {
    let requests = 0;
    const unknown = new DiskError('outcome-unknown', 'no answer');
    const request = () => {
      requests += 1;
      return Promise.reject(unknown);
    };

    const error = await rejectionOf(onceSnapshotsAreDone(new FakeDiskCloud(), 'd-1', request, aCall()));
    expect([error, requests]).to.deep.equal([unknown, 1]);
  });
});
