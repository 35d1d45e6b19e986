import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, rejectionOf } from '../../../support/builders.ts';
import { GuardScene } from './set-up.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A free multi-attach disk of which ECS shows no times, whose snapshots are cut at the time of the scene. */
function sharedDisk(): GuardScene {
  const scene: GuardScene = new GuardScene({ cutAtMs: () => scene.nowMs });
  const noTimes = { wasEverAttached: false, lastAttachedAt: undefined, lastDetachedAt: undefined };
  scene.addDisk({ days: '30' }, { multiAttach: true, ...noTimes });
  return scene;
}

/** An attempt that makes the snapshot and is refused then. */
async function refused(scene: GuardScene): Promise<void> {
  scene.cluster.recordFailures.push(new DiskError('wrong-state', 'install the CRDs'));
  expect(await rejectionOf(scene.remove())).to.have.property('kind', 'wrong-state');
}

function ids({ cloud }: GuardScene): string[] {
  return cloud.snapshots.values().map(({ id }) => id);
}

describe('guardBeforeDelete, of a free multi-attach disk of which ECS shows no times', () => {
  it('finds the snapshot of an attempt that was made just now', async () => {
    const scene = sharedDisk();
    await refused(scene);
    scene.nowMs += 4 * minuteMs;
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
  });

  it('takes a fresh one after weeks in which it may have been used, and keeps the old one', async () => {
    const scene = sharedDisk();
    await refused(scene);
    const [old] = ids(scene);
    scene.nowMs += 20 * dayMs;
    await scene.remove();
    expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
    const protection = scene.cloud.snapshots.get(scene.cluster.protections.get('d-1')?.snapshotId ?? '');
    expect(protection?.cutAt?.getTime()).to.equal(scene.nowMs);
    expect(ids(scene)).to.deep.equal([old, protection?.id]);
  });

  it('is not taken for unused because ECS repeats by the token what it said of another time', async () => {
    const scene = sharedDisk();
    scene.cloud.failNext('createSnapshot', 'never-used');
    await scene.remove();
    expect(scene.cluster.protections.get('d-1')?.snapshotId).to.be.oneOf(ids(scene));
    const asked = scene.cloud.calls.filter(({ method }) => method === 'createSnapshot');
    const tokens = asked.map(({ args: [request] }) => (request as { clientToken: string }).clientToken);
    expect(new Set(tokens)).to.have.property('size', 2);
  });

  it('is not deleted when its snapshot has become too old before the last look', async () => {
    const scene = sharedDisk();
    scene.cluster.meanwhile = () => (scene.nowMs += 6 * minuteMs);
    const error = await rejectionOf(scene.remove());
    expect(error).to.have.property('kind', 'busy');
    expect(error.message).to.contain('does not say whether it was used since');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
  });

  it('does not pile up snapshots while attempts fail for hours', async () => {
    const scene = sharedDisk();
    for (let hours = 0; hours < 12; hours += 1 / 12) {
      await refused(scene);
      scene.nowMs += 5 * minuteMs + 1000;
    }
    expect(scene.cloud.countOf('createSnapshot')).to.be.at.least(100);
    expect(ids(scene)).to.have.length.at.most(4);
    await scene.remove();
    expect(scene.cloud.snapshots.get(scene.cluster.protections.get('d-1')?.snapshotId ?? '')).to.include({
      retentionDays: 30,
    });
  });

  it('leaves one of these alone that a claim is restored from, or that another disk relies on', async () => {
    const scene = sharedDisk();
    await refused(scene);
    const [restoring = ''] = ids(scene);
    scene.cluster.restoring.add(restoring);
    scene.nowMs += 11 * minuteMs;
    await refused(scene);
    const [, relied = ''] = ids(scene);
    await scene.cloud.tagSnapshot(relied, { key: tagKeys.guard, value: 'inherited' }, aCall());
    scene.nowMs += 11 * minuteMs;
    await scene.remove();
    expect(ids(scene)).to.include.members([restoring, relied]).and.have.length(3);
  });

  it('makes one successor of each, whoever asks, and relies on none that ECS shows late', async () => {
    const scene = sharedDisk();
    await refused(scene);
    scene.nowMs += dayMs;
    const findSnapshotsOfDisk = scene.cloud.findSnapshotsOfDisk.bind(scene.cloud);
    scene.cloud.findSnapshotsOfDisk = () => Promise.resolve([]);
    expect(await rejectionOf(scene.remove())).to.have.property('kind', 'busy');
    expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    scene.cloud.findSnapshotsOfDisk = findSnapshotsOfDisk;
    await Promise.all([refused(scene), refused(scene)]);
    expect(ids(scene)).to.have.length(2);
  });

  it('goes by the times where ECS shows them', async () => {
    const scene = sharedDisk();
    await refused(scene);
    scene.cloud.disks.set('d-1', { lastDetachedAt: new Date(scene.nowMs - dayMs) });
    scene.nowMs += 20 * dayMs;
    await scene.remove();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });
});
