import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { GuardScene } from './set-up.ts';

describe('guardBeforeDelete', () => {
  it('makes the snapshot, records it, and only then deletes the disk', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    await scene.remove();
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
    expect(scene.cloud.argumentsOf('createSnapshot')[0]).to.include({
      name: 'd-1-delprotect',
      retentionDays: 3,
    });
    const [snapshot] = scene.cloud.snapshots.values();
    expect(scene.cluster.protections.get('d-1')).to.include({ snapshotId: snapshot?.id });
    const order = scene.cloud.calls.map(({ method }) => method);
    expect(order.lastIndexOf('findSnapshot')).to.be.below(order.indexOf('deleteDisk'));
    expect(scene.cluster.events.at(-1)).to.include({
      type: 'Normal',
      reason: 'DeleteProtected',
      on: 'volume',
    });
  });

  it('believes the API server, not an old copy, when another volume of the disk is bound', async () => {
    for (const days of [undefined, '3']) {
      const scene = new GuardScene();
      scene.addDisk(days === undefined ? {} : { days });
      const volume = scene.cluster.addVolume('d-1');
      scene.cluster.volumesNow = new Map([['d-1', { ...volume, boundAmongSeveral: ['pv-by-hand'] }]]);
      const error = await rejectionOf(scene.remove());
      expect(error).to.have.property('kind', 'in-use');
      expect(error).to.have.property('message').that.includes('pv-by-hand is bound to a claim');
      expect(scene.cloud.countOf('createSnapshot') + scene.cloud.countOf('deleteDisk')).to.equal(0);
    }
  });

  it('gives the protection for which a volume asks that an old copy does not know', async () => {
    const scene = new GuardScene();
    scene.addDisk();
    scene.cluster.addVolume('d-1');
    const asking = new FakeCluster().addVolume('d-1', { volumeDeleteSnapshotRetentionDays: '3' });
    scene.cluster.volumesNow = new Map([['d-1', asking]]);
    await scene.remove();
    expect(scene.cloud.argumentsOf('createSnapshot')[0]).to.include({ retentionDays: 3 });
  });

  it('does not delete a disk of which another volume is bound while the snapshot is made', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    const volume = scene.cluster.addVolume('d-1');
    scene.cluster.meanwhile = () => {
      scene.cluster.volumesNow = new Map([['d-1', { ...volume, boundAmongSeveral: ['pv-by-hand'] }]]);
    };
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'in-use');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    expect(scene.cluster.reasons()).to.deep.equal([]);
  });

  it('deletes without a snapshot when none is asked for', async () => {
    const scene = new GuardScene();
    scene.addDisk();
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
  });

  for (const days of ['0', '65537', '3.5', 'three', '-1']) {
    it(`does not delete a disk whose retention is "${days}"`, async () => {
      const scene = new GuardScene();
      scene.addDisk({ days });
      expect(await rejectionOf(scene.remove())).to.have.property('kind', 'wrong-state');
      expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
      expect(scene.cluster.reasons()).to.deep.equal(['InvalidProtectionPolicy']);
    });
  }

  for (const kind of ['quota', 'account', 'denied', 'unsupported', 'outcome-unknown', 'throttled'] as const) {
    it(`does not delete the disk when the snapshot ends in ${kind}`, async () => {
      const scene = new GuardScene();
      scene.addDisk({ days: '3' });
      scene.cloud.failNext('createSnapshot', kind);
      await rejectionOf(scene.remove());
      expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
      await scene.remove();
      expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
      expect(scene.cloud.snapshots.values()).to.have.length(1);
    });
  }

  it('removes a snapshot that failed, and does not delete the disk', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cloud.failSnapshots(1);
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'busy');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    expect(scene.cluster.reasons()).to.deep.equal(['DeleteRefused']);
    await scene.remove();
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('removes one that failed in an attempt which was cut short, also when the disk was used since', async () => {
    const scene = new GuardScene();
    const disk = scene.addDisk({ days: '3' });
    scene.cloud.failSnapshots(1);
    scene.cloud.failNext('deleteSnapshot', 'lost-request');
    await rejectionOf(scene.remove());
    scene.cloud.disks.set(disk.id, { lastDetachedAt: new Date(Date.UTC(2026, 0, 1, 12)) });
    await scene.remove();
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
    expect(scene.cloud.snapshots.values().map(({ status }) => status)).to.not.include('failed');
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('waits when the protection cannot be recorded, and uses the same snapshot then', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cluster.recordFailures = [new DiskError('outcome-unknown', 'the API server does not answer')];
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'outcome-unknown');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });

  it('does not delete while the CRDs of the record are missing, and does with the same snapshot then', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cluster.recordFailures = [new DiskError('wrong-state', 'install the CRDs')];
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'wrong-state');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    expect(scene.cluster.reasons()).to.deep.equal(['DeleteRefused']);
    expect(scene.cluster.events[0]?.message).to.include('install the CRDs; the deletion goes on by itself');
    await scene.remove();
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
    expect(scene.cluster.protections.get('d-1')).not.to.equal(undefined);
  });

  it('goes on without a record where there is no place for one, and says how to restore', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cluster.recordFailures = [new DiskError('unsupported', 'name a folder with --manifest-dir')];
    await scene.remove();
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
    expect(scene.cluster.events.map(({ message }) => message).join()).to.match(
      /restore-manifests --snapshot s-/,
    );
    expect(scene.cluster.reasons()).to.include('ProtectionNotRecorded');
  });

  it('does not rely on a snapshot from before the disk was used again', async () => {
    const scene = new GuardScene();
    const disk = scene.addDisk({ days: '3' });
    scene.cloud.failNext('deleteDisk', 'busy', 'busy');
    await rejectionOf(scene.remove());
    scene.cloud.disks.change(disk.id, { lastDetachedAt: new Date(Date.UTC(2026, 0, 2, 0, 0, 2)) }, 0);
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(2);
    const latest = scene.cloud.snapshots.values().at(-1);
    expect(scene.cluster.protections.get('d-1')?.snapshotId).to.equal(latest?.id);
  });

  it('takes another one also when ECS shows the attach since then, and no detach', async () => {
    const scene = new GuardScene();
    const disk = scene.addDisk({ days: '3' });
    scene.cloud.failNext('deleteDisk', 'busy', 'busy');
    await rejectionOf(scene.remove());
    scene.cloud.disks.change(disk.id, { lastAttachedAt: new Date(Date.UTC(2026, 0, 2, 0, 0, 2)) }, 0);
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(2);
    const latest = scene.cloud.snapshots.values().at(-1);
    expect(scene.cluster.protections.get('d-1')?.snapshotId).to.equal(latest?.id);
  });

  it('does not delete a disk that is used while its protection is recorded', async () => {
    const scene = new GuardScene();
    const disk = scene.addDisk({ days: '3' });
    scene.cluster.meanwhile = () => {
      scene.cloud.disks.change(disk.id, { lastAttachedAt: new Date(Date.UTC(2026, 0, 5)) }, 0);
    };
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'busy');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
  });

  it('does not delete the disk when its snapshot is gone at the last look', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cluster.meanwhile = () => {
      for (const { id } of scene.cloud.snapshots.values()) {
        scene.cloud.snapshots.changeInstead(id, 'gone', 0);
      }
    };
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'busy');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
  });

  it('extends the retention when the policy was raised after the snapshot was made', async () => {
    const scene = new GuardScene();
    const disk = scene.addDisk({ days: '3' });
    scene.cloud.failNext('deleteDisk', 'outcome-unknown');
    await rejectionOf(scene.remove());
    scene.cloud.disks.change(disk.id, { tags: new Map([[tagKeys.deleteSnapshotRetentionDays, '30']]) }, 0);
    await scene.remove();
    expect(scene.cloud.snapshots.values()[0]).to.have.property('retentionDays', 30);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });

  it('counts the retention from the deletion, also when that comes days after the cut', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' });
    scene.cloud.failNext('deleteDisk', 'outcome-unknown');
    await rejectionOf(scene.remove());
    scene.nowMs += 2.5 * 24 * 60 * 60 * 1000;
    await scene.remove();
    expect(scene.cloud.snapshots.values()[0]).to.have.property('retentionDays', 6);
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });

  for (const [what, scene] of [
    ['the switch is off', { on: false, changes: {} }],
    [
      'the category has no instant access',
      { on: true, changes: { category: 'cloud_ssd', performanceLevel: undefined } },
    ],
  ] as const) {
    it(`deletes with a warning when ${what}`, async () => {
      const guarded = new GuardScene();
      guarded.isSwitchedOn = scene.on;
      guarded.addDisk({ days: '3' }, scene.changes);
      await guarded.remove();
      expect(guarded.cloud.disks.get('d-1')).to.equal(undefined);
      expect(guarded.cluster.events).to.have.length(1);
      expect(guarded.cluster.events[0]).to.include({ type: 'Warning', on: 'volume' });
    });
  }

  it('deletes a disk that was never attached: it holds nothing', async () => {
    const scene = new GuardScene();
    scene.addDisk({ days: '3' }, { wasEverAttached: false });
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
  });

  it('does not delete a disk of a category that it does not know without a snapshot', async () => {
    // ECS has made it since, or the answer does not name it.
    for (const category of ['cloud_essd_of_tomorrow', '']) {
      const scene = new GuardScene();
      scene.addDisk({ days: '3' }, { category, performanceLevel: undefined });
      await scene.remove();
      expect(scene.cluster.reasons()).to.deep.equal(['DeleteProtected']);

      const refused = new GuardScene();
      refused.addDisk({ days: '3' }, { category, performanceLevel: undefined });
      refused.cloud.failNext('createSnapshot', 'unsupported');
      expect(await rejectionOf(refused.remove())).to.have.property('kind', 'wrong-state');
      expect(refused.cloud.countOf('deleteDisk')).to.equal(0);
    }
  });

  it('lets ECS decide whether a free multi-attach disk ever held data', async () => {
    const changes = { multiAttach: true, wasEverAttached: false, lastDetachedAt: undefined };
    const used = new GuardScene();
    used.addDisk({ days: '3' }, changes);
    await used.remove();
    expect(used.cluster.reasons()).to.deep.equal(['DeleteProtected']);

    const unused = new GuardScene();
    unused.addDisk({ days: '3' }, changes);
    // Asked twice, since ECS may repeat by the token what it said of another time.
    unused.cloud.failNext('createSnapshot', 'never-used', 'never-used');
    await unused.remove();
    expect(unused.cloud.disks.get('d-1')).to.equal(undefined);
    expect(unused.cluster.events).to.deep.equal([]);
  });

  it('neither snapshots nor deletes a disk in use', async () => {
    const scene = new GuardScene();
    scene.addDisk(
      { days: '3' },
      { status: 'In_use', attachments: [{ instanceId: 'i-1', device: undefined }] },
    );
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'in-use');
    expect(scene.cloud.countOf('createSnapshot')).to.equal(0);
  });
});
