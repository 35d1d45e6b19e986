import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import type { Disk } from '../../../../src/disk/disk.ts';
import { guardBeforeDelete } from '../../../../src/disk/guards/before-delete.ts';
import { releaseAfterExpand } from '../../../../src/disk/guards/before-expand.ts';
import { keepOneGuard } from '../../../../src/disk/guards/expand-one.ts';
import { Keeper, type KeeperAct } from '../../../../src/disk/guards/keeper.ts';
import { removeDisk } from '../../../../src/disk/remove-disk.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, aDisk, rejectionOf } from '../../../support/builders.ts';
import { GuardScene } from './set-up.ts';

describe('a disk that was made from a snapshot and never written to', () => {
  describe('before an expansion', () => {
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

  describe('before a deletion', () => {
    const made = { wasEverAttached: false, lastDetachedAt: undefined, sourceSnapshotId: 's-source' };
    const neverUsed = new DiskError('never-used', 'the disk was never attached');

    it('is deleted behind the snapshot it was made from, which is on record and kept for long enough', async () => {
      const scene = new GuardScene();
      scene.addDisk({ days: '3' }, made);
      scene.cloud.addSnapshot({ id: 's-source', sourceDiskId: 'd-0', retentionDays: 1 });
      scene.cloud.failNext('createSnapshot', neverUsed);
      await scene.remove();
      expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
      expect(scene.cluster.protections.get('d-1')).to.include({ snapshotId: 's-source' });
      expect(scene.cloud.snapshots.values()[0]?.retentionDays).to.be.at.least(3);
      expect(scene.cluster.reasons()).to.deep.equal(['DeleteProtected']);
    });

    it('is said to be kept until somebody deletes it when that snapshot has no end', async () => {
      const scene = new GuardScene();
      scene.addDisk({ days: '3' }, made);
      scene.cloud.addSnapshot({ id: 's-source', cutAt: new Date(Date.UTC(2020, 0, 1)) });
      scene.cloud.failNext('createSnapshot', neverUsed);
      await scene.remove();
      expect(scene.cluster.protections.get('d-1')).to.deep.include({
        ...{ snapshotId: 's-source', expiresAt: undefined },
      });
      expect(scene.cluster.events.at(-1)?.message).to.contain('is kept until it is deleted by hand');
    });

    it('stays when that snapshot is gone: nothing else holds its data', async () => {
      const scene = new GuardScene();
      scene.addDisk({ days: '3' }, made);
      scene.cloud.failNext('createSnapshot', neverUsed);
      const error = await rejectionOf(scene.remove());
      expect(error).to.have.property('kind', 'wrong-state');
      expect(error.message).to.contain('attach it to an instance once');
      expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
      expect(scene.cluster.reasons()).to.deep.equal(['DeleteRefused']);
    });

    it('stays when an instance gets it while the snapshot is recorded', async () => {
      const scene = new GuardScene();
      const disk = scene.addDisk({ days: '3' }, made);
      scene.cloud.addSnapshot({ id: 's-source', sourceDiskId: 'd-0' });
      scene.cloud.failNext('createSnapshot', neverUsed);
      scene.cluster.meanwhile = () => {
        scene.cloud.disks.change(disk.id, { lastAttachedAt: new Date(Date.UTC(2026, 0, 5)) }, 0);
      };
      expect(await rejectionOf(scene.remove())).to.have.property('kind', 'busy');
      expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    });

    /** A disk restored from the guard snapshot of another one, whose expansion is complete. */
    function restoredFromGuard(
      changes: Partial<Disk> = {},
      kind: 'expand' | 'delete' = 'expand',
    ): GuardScene {
      const scene = new GuardScene();
      const policy = new Map([[tagKeys.expandPolicy, 'forced']]);
      scene.cloud.addDisk({ id: 'd-0', sizeGiB: 40, tags: policy, ...changes });
      const tags = new Map<string, string>([
        [tagKeys.guard, kind],
        [tagKeys.guardIntent, '20-40'],
        [tagKeys.cluster, 'c-1'],
      ]);
      scene.cloud.addSnapshot({ id: 's-source', sourceDiskId: 'd-0', retentionDays: 1, tags });
      scene.addDisk({ days: '3' }, made);
      scene.cloud.failNext('createSnapshot', neverUsed);
      return scene;
    }

    /** One that was taken of the same disk for the same expansion, and can be restored from. */
    function addNewerGuard({ cloud, nowMs }: GuardScene): void {
      const tags = new Map(cloud.snapshots.get('s-source')?.tags);
      cloud.addSnapshot({
        id: 's-newer',
        sourceDiskId: 'd-0',
        retentionDays: 1,
        tags,
        cutAt: new Date(nowMs),
      });
    }

    function keeperOf(scene: GuardScene, acts: KeeperAct[]): Keeper {
      const onAct = (act: KeeperAct) => acts.push(act);
      return new Keeper({ ...scene.parts, isDryRun: false, onAct, onProblem: () => undefined });
    }

    it('takes its snapshot over when that guards an expansion, or the keeper would release it', async () => {
      const scene = restoredFromGuard();
      await scene.remove();
      expect(scene.cluster.protections.get('d-1')).to.include({ snapshotId: 's-source' });
      const keeper = keeperOf(scene, []);
      await keeper.round(aCall());
      await keeper.round(aCall());
      expect(scene.cloud.snapshots.get('s-source')).to.include({ retentionDays: 4 });
    });

    for (const kind of ['expand', 'delete'] as const) {
      it(`takes a snapshot over before ${kind} that is no last state of its own disk, used meanwhile`, async () => {
        // The snapshot was cut while an instance had the disk, and of the detach ECS says nothing yet.
        const attachedBefore = { wasEverAttached: true, lastAttachedAt: new Date(Date.UTC(2025, 11, 31)) };
        const days = new Map([[tagKeys.deleteSnapshotRetentionDays, '3']]);
        const scene = restoredFromGuard({ ...attachedBefore, tags: days }, kind);
        await scene.remove();
        expect(scene.cloud.snapshots.get('s-source')?.tags.get(tagKeys.guard)).to.equal('inherited');
        await removeDisk(scene.cloud, 'd-0', aCall(), guardBeforeDelete(scene.parts));
        expect(scene.cloud.disks.get('d-0')).to.equal(undefined);
        const protection = scene.cluster.protections.get('d-0')?.snapshotId ?? '';
        expect(scene.cloud.snapshots.get(protection)).to.include({ name: 'd-0-delprotect' });
        expect(protection).not.to.equal('s-source');
      });
    }

    describe('whose snapshot others are about to drop, since it guarded an expansion', () => {
      /** The disk is deleted between the look of the others at all guard snapshots and what they do about them. */
      function deletedMeanwhile(changes: Partial<Disk> = {}): { scene: GuardScene; acts: KeeperAct[] } {
        const scene = restoredFromGuard(changes);
        let hasCome = false;
        const isBeingRestored = scene.cluster.isBeingRestored.bind(scene.cluster);
        scene.cluster.isBeingRestored = async (id) => {
          const answer = await isBeingRestored(id);
          if (!hasCome) {
            hasCome = true;
            await scene.remove();
          }
          return answer;
        };
        return { scene, acts: [] };
      }

      function expectWayBack({ cloud, cluster }: GuardScene): void {
        expect(cloud.disks.get('d-1')).to.equal(undefined);
        expect(cluster.protections.get('d-1')).to.include({ snapshotId: 's-source' });
        expect(cloud.snapshots.get('s-source')).to.include({ retentionDays: 4 });
      }

      it('keeps it from the keeper, which looks once more', async () => {
        const { scene, acts } = deletedMeanwhile();
        await keeperOf(scene, acts).round(aCall());
        expectWayBack(scene);
        expect(acts).to.deep.equal([]);
      });

      it('keeps it from the keeper that finds it superseded', async () => {
        const { scene, acts } = deletedMeanwhile({ sizeGiB: 20 });
        addNewerGuard(scene);
        await keeperOf(scene, acts).round(aCall());
        expectWayBack(scene);
        expect(acts).to.deep.equal([]);
      });

      it('keeps it from a call that has expanded the disk of which it was taken', async () => {
        const { scene } = deletedMeanwhile();
        const source = await scene.cloud.findDisk('d-0', aCall());
        await releaseAfterExpand(scene.parts, source ?? aDisk(), false, aCall());
        expectWayBack(scene);
      });

      it('keeps it from a call that leaves one guard snapshot of that disk', async () => {
        const { scene } = deletedMeanwhile({ sizeGiB: 20 });
        addNewerGuard(scene);
        await keepOneGuard(scene.parts, 'd-0', aCall());
        expectWayBack(scene);
      });

      it('is not even asked of ECS while the disk is there', async () => {
        const scene = restoredFromGuard();
        const acts: KeeperAct[] = [];
        await keeperOf(scene, acts).round(aCall());
        expect(scene.cloud.countOf('deleteSnapshot')).to.equal(0);
        scene.cloud.disks.remove('d-1');
        await keeperOf(scene, acts).round(aCall());
        expect(acts.map(({ act }) => act)).to.deep.equal(['release']);
        expect(scene.cloud.snapshots.get('s-source')).to.equal(undefined);
      });
    });

    it('stays until ECS shows that its snapshot guards no expansion any more', async () => {
      const scene = restoredFromGuard();
      scene.cloud.failNext('tagSnapshot', 'lost-request');
      await rejectionOf(scene.remove());
      scene.cluster.meanwhile = () => {
        const shownLate = new Map([[tagKeys.guard, 'expand']]);
        scene.cloud.snapshots.set('s-source', { tags: shownLate });
      };
      scene.cloud.failNext('createSnapshot', neverUsed);
      expect(await rejectionOf(scene.remove())).to.have.property('kind', 'busy');
      expect(scene.cloud.countOf('deleteDisk')).to.equal(0);
    });

    it('is deleted without a word when it came from nowhere', async () => {
      const scene = new GuardScene();
      scene.addDisk({ days: '3' }, { ...made, sourceSnapshotId: undefined, wasEverAttached: true });
      scene.cloud.failNext('createSnapshot', neverUsed);
      await scene.remove();
      expect(scene.cloud.disks.get('d-1')).to.equal(undefined);
      expect(scene.cluster.events).to.deep.equal([]);
    });
  });
});
