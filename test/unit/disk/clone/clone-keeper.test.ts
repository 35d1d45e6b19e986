import { expect } from 'chai';
import { cloneTags } from '../../../../src/disk/clone/clone-mark.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { ProtectedCloneScene } from './set-up.ts';

/** What happens when nothing asks for protection. */
const none = '';

function finishUploads({ cloud }: ProtectedCloneScene): void {
  for (let look = 0; look < 10; look += 1) {
    cloud.snapshots.lookAtAll();
  }
}

/** A clone whose snapshot is still there, and uploaded. */
async function cloned(days = none): Promise<ProtectedCloneScene> {
  const scene = new ProtectedCloneScene({ looks: { uploading: 6 } });
  await scene.clone(days);
  finishUploads(scene);
  return scene;
}

describe('The keeper and the snapshots by way of which disks were cloned', () => {
  it('removes those whose clone is complete, once their upload is over', async () => {
    const scene = new ProtectedCloneScene({ looks: { uploading: 5, creating: 1 } });
    await scene.clone(none);
    expect(await scene.keep()).to.deep.equal([]);
    finishUploads(scene);
    expect(await scene.keep()).to.deep.equal(['remove-clone-snapshot']);
    expect(scene.snapshot).to.equal(undefined);
  });

  it('leaves those that no disk was made from yet, those of other clusters, and those of users', async () => {
    const scene = new ProtectedCloneScene();
    scene.cloud.failNext('createDisk', 'lost-request');
    await scene.clone(none).catch(() => undefined);
    const ofUser = scene.cloud.addSnapshot({ tags: new Map([[tagKeys.cluster, 'c-1']]) });
    scene.cloud.addDisk({ sourceSnapshotId: ofUser.id });
    const tags = new Map([
      [tagKeys.cluster, 'c-2'],
      [tagKeys.cloneSnapshot, 'true'],
      [tagKeys.cloneFor, 'pvc-9'],
    ]);
    const ofOthers = scene.cloud.addSnapshot({ tags });
    scene.cloud.addDisk({ sourceSnapshotId: ofOthers.id, tags: new Map([[tagKeys.diskKey, 'pvc-9']]) });
    expect(await scene.keep()).to.deep.equal([]);
    expect(scene.cloud.snapshots.values()).to.have.length(3);
  });

  it('leaves those of clusters with an id when it has none itself', async () => {
    const scene = await cloned();
    scene.clusterId = undefined;
    scene.restartKeeper();
    expect(await scene.keep()).to.deep.equal([]);
    expect(scene.snapshot).not.to.equal(undefined);
  });

  it('leaves one that has become the protection of its clone since the round began', async () => {
    const scene = await cloned();
    const findSnapshot = scene.cloud.findSnapshot.bind(scene.cloud);
    scene.cloud.findSnapshot = async (id, call) => {
      await scene.cloud.tagSnapshot(id, cloneTags.takenOver, call);
      return await findSnapshot(id, call);
    };
    await scene.keep();
    expect(scene.snapshot).not.to.equal(undefined);
    expect(scene.cloud.countOf('deleteSnapshot')).to.equal(0);
    expect(scene.problems.splice(0)).to.have.length(1);
  });

  it('leaves those from which another disk is still being made, also where it knows the clone', async () => {
    const scene = await cloned();
    const other = scene.cloud.addDisk({ sourceSnapshotId: scene.snapshot?.id, status: 'Creating' });
    expect(await scene.keep()).to.deep.equal([]);
    expect(await scene.keep()).to.deep.equal([]);
    scene.cloud.disks.remove(other.id);
    expect(await scene.keep()).to.deep.equal(['remove-clone-snapshot']);
  });

  it('looks known clones up with one request for all, and finds them again after a restart', async () => {
    const scene = await cloned('3');
    for (let copy = 1; copy < 30; copy += 1) {
      const tags = new Map(scene.snapshot?.tags).set(tagKeys.cloneFor, `pvc-${copy}`);
      const snapshot = scene.cloud.addSnapshot({ sourceDiskId: 'd-9', tags });
      const ofClone = new Map([[tagKeys.diskKey, `pvc-${copy}`]]);
      scene.cloud.addDisk({ sourceSnapshotId: snapshot.id, tags: ofClone });
    }
    await scene.keep();
    expect(scene.cloud.countOf('findDisksMadeFrom')).to.equal(30);
    for (let round = 0; round < 5; round += 1) {
      await scene.keep();
    }
    expect(scene.cloud.countOf('findDisksMadeFrom')).to.equal(30);
    expect(scene.cloud.countOf('findDisks')).to.equal(6);
    scene.restartKeeper();
    scene.use(scene.cloud.disks.values()[1] ?? expect.fail());
    expect(await scene.keep()).to.deep.equal(['remove-clone-snapshot']);
  });

  it('extends none whose clone has no instant access, nor while the guards are off, nor one that is kept for ever', async () => {
    const changes: ((scene: ProtectedCloneScene) => void)[] = [
      ({ cloud }) => cloud.disks.set(cloud.disks.values()[1]?.id ?? '', { category: 'cloud_ssd' }),
      (scene) => (scene.isSwitchedOn = false),
      ({ cloud, snapshot }) => cloud.snapshots.set(snapshot?.id ?? '', { retentionDays: undefined }),
      ({ cloud, snapshot }) => cloud.snapshots.set(snapshot?.id ?? '', { retentionDays: 90 }),
    ];
    for (const [at, change] of changes.entries()) {
      const scene = await cloned('3');
      change(scene);
      expect(await scene.keep(), `change ${at}`).to.deep.equal([]);
      expect(scene.snapshot).not.to.equal(undefined);
    }
  });

  it('takes the policy from the volume where the disk has no tag', async () => {
    const scene = await cloned('3');
    const clone = scene.cloud.disks.values()[1] ?? expect.fail('no clone');
    scene.cloud.disks.set(clone.id, { tags: new Map([[tagKeys.diskKey, 'pvc-copy']]) });
    expect(await scene.keep()).to.deep.equal([]);
    scene.cluster.addVolume(clone.id, { volumeDeleteSnapshotRetentionDays: '3' });
    expect(await scene.keep()).to.deep.equal(['keep-clone-snapshot']);
  });

  it('goes on with the others when ECS does not extend one', async () => {
    const scene = await cloned('3');
    scene.cloud.failNext('extendRetention', 'denied');
    await scene.keep();
    expect(scene.problems).to.have.length(1);
    expect(await scene.keep()).to.deep.equal(['keep-clone-snapshot']);
    expect(scene.snapshot?.retentionDays).to.equal(2);
  });

  it('only says so in a dry run', async () => {
    const scene = await cloned('3');
    scene.isDryRun = true;
    expect(await scene.keep()).to.deep.equal(['keep-clone-snapshot']);
    expect(scene.snapshot?.retentionDays).to.equal(1);
  });
});
