import { expect } from 'chai';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { diskErrorOf } from '../../../support/builders.ts';
import type { Fault } from '../../../support/fake-disk-cloud.ts';
import { dayMs, hourMs, ProtectedCloneScene } from './set-up.ts';

/** Deletes until it is done, as csi-provisioner does. */
async function removeAtLast(scene: ProtectedCloneScene, clone: Parameters<typeof scene.remove>[0]) {
  for (let attempt = 0; attempt < 10 && scene.cloud.disks.get(clone.id) !== undefined; attempt += 1) {
    await scene.remove(clone).catch(() => undefined);
  }
  expect(scene.cloud.disks.get(clone.id)).to.equal(undefined);
}

function expectProtected(scene: ProtectedCloneScene, cloneId: string, days: number): void {
  const { snapshot, nowMs } = scene;
  const endsAt = (snapshot?.cutAt?.getTime() ?? 0) + (snapshot?.retentionDays ?? 0) * dayMs;
  expect(endsAt, 'kept from the deletion on').to.be.at.least(nowMs + days * dayMs - hourMs);
  expect(scene.isStep, 'nobody removes it').to.equal(false);
  expect(scene.cluster.protections.get(cloneId)?.snapshotId).to.equal(snapshot?.id);
}

describe('A clone whose class asks for protection, before an instance had it', () => {
  it('keeps the snapshot it was made from, whoever asks again or cleans up', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    expect((await scene.clone()).id).to.equal(clone.id);
    await scene.keep();
    expect(scene.snapshot?.id).to.equal(clone.sourceSnapshotId);
  });

  it('keeps it over weeks: it is extended before it ends, not more often than once a day', async () => {
    const scene = new ProtectedCloneScene();
    await scene.clone();
    for (let hour = 0; hour < 20 * 24; hour += 1) {
      scene.passTime(hourMs);
      await scene.keep();
    }
    expect(scene.snapshot?.retentionDays).to.equal(22);
    expect(scene.cloud.countOf('extendRetention')).to.equal(21);
    expect(scene.problems).to.deep.equal([]);
  });

  it('keeps it also where the keepers were away for a day', async () => {
    const scene = new ProtectedCloneScene();
    await scene.clone();
    for (let day = 0; day < 5; day += 1) {
      await scene.keep();
      scene.passTime(dayMs);
    }
    expect(scene.snapshot).not.to.equal(undefined);
  });

  it('is deleted behind it, which is then on record, kept for as long as the class says, and nobody’s to remove', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    scene.passTime(23 * hourMs);
    await scene.remove(clone);
    expect(scene.cloud.disks.get(clone.id)).to.equal(undefined);
    expectProtected(scene, clone.id, 3);
    expect(await scene.keep()).to.deep.equal([]);
    expect(scene.cluster.reasons()).to.deep.equal(['DeleteProtected']);
  });

  it('is deleted behind it when the source is gone', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    scene.cloud.disks.remove(scene.source.id);
    await scene.keep();
    await scene.remove(clone);
    expectProtected(scene, clone.id, 3);
  });

  it('waits for the upload, before which ECS does not extend the snapshot', async () => {
    const scene = new ProtectedCloneScene({ looks: { uploading: 12 }, rounds: 4 });
    const clone = await scene.clone();
    expect((await diskErrorOf(scene.remove(clone))).kind).to.equal('busy');
    expect(scene.cloud.countOf('extendRetention')).to.equal(0);
    await removeAtLast(scene, clone);
    expectProtected(scene, clone.id, 3);
  });

  it('gives it up once an instance had it: the snapshot goes', async () => {
    for (const by of ['keeper', 'repeated call'] as const) {
      const scene = new ProtectedCloneScene();
      scene.use(await scene.clone());
      await (by === 'keeper' ? scene.keep() : scene.clone());
      expect(scene.snapshot, by).to.equal(undefined);
    }
  });

  it('is not deleted behind it once an instance had it, though it may have written nothing', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    scene.use(clone);
    scene.cloud.failNext('createSnapshot', 'never-used');
    expect((await diskErrorOf(scene.remove(clone))).kind).to.equal('wrong-state');
  });

  it('is not deleted when an instance gets it at the last moment; nothing is removed that is on record', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    scene.cluster.meanwhile = () => scene.use(clone);
    expect((await diskErrorOf(scene.remove(clone))).kind).to.equal('busy');
    expect(scene.cloud.disks.get(clone.id)).not.to.equal(undefined);
    await scene.keep();
    await scene.clone();
    expectProtected(scene, clone.id, 3);
  });

  it('needs one snapshot: what else was taken for it goes', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    const { tags } = scene.snapshot ?? expect.fail('no snapshot');
    scene.cloud.addSnapshot({ sourceDiskId: scene.source.id, tags });
    await scene.clone();
    expect(scene.cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([clone.sourceSnapshotId]);
  });

  it('does not rely on the snapshot of another clone', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    const other = scene.cloud.addDisk({
      tags: new Map(clone.tags).set(tagKeys.diskKey, 'pvc-other'),
      sourceSnapshotId: clone.sourceSnapshotId,
    });
    expect((await diskErrorOf(scene.remove(other))).message).to.contain('attach it to an instance once');
  });

  it('is no source of another clone: its snapshot may go at any moment', async () => {
    const scene = new ProtectedCloneScene();
    const clone = await scene.clone();
    const ofClone = [
      { key: tagKeys.clonedFrom, value: clone.id },
      { key: tagKeys.diskKey, value: 'pvc-third' },
    ];
    const third = scene.clone('3', { key: 'pvc-third', tags: ofClone, sourceDiskId: clone.id });
    expect((await diskErrorOf(third)).kind).to.equal('wrong-state');
  });

  describe('when its policy changes', () => {
    it('to longer or shorter, counts what it is at the deletion', async () => {
      for (const days of [1, 30]) {
        const scene = new ProtectedCloneScene();
        const clone = await scene.clone();
        scene.setPolicy(clone, String(days));
        await scene.keep();
        await scene.remove(clone);
        expectProtected(scene, clone.id, days);
      }
    });

    it('to none, the snapshot is not removed in a hurry, but kept no longer; back, it is kept again', async () => {
      const scene = new ProtectedCloneScene();
      const clone = await scene.clone();
      scene.setPolicy(clone, '');
      expect(await scene.keep()).to.deep.equal([]);
      scene.passTime(12 * hourMs);
      scene.setPolicy(clone, '5');
      expect(await scene.keep()).to.deep.equal(['keep-clone-snapshot']);
      scene.setPolicy(clone, '');
      scene.passTime(2 * dayMs);
      expect(scene.snapshot).to.equal(undefined);
    });

    it('to what means nothing, the snapshot is kept, since the disk is too', async () => {
      const scene = new ProtectedCloneScene();
      scene.setPolicy(await scene.clone(), 'soon');
      expect(await scene.keep()).to.deep.equal(['keep-clone-snapshot']);
    });

    it('from none, it is not deleted: its snapshot is about to go', async () => {
      const scene = new ProtectedCloneScene({ looks: { uploading: 100 } });
      const clone = await scene.clone('');
      scene.setPolicy(clone, '3');
      expect((await diskErrorOf(scene.remove(clone))).kind).to.equal('wrong-state');
    });
  });

  describe('when something goes wrong', () => {
    const flawed: Fault[] = ['lost-request', 'lost-reply', 'denied', 'throttled'];
    for (const fault of flawed) {
      it(`is deleted behind its snapshot in spite of ${fault} at any request`, async () => {
        for (let request = 0, isOver = false; !isOver; request += 1) {
          const scene = new ProtectedCloneScene();
          const clone = await scene.clone();
          const before = scene.cloud.calls.length;
          scene.cloud.failNext('any', ...Array<Fault>(request).fill('none'), fault);
          await scene.remove(clone).catch(() => undefined);
          isOver = scene.cloud.calls.length - before <= request;
          // Whoever comes next, after whatever has happened.
          await scene.keep(request % 2);
          await removeAtLast(scene, clone);
          expectProtected(scene, clone.id, 3);
          expect(scene.cloud.countOf('deleteSnapshot'), `request ${request}`).to.equal(0);
        }
      });
    }

    it('stays when ECS does not extend the snapshot, or it may not be marked', async () => {
      for (const method of ['extendRetention', 'tagSnapshot'] as const) {
        const scene = new ProtectedCloneScene();
        const clone = await scene.clone();
        scene.cloud.failNext(method, 'denied', 'not-found');
        expect((await diskErrorOf(scene.remove(clone))).kind).to.equal('wrong-state');
        expect((await diskErrorOf(scene.remove(clone))).kind).to.equal('busy');
        expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
      }
    });

    it('stays when the snapshot ended, since no keeper was there', async () => {
      const scene = new ProtectedCloneScene();
      const clone = await scene.clone();
      scene.passTime(dayMs);
      expect((await diskErrorOf(scene.remove(clone))).message).to.contain('attach it to an instance once');
      expect(scene.cloud.disks.get(clone.id)).not.to.equal(undefined);
    });
  });

  it('is deleted by two replicas at once behind one snapshot, whoever is first at each step', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      let state = seed;
      const travel = async () => {
        state = (state * 16_807) % 2_147_483_647;
        for (let turn = state % 4; turn > 0; turn -= 1) {
          await Promise.resolve();
        }
      };
      const scene = new ProtectedCloneScene({ travel });
      const clone = await scene.clone();
      const work = [scene.remove(clone), scene.remove(clone), scene.keep(0), scene.keep(1), scene.clone()];
      await Promise.allSettled(work);
      await removeAtLast(scene, clone);
      expect(scene.snapshot, `seed ${seed}`).not.to.equal(undefined);
      expectProtected(scene, clone.id, 3);
    }
  });
});
