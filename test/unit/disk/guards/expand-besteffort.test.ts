import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { GuardScene } from './set-up.ts';

describe('An expansion under besteffort', () => {
  it('warns and resizes all the same', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'besteffort' });
    scene.cloud.failNext('createSnapshot', new DiskError('quota', 'the quota is full'));
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cluster.reasons()).to.deep.equal(['SnapshotFailed']);
  });

  it('gives the snapshot up when ECS uploads it for too long', async () => {
    const scene = new GuardScene({ rounds: 4, looks: { uploading: 500 } });
    scene.addDisk({ expand: 'besteffort' });
    await rejectionOf(scene.expand());
    scene.nowMs += 400_000;
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cluster.reasons()).to.include('SnapshotFailed');
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });
});
