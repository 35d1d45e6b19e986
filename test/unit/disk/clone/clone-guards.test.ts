import { expect } from 'chai';
import { Keeper, type KeeperAct } from '../../../../src/disk/guards/keeper.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, diskErrorOf } from '../../../support/builders.ts';
import { GuardScene, start } from '../guards/set-up.ts';

const cloneMarks = new Map([
  [tagKeys.cluster, 'c-1'],
  [tagKeys.cloneSnapshot, 'true'],
  [tagKeys.cloneFor, 'pvc-copy'],
]);

describe('The snapshot on the way of a clone', () => {
  it('is no guard of an expansion, young as it may be: it goes with the clone', async () => {
    const scene = new GuardScene();
    scene.addDisk({ expand: 'forced' });
    const cutAt = new Date(start - 1_000);
    scene.cloud.addSnapshot({ sourceDiskId: 'd-1', cutAt, retentionDays: 1, tags: cloneMarks });
    await scene.expand();
    expect(scene.cloud.countOf('createSnapshot')).to.equal(1);
  });

  it('is no way back from the deletion of the clone that was made from it and never used', async () => {
    const scene = new GuardScene();
    const { id } = scene.cloud.addSnapshot({ sourceDiskId: 'd-9', retentionDays: 1, tags: cloneMarks });
    scene.addDisk({ days: '1' }, { wasEverAttached: false, lastDetachedAt: undefined, sourceSnapshotId: id });
    scene.cloud.failNext('createSnapshot', 'never-used');
    expect((await diskErrorOf(scene.remove())).message).to.match(
      /is not deleted.*attach it to an instance once/,
    );
    expect(scene.cloud.disks.get('d-1')).not.to.equal(undefined);
  });

  it('is removed by the keeper once the clone is complete; a dry run only says so', async () => {
    const scene = new GuardScene();
    const { id } = scene.cloud.addSnapshot({ sourceDiskId: 'd-9', retentionDays: 1, tags: cloneMarks });
    scene.addDisk({}, { sourceSnapshotId: id, tags: new Map([[tagKeys.diskKey, 'pvc-copy']]) });
    const acts: KeeperAct[] = [];
    const keeperOf = (isDryRun: boolean) =>
      new Keeper({
        ...scene.parts,
        isDryRun,
        onAct: (act) => acts.push(act),
        onProblem: (error) => expect.fail(String(error)),
      });
    await keeperOf(true).round(aCall());
    expect(scene.cloud.snapshots.get(id)).not.to.equal(undefined);
    await keeperOf(false).round(aCall());
    expect(scene.cloud.snapshots.get(id)).to.equal(undefined);
    const act = { act: 'remove-clone-snapshot', diskId: 'd-9', snapshotId: id };
    expect(acts).to.deep.equal([act, act]);
  });
});
