import { expect } from 'chai';
import type { ClusterEvent } from '../../../../src/disk/cluster.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { GuardScene, start } from './set-up.ts';

describe('keepAfterFailure', () => {
  it('keeps the snapshot of the first failure however many attempts follow, and one live one besides', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
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
    expect(lastMessage(scene)).to.contain(
      `kept until a later attempt goes on without it; that of the first failure is snapshotId[${first}], which ends at 2026-01-03T00:00`,
    );

    await scene.expand();
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  it('promises no snapshot of somebody else', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const cutAt = new Date(start - 60_000);
    const theirs = scene.cloud.addSnapshot({ sourceDiskId: 'd-1', cutAt, retentionDays: 3 });
    scene.cloud.failNext('resizeDisk', full());
    await rejectionOf(scene.expand());
    expect(lastMessage(scene)).to.contain(
      `Snapshot snapshotId[${theirs.id}], which the guard did not take and does not delete, holds its data. To restore it: csi-datasafe restore-manifests --snapshot ${theirs.id}`,
    );
    expect(lastMessage(scene)).not.to.contain('until');
  });

  it('promises nothing when the snapshot cannot be marked, and says why', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('resizeDisk', full(), full());
    scene.cloud.failNext('tagSnapshot', new DiskError('denied', 'grant ecs:TagResources'));
    await rejectionOf(scene.expand());
    expect(lastMessage(scene)).to.contain(
      'is kept until a later attempt goes on without it, since it could not be marked: grant ecs:TagResources. To restore it',
    );
    // The next attempt can, and its event is another one.
    await rejectionOf(scene.expand());
    expect(lastMessage(scene)).to.match(
      /is kept until 2026-01-03T00:\S+Z\. Once the disk has 40 GiB, it is deleted sooner\. /,
    );
    expect(new Set(failures(scene).map(({ key }) => key)).size).to.equal(2);
  });

  it('promises what is marked though the answer was lost', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    scene.cloud.failNext('resizeDisk', full());
    scene.cloud.failNext('tagSnapshot', 'lost-reply');
    await rejectionOf(scene.expand());
    expect(lastMessage(scene)).to.contain('is kept until 2026-01-03T00:');
  });

  it('says nothing of a failure when another replica has grown the disk meanwhile', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const { cloud } = scene;
    cloud.resizeDisk = async () => {
      await Promise.resolve();
      cloud.disks.set('d-1', { sizeGiB: 40 });
      throw full();
    };
    expect((await scene.expand()).sizeGiB).to.equal(40);
    expect(failures(scene)).to.deep.equal([]);
  });

  it('besteffort: does not give up, for its upload, what was promised', async () => {
    const scene = new GuardScene({ rounds: 4, looks: { uploading: 60 } });
    scene.addDisk({ expand: 'besteffort' });
    scene.cloud.failNext('resizeDisk', full());
    await rejectionOf(scene.expand());
    const [kept] = scene.cloud.snapshots.values();
    scene.nowMs += 400_000;
    expect(await rejectionOf(scene.expand())).to.have.property('kind', 'busy');
    expect(scene.cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([kept?.id]);
  });
});

function full(): DiskError {
  return new DiskError('quota', 'no capacity left (QuotaExceed.DiskCapacity)');
}

function failures({ cluster }: GuardScene): ClusterEvent[] {
  return cluster.events.filter(({ reason }) => reason === 'ExpansionFailedSnapshotKept');
}

function lastMessage(scene: GuardScene): string {
  return failures(scene).at(-1)?.message ?? '';
}
