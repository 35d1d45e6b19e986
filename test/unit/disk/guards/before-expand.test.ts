import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
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

  it('names the snapshot as ECS takes it, whatever somebody has typed into the tag with the name of the volume', async () => {
    for (const [typed, shown] of [
      ['pv-typed', 'pv-typed'],
      ['my data (old)', 'pv-d-1'],
      ['https://console', 'pv-d-1'],
      ['', 'pv-d-1'],
    ] as const) {
      const scene = new GuardScene();
      const { tags } = scene.addDisk({ expand: 'forced' });
      scene.cloud.disks.set('d-1', { tags: new Map([...tags, [tagKeys.pvName, typed]]) });
      await scene.expand();
      const [snapshot] = scene.cloud.argumentsOf('createSnapshot');
      expect(snapshot?.name).to.equal(`volume-expand-auto-snapshot-${shown}-2026-01-02-00:01:00`);
    }
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

  it('asks ECS for a snapshot of a free multi-attach disk, which does not show whether it was ever attached', async () => {
    for (const knowsUnused of [false, true]) {
      const scene = new GuardScene({ knowsUnused });
      scene.addDisk(
        { expand: 'forced' },
        { multiAttach: true, wasEverAttached: false, lastDetachedAt: undefined },
      );
      expect((await scene.expand()).sizeGiB).to.equal(40);
      expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
      expect(scene.cluster.reasons()).to.deep.equal(
        knowsUnused ? [] : ['SnapshotCreated', 'SnapshotReleased'],
      );
    }
  });

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

  it('names the driver in that command when it is not the usual one', async () => {
    const scene = new GuardScene();
    scene.driverName = 'disk.example.org';
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('resizeDisk', new DiskError('quota', 'no capacity left'));
    await rejectionOf(scene.expand());
    expect(scene.cluster.events.at(-1)?.message).to.contain(' --driver-name disk.example.org | kubectl');
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

  it('finds the snapshot that another replica has just asked for, in the minute before', async () => {
    const scene = new GuardScene({ invisibleLooks: 1, looks: { uploading: 8 } });
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('createSnapshot', 'lost-reply');
    await rejectionOf(scene.expand());
    scene.nowMs += 60_000;
    // A search does not show it yet, and its name tells another minute: the token is what keeps it the only one.
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(2);
    const tokens = scene.cloud.argumentsOf('createSnapshot').map(({ clientToken }) => clientToken);
    expect(new Set(tokens).size).to.equal(1);
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  it('relies on that of a larger one, and leaves it alone when the smaller one is complete', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('resizeDisk', 'lost-request');
    await rejectionOf(scene.expand(50));
    await scene.expand(40);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('drops what a call that was cut short has left, also once the disk has grown', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cluster.expansion = 'pending';
    await scene.expand(40, true);
    const [kept] = scene.cloud.snapshots.values();
    const cutAt = new Date(start - 3_600_000);
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), cutAt });
    await scene.expand(40, true);
    expect(scene.cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([kept?.id]);
  });

  it('relies on the fresh snapshot although a search still shows it as it was', async () => {
    const scene = new GuardScene({ looks: { uploading: 0 } });
    scene.addDisk({ expand: 'forced' });
    scene.cluster.expansion = 'pending';
    const tags = new Map([
      [tagKeys.guard, 'expand'],
      [tagKeys.guardIntent, '20-40'],
    ]);
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags, cutAt: new Date(start - 3_600_000) });
    const { cloud } = scene;
    const search = cloud.findSnapshotsOfDisk.bind(cloud);
    const lagging = { status: 'progressing', available: false, cutAt: undefined } as const;
    cloud.findSnapshotsOfDisk = async (diskId, call) =>
      (await search(diskId, call)).map((one) => (one.name === 'snapshot-1' ? one : { ...one, ...lagging }));
    await scene.expand(40, true);
    expect(cloud.snapshots.values().map(({ name }) => name)).to.deep.equal([
      'volume-expand-auto-snapshot-pv-d-1-2026-01-02-00:01:00',
    ]);
  });

  it('does not let a snapshot that ECS will not delete hold up the expansion', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const tags = new Map([
      [tagKeys.guard, 'expand'],
      [tagKeys.guardIntent, '10-20'],
    ]);
    const old = scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags, cutAt: new Date(start - 3_600_000) });
    scene.cloud.makeImageFrom(old.id);
    expect((await scene.expand()).sizeGiB).to.equal(40);
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
