import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { expandDisk } from '../../../../src/disk/expand-disk.ts';
import { guardBeforeExpand } from '../../../../src/disk/guards/before-expand.ts';
import { rejectionOf } from '../../../support/builders.ts';
import type { FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';
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

  describe('whose snapshot is not cut', () => {
    const never = { rounds: 4, looks: { cutting: Infinity, uploading: Infinity } };

    function aScene(options: FakeDiskCloudOptions = never): GuardScene {
      const scene = new GuardScene(options);
      scene.addDisk({ expand: 'besteffort' });
      return scene;
    }

    it('waits, over several calls, and says nothing of an expansion meanwhile', async () => {
      const scene = aScene();
      for (let minute = 0; minute < 5; minute += 1) {
        expect(await rejectionOf(scene.expand())).to.have.property('kind', 'busy');
        scene.nowMs += 60_000;
      }
      expect(scene.cloud.countOf('resizeDisk')).to.equal(0);
      expect(scene.cloud.snapshots.values()).to.have.length(1);
      expect(scene.cluster.events).to.deep.equal([]);
    });

    it('gives it up once it has waited for long enough, and expands in a call that has time for it', async () => {
      const scene = aScene();
      await rejectionOf(scene.expand());
      scene.nowMs += 400_000;
      expect((await scene.expand()).sizeGiB).to.equal(40);
      expect(scene.cloud.snapshots.values()).to.deep.equal([]);
      const [event] = scene.cluster.events;
      expect(event).to.include({ type: 'Warning', reason: 'SnapshotFailed' });
      expect(event?.message).to.contain('does not become available in time');
      expect(event?.message).to.contain('ECS is asked to expand the disk without one');
    });

    it('gives it up also while the call waits for it', async () => {
      const scene = aScene({
        ...never,
        rounds: 200,
        travel: () => Promise.resolve(void (scene.nowMs += 5_000)),
      });
      scene.cloud.failNext('createSnapshot', 'lost-reply');
      await rejectionOf(scene.expand());
      expect((await scene.expand()).sizeGiB).to.equal(40);
      expect(scene.cloud.snapshots.values()).to.deep.equal([]);
    });

    it('relies on it after all where ECS did not let go of it and has cut it', async () => {
      const scene = aScene();
      await rejectionOf(scene.expand());
      scene.nowMs += 400_000;
      scene.cloud.failNext('deleteSnapshot', 'busy');
      expect(await rejectionOf(scene.expand())).to.have.property('kind', 'busy');
      const [made] = scene.cloud.snapshots.values();
      const cut = { cutAt: new Date(scene.nowMs), available: true, status: 'accomplished' } as const;
      scene.cloud.snapshots.set(made?.id ?? '', cut);
      scene.cluster.expansion = 'pending';
      expect((await scene.expand(40, true)).sizeGiB).to.equal(40);
      expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
      expect(scene.cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([made?.id]);
    });

    it('forced: waits as long as it takes', async () => {
      const scene = new GuardScene(never);
      scene.addDisk({ expand: 'forced' });
      await rejectionOf(scene.expand());
      scene.nowMs += 4_000_000;
      expect(await rejectionOf(scene.expand())).to.have.property('kind', 'busy');
      expect(scene.cloud.countOf('resizeDisk')).to.equal(0);
      expect(scene.cloud.snapshots.values()).to.have.length(1);
    });
  });

  it('says nothing of an expansion when the time of the call is over before it is asked for', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'besteffort' });
    const call = new AbortController();
    scene.cloud.createSnapshot = () => {
      call.abort(new DiskError('timed-out', 'not finished within the time given'));
      return Promise.reject(new DiskError('quota', 'the quota is full'));
    };
    const guard = guardBeforeExpand(scene.parts, 40);
    const expansion = { diskId: 'd-1', sizeGiB: 40, maxSizeGiB: undefined };
    const expanding = expandDisk(scene.cloud, expansion, { signal: call.signal, requestId: 'r-1' }, guard);
    expect(await rejectionOf(expanding)).to.have.property('kind', 'timed-out');
    expect(scene.cloud.countOf('resizeDisk')).to.equal(0);
    expect(scene.cluster.events).to.deep.equal([]);
  });
});
