import { expect } from 'chai';
import { cloneTags } from '../../../../src/disk/clone/clone-mark.ts';
import { Keeper, type KeeperAct } from '../../../../src/disk/guards/keeper.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall } from '../../../support/builders.ts';
import { GuardScene, start } from './set-up.ts';

const dayMs = 24 * 60 * 60 * 1000;

function keeperOf(
  scene: GuardScene,
  isDryRun = false,
): { keeper: Keeper; acts: KeeperAct[]; problems: unknown[] } {
  const acts: KeeperAct[] = [];
  const problems: unknown[] = [];
  const parts = {
    ...scene.parts,
    now: () => scene.nowMs,
    isDryRun,
    onAct: (act: KeeperAct) => acts.push(act),
    onProblem: (error: unknown) => problems.push(error),
  };
  return { keeper: new Keeper(parts), acts, problems };
}

/** An expansion from 20 to 40 GiB whose file system has still to grow. */
async function afterExpansion(clusterId: string | undefined): Promise<GuardScene> {
  const scene = new GuardScene();
  scene.clusterId = clusterId;
  scene.addDisk({ expand: 'forced' });
  scene.cluster.expansion = 'pending';
  await scene.expand(40, true);
  return scene;
}

/** A disk that was deleted under protection. */
async function afterDeletion(): Promise<GuardScene> {
  const scene = new GuardScene();
  scene.addDisk({ days: '3' });
  await scene.remove();
  return scene;
}

describe('Keeper', () => {
  it('releases the snapshot of an expansion once its file system has grown, and not before', async () => {
    const scene = await afterExpansion('c-1');
    const { keeper } = keeperOf(scene);
    await keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(1);
    scene.cluster.expansion = 'complete';
    await keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(0);
    expect(scene.cluster.reasons()).to.include('SnapshotReleased');
  });

  it('releases also the snapshot under which the resize failed first and then went well', async () => {
    const scene = await afterExpansion('c-1');
    scene.cluster.expansion = 'complete';
    const [snapshot] = scene.cloud.snapshots.values();
    const tag = { key: tagKeys.guardOutcome, value: 'resize-failed' };
    await scene.cloud.tagSnapshot(snapshot?.id ?? '', tag, aCall());
    await keeperOf(scene).keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(0);
  });

  it('keeps the snapshot while the disk has not grown, and so that of an expansion that failed', async () => {
    const scene = await afterExpansion('c-1');
    scene.cluster.expansion = 'complete';
    scene.cloud.disks.change('d-1', { sizeGiB: 20 }, 0);
    await keeperOf(scene).keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('drops nothing of a disk without a volume here when no id tells this cluster from others', async () => {
    for (const [clusterId, left] of [
      [undefined, 2],
      ['c-1', 0],
    ] as const) {
      const scene = await afterExpansion(clusterId);
      const [kept] = scene.cloud.snapshots.values();
      const cutAt = new Date(start - dayMs / 2);
      scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), cutAt });
      scene.cluster.volumes.clear();
      await keeperOf(scene).keeper.round(aCall());
      expect(scene.cloud.snapshots.values()).to.have.length(left);
    }
  });

  it('drops a superseded snapshot', async () => {
    const scene = await afterExpansion('c-1');
    const [kept] = scene.cloud.snapshots.values();
    const tags = new Map([...(kept?.tags ?? []), [tagKeys.guardIntent, '10-20']]);
    const old = scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags, cutAt: new Date(start - dayMs / 2) });
    const { keeper, acts } = keeperOf(scene);
    await keeper.round(aCall());
    expect(acts).to.deep.equal([{ act: 'drop-superseded', diskId: 'd-1', snapshotId: old.id }]);
    expect(scene.cloud.snapshots.get(old.id)).to.equal(undefined);
  });

  it('drops it also beside one that failed before it was cut, and that one too', async () => {
    const scene = await afterExpansion('c-1');
    const [kept] = scene.cloud.snapshots.values();
    const cutAt = new Date(start - dayMs / 2);
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), cutAt });
    const failed = { status: 'failed', available: false, cutAt: undefined } as const;
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), ...failed });
    await keeperOf(scene).keeper.round(aCall());
    expect(scene.cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([kept?.id]);
  });

  it('drops one that failed and that nobody removes, also when it is alone, or its disk is gone', async () => {
    for (const isDiskThere of [true, false]) {
      const scene = await afterExpansion('c-1');
      const [kept] = scene.cloud.snapshots.values();
      const failed = { status: 'failed', available: false, cutAt: undefined } as const;
      scene.cloud.snapshots.set(kept?.id ?? '', failed);
      if (!isDiskThere) {
        scene.cloud.disks.remove('d-1');
      }
      const { keeper, acts } = keeperOf(scene);
      await keeper.round(aCall());
      expect(acts).to.deep.equal([]);
      await keeper.round(aCall());
      expect(acts).to.deep.equal([{ act: 'drop-failed', diskId: 'd-1', snapshotId: kept?.id }]);
      expect(scene.cloud.snapshots.values()).to.deep.equal([]);
    }
  });

  it('touches no snapshot that a claim waits to be restored from', async () => {
    const scene = await afterExpansion('c-1');
    scene.cluster.expansion = 'complete';
    const [kept] = scene.cloud.snapshots.values();
    const cutAt = new Date(start - dayMs / 2);
    const old = scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), cutAt });
    scene.cluster.restoring.add(kept?.id ?? '').add(old.id);
    const { keeper, acts } = keeperOf(scene);
    await keeper.round(aCall());
    await scene.expand(40);
    expect(acts).to.deep.equal([]);
    expect(scene.cloud.snapshots.values()).to.have.length(2);
    scene.cluster.restoring.clear();
    await keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.deep.equal([]);
  });

  it('drops nothing for the sake of one that cannot be restored yet', async () => {
    const scene = await afterExpansion('c-1');
    const [kept] = scene.cloud.snapshots.values();
    const uncut = { status: 'progressing', available: false, cutAt: undefined } as const;
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), ...uncut });
    await keeperOf(scene).keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(2);
  });

  it('leaves the snapshot of a larger expansion when a smaller one is complete', async () => {
    const scene = await afterExpansion('c-1');
    scene.cluster.expansion = 'complete';
    const [kept] = scene.cloud.snapshots.values();
    scene.cloud.snapshots.set(kept?.id ?? '', {
      tags: new Map([...(kept?.tags ?? []), [tagKeys.guardIntent, '40-50']]),
    });
    await keeperOf(scene).keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('touches no snapshot of another cluster', async () => {
    const scene = await afterExpansion('c-1');
    scene.cluster.expansion = 'complete';
    const [snapshot] = scene.cloud.snapshots.values();
    const tags = new Map([...(snapshot?.tags ?? []), [tagKeys.cluster, 'another-cluster']]);
    scene.cloud.snapshots.change(snapshot?.id ?? '', { tags }, 0);
    await keeperOf(scene).keeper.round(aCall());
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('touches no snapshot of a cluster with an id when it has none itself', async () => {
    const scene = await afterExpansion('c-other');
    scene.clusterId = undefined;
    scene.cluster.expansion = 'complete';
    const [kept] = scene.cloud.snapshots.values();
    const cutAt = new Date(start - dayMs / 2);
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', tags: kept?.tags ?? new Map(), cutAt });
    const { keeper, acts } = keeperOf(scene);
    await keeper.round(aCall());
    expect(acts).to.deep.equal([]);
    expect(scene.cloud.snapshots.values()).to.have.length(2);
  });

  it('removes the objects of an expired protection after two looks', async () => {
    const scene = await afterDeletion();
    const { keeper, acts } = keeperOf(scene);
    const [snapshot] = scene.cloud.snapshots.values();
    scene.cloud.snapshots.changeInstead(snapshot?.id ?? '', 'gone', 0);
    await keeper.round(aCall());
    expect(acts).to.deep.equal([]);
    scene.nowMs = start + 4 * dayMs;
    await keeper.round(aCall());
    expect(scene.cluster.protections.size).to.equal(1);
    await keeper.round(aCall());
    expect(scene.cluster.protections.size).to.equal(0);
  });

  it('keeps them while the snapshot is there, or only hidden, or being restored', async () => {
    const there = await afterDeletion();
    there.nowMs = start + 4 * dayMs;
    const first = keeperOf(there).keeper;
    await first.round(aCall());
    await first.round(aCall());
    expect(there.cluster.protections.size).to.equal(1);

    const restoring = await afterDeletion();
    restoring.nowMs = start + 4 * dayMs;
    const [snapshot] = restoring.cloud.snapshots.values();
    restoring.cluster.restoring.add(snapshot?.id ?? '');
    restoring.cloud.snapshots.changeInstead(snapshot?.id ?? '', 'gone', 0);
    const second = keeperOf(restoring).keeper;
    await second.round(aCall());
    await second.round(aCall());
    expect(restoring.cluster.protections.size).to.equal(1);
  });

  it('only says what it would do in a dry run', async () => {
    const scene = await afterExpansion('c-1');
    scene.cluster.expansion = 'complete';
    const { keeper, acts } = keeperOf(scene, true);
    await keeper.round(aCall());
    expect(acts.map(({ act }) => act)).to.deep.equal(['release']);
    expect(scene.cloud.snapshots.values()).to.have.length(1);
  });

  it('goes on with the rest of its round when one thing fails', async () => {
    const scene = await afterDeletion();
    const { keeper, problems } = keeperOf(scene);
    scene.cloud.failNext('listSnapshotIds', 'unreadable');
    const [snapshot] = scene.cloud.snapshots.values();
    scene.cloud.snapshots.changeInstead(snapshot?.id ?? '', 'gone', 0);
    scene.nowMs = start + 4 * dayMs;
    await keeper.round(aCall());
    expect(problems).to.have.length(1);
    await keeper.round(aCall());
    expect(scene.cluster.protections.size).to.equal(0);
  });

  it('looks after the clones first, whose way back ends where nobody does', async () => {
    const scene = new GuardScene();
    const looks: string[] = [];
    const list = scene.cloud.listSnapshotIds.bind(scene.cloud);
    scene.cloud.listSnapshotIds = (tag, call) => {
      looks.push(tag.key);
      return list(tag, call);
    };
    await keeperOf(scene).keeper.round(aCall());
    expect(looks).to.deep.equal([cloneTags.step.key, cloneTags.wayBack.key, tagKeys.guard]);
  });
});
