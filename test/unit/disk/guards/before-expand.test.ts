import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { GuardScene, start } from './set-up.ts';

describe('guardBeforeExpand', () => {
  it('takes a snapshot, waits for its upload, resizes once ECS allows it, and lets the snapshot go', async () => {
    const scene = new GuardScene({ looks: { uploading: 8 } });
    scene.addDisk({ expand: 'forced' });

    expect((await scene.expand()).sizeGiB).to.equal(40);

    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
    const [snapshot] = scene.cloud.argumentsOf('createSnapshot');
    expect(snapshot).to.include({ diskId: 'd-1', retentionDays: 1 });
    expect(snapshot?.name).to.equal('volume-expand-auto-snapshot-pv-d-1-2026-01-02-00:01:00');
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
    expect(scene.cluster.reasons()).to.deep.equal([
      'SnapshotCreated',
      'WaitingForSnapshot',
      'SnapshotReleased',
    ]);
    expect(scene.cluster.events[0]?.message).to.match(
      /^ControllerExpandVolume:: Snapshot create successful: snapshotName\[volume-expand-auto-snapshot-pv-d-1-2026-01-02-00:01:00\], sourceId\[d-1\], snapshotId\[s-\d+\]$/,
    );
  });

  for (const policy of [undefined, 'closed']) {
    it(`takes none with the policy ${policy ?? 'absent'}`, async () => {
      const scene = new GuardScene();
      scene.addDisk(policy === undefined ? {} : { expand: policy });
      await scene.expand();
      expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
      expect(scene.cluster.events).to.deep.equal([]);
    });
  }

  it('reads the policy from the attributes of the volume when the disk has no tag', async () => {
    const scene = new GuardScene();
    scene.addDisk();
    scene.cluster.addVolume('d-1', { volumeExpandAutoSnapshot: 'forced' });
    await scene.expand();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });

  const unprotected: Record<
    string,
    { policy: string; changes?: object; on?: boolean; reason: string | undefined }
  > = {
    'a policy that means nothing': { policy: 'always', reason: 'InvalidProtectionPolicy' },
    'the switch off': { policy: 'forced', on: false, reason: 'ProtectionSwitchedOff' },
    'a category without instant access': {
      policy: 'forced',
      changes: { category: 'cloud_ssd', performanceLevel: undefined },
      reason: 'ProtectionNotPossible',
    },
    'a disk that was never attached': {
      policy: 'forced',
      changes: { wasEverAttached: false },
      reason: undefined,
    },
  };
  for (const [what, { policy, changes = {}, on = true, reason }] of Object.entries(unprotected)) {
    it(`expands without a snapshot and ${reason ?? 'without a word'} for ${what}`, async () => {
      const scene = new GuardScene();
      scene.isSwitchedOn = on;
      scene.addDisk({ expand: policy }, changes);
      await scene.expand();
      expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
      expect(scene.cluster.reasons()).to.deep.equal(reason === undefined ? [] : [reason]);
    });
  }

  it('forced: does not resize when the snapshot cannot be made, and answers a status that is asked again', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext(
      'createSnapshot',
      new DiskError('quota', 'the quota is full (QuotaExceed.Snapshot); delete old ones'),
    );
    const error = await rejectionOf(scene.expand());
    expect(error).to.have.property('kind', 'busy');
    expect(error.message).to.contain('QuotaExceed.Snapshot');
    expect(scene.cloud.countOf('resizeDisk')).to.equal(0);
    expect(scene.cluster.events.at(-1)).to.include({
      type: 'Warning',
      reason: 'SnapshotFailed',
      on: 'claim',
    });
    expect((await scene.expand()).sizeGiB).to.equal(40);
  });

  it('besteffort: warns and resizes all the same', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'besteffort' });
    scene.cloud.failNext('createSnapshot', new DiskError('quota', 'the quota is full'));
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cluster.reasons()).to.deep.equal(['SnapshotFailed']);
  });

  it('forced: a snapshot that fails is removed, and the next attempt makes another', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failSnapshots(1);
    await rejectionOf(scene.expand());
    expect(scene.cloud.countOf('resizeDisk')).to.equal(0);
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  it('keeps the snapshot of a failed expansion and says how to restore it', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('resizeDisk', new DiskError('quota', 'no capacity left (QuotaExceed.DiskCapacity)'));
    expect(await rejectionOf(scene.expand())).to.have.property('kind', 'quota');
    expect(scene.cloud.snapshots.values()).to.have.length(1);
    const event = scene.cluster.events.at(-1);
    expect(event).to.include({ type: 'Warning', reason: 'ExpansionFailedSnapshotKept', on: 'claim' });
    expect(event?.message).to.match(/snapshotId\[s-\d+\] is kept until 2026-01-03T00:00/);
    expect(event?.message).to.match(
      /csi-datasafe restore-manifests --snapshot s-\d+ --size 20Gi --namespace db/,
    );
  });

  it('keeps the snapshot of the first failure however many attempts follow, and one live one besides', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const full = () => new DiskError('quota', 'no capacity left (QuotaExceed.DiskCapacity)');
    const kept: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      scene.cloud.failNext('resizeDisk', full());
      await rejectionOf(scene.expand());
      kept.push(...scene.cloud.snapshots.values().map(({ id }) => id));
      scene.nowMs += 15 * 60_000;
    }
    const [first] = kept;
    const left = scene.cloud.snapshots.values().map(({ id }) => id);
    expect(left).to.have.length(2).and.to.include(first);
    const message = scene.cluster.events.findLast(
      ({ reason }) => reason === 'ExpansionFailedSnapshotKept',
    )?.message;
    expect(message).to.contain(
      `kept until a later attempt takes a fresh one; that of the first failure, snapshotId[${first}], until 2026-01-03T00:00`,
    );

    await scene.expand();
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  describe('a disk that was made from a snapshot and never written to', () => {
    const made = { wasEverAttached: false, sourceSnapshotId: 's-source' };
    const neverUsed = new DiskError('never-used', 'the disk was never attached');

    it('is expanded: the snapshot it came from holds all that is in it', async () => {
      const scene = new GuardScene();
      scene.addDisk({ expand: 'forced' }, made);
      scene.cloud.addSnapshot({ id: 's-source', sourceDiskId: 'd-0' });
      scene.cloud.failNext('createSnapshot', neverUsed);
      expect((await scene.expand()).sizeGiB).to.equal(40);
      expect(scene.cluster.events).to.deep.equal([]);
    });

    it('is not expanded by force without it, and with a warning by best effort', async () => {
      for (const [expand, sizeGiB] of [
        ['forced', 20],
        ['besteffort', 40],
      ] as const) {
        const scene = new GuardScene();
        scene.addDisk({ expand }, made);
        scene.cloud.failNext('createSnapshot', neverUsed);
        await scene.expand().catch(() => undefined);
        expect(scene.cloud.disks.get('d-1')?.sizeGiB).to.equal(sizeGiB);
        expect(scene.cluster.reasons()).to.deep.equal(['SnapshotFailed']);
      }
    });
  });

  it('uses a recent snapshot of the user instead of its own, and never deletes it', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const theirs = scene.cloud.addSnapshot({
      sourceDiskId: 'd-1',
      cutAt: new Date(start - 60_000),
      retentionDays: undefined,
    });
    await scene.expand();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
    expect(scene.cloud.snapshots.get(theirs.id)).not.to.equal(undefined);
  });

  it('takes its own when that of the user is old, or expires soon', async () => {
    for (const changes of [
      { cutAt: new Date(start - 700_000) },
      { cutAt: new Date(start - 23 * 3_600_000), retentionDays: 1 },
    ]) {
      const scene = new GuardScene();
      scene.addDisk({ expand: 'forced' });
      scene.cloud.addSnapshot({ sourceDiskId: 'd-1', retentionDays: undefined, ...changes });
      await scene.expand();
      expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
    }
  });

  it('takes a fresh snapshot when the upload took too long, drops the old one, and stops after three rounds', async () => {
    const scene = new GuardScene({ rounds: 4, looks: { uploading: 40 } });
    scene.addDisk({ expand: 'forced' });
    for (let attempt = 0; attempt < 60 && scene.cloud.disks.get('d-1')?.sizeGiB !== 40; attempt += 1) {
      await scene.expand().catch((error: unknown) => {
        expect(error).to.have.property('kind', 'busy');
      });
      scene.nowMs += 300_000;
      expect(scene.cloud.snapshots.values().length).to.be.at.most(1);
    }
    expect(scene.cloud.disks.get('d-1')?.sizeGiB).to.equal(40);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(3);
  });

  it('besteffort: gives the snapshot up when ECS uploads it for too long', async () => {
    const scene = new GuardScene({ rounds: 4, looks: { uploading: 500 } });
    scene.addDisk({ expand: 'besteffort' });
    await rejectionOf(scene.expand());
    scene.nowMs += 400_000;
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cluster.reasons()).to.include('SnapshotFailed');
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  it('leaves the release to the keeper while a file system has still to grow', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cluster.expansion = 'pending';
    await scene.expand(40, true);
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('finds the disk grown after a lost reply, and lets the snapshot go then', async () => {
    const scene = new GuardScene({ looks: { uploading: 0, growing: 0 } });
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('resizeDisk', 'lost-reply');
    expect(await rejectionOf(scene.expand())).to.have.property('kind', 'outcome-unknown');
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });
});
