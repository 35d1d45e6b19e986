import { expect } from 'chai';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { removeGroup } from '../../../../src/disk/groups/remove-group.ts';
import { Sightings } from '../../../../src/disk/sightings.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, rejectionOf } from '../../../support/builders.ts';
import type { FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';
import { startScene } from './set-up.ts';

/** A group of two members, and how to remove it. */
async function startWithGroup(options: FakeDiskCloudOptions = {}) {
  const scene = startScene(options);
  const { id, snapshots } = await scene.take();
  const [first = '', second = ''] = snapshots.map((snapshot) => snapshot.id);
  const remove = (snapshotIds: readonly string[] = [first, second], groupId = id) =>
    removeGroup(scene, { groupId, snapshotIds }, aCall());
  return { ...scene, id, first, second, remove };
}

describe('removeGroup', () => {
  for (const [what, told] of [
    ['all its members', 2],
    ['one of them', 1],
    ['none', 0],
  ] as const) {
    it(`leaves nothing when it is told of ${what}`, async () => {
      const { cloud, remove, first, second } = await startWithGroup({ looks: { deleting: 3 } });
      await remove([first, second].slice(0, told));
      expect(cloud.snapshots.values()).to.deep.equal([]);
      expect(cloud.groups.values()).to.deep.equal([]);
    });
  }

  it('counts a group as deleted that is proven absent, and asks for no deletion', async () => {
    const { cloud, remove } = await startWithGroup();
    await remove([], 'ssg-9');
    expect(cloud.countOf('isSnapshotGroupProvenAbsent')).to.equal(1);
    expect(cloud.countOf('deleteSnapshotGroup')).to.equal(0);
  });

  it('never counts a group as deleted that is merely hidden from us', async () => {
    const { cloud, remove, id } = await startWithGroup();
    cloud.groups.hide(id);
    const error = await rejectionOf(remove());
    expect(error).to.have.property('kind', 'unreadable');
    expect(error.message).to.contain(`snapshot group ${id} exists`).and.to.contain('RAM rights');
    expect(cloud.countOf('deleteSnapshotGroup')).to.equal(0);
  });

  it('deletes a group that is still being made', async () => {
    const { take, cloud, sightings } = startScene({ rounds: 3, looks: { cutting: 9 } });
    await rejectionOf(take());
    const groupId = cloud.groups.values()[0]?.id ?? '';
    await removeGroup({ cloud, sightings }, { groupId, snapshotIds: [] }, aCall());
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('deletes a group that has failed', async () => {
    const { cloud, first, remove } = await startWithGroup();
    cloud.snapshots.set(first, { status: 'failed', available: false });
    await remove();
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('refuses an id that is of no member, and deletes nothing', async () => {
    const { cloud, remove, first, id } = await startWithGroup();
    const stranger = cloud.addSnapshot({ id: 's-stranger', description: 'Created_from_ssg-000042' });
    for (const wrong of [stranger.id, 's-nowhere', 'no-snapshot']) {
      const error = await rejectionOf(remove([first, wrong]));
      expect(error).to.have.property('kind', 'invalid');
      expect(error.message).to.contain(`${wrong} do not belong to snapshot group ${id}`);
    }
    expect(cloud.countOf('deleteSnapshotGroup')).to.equal(0);
    expect(cloud.snapshots.values()).to.have.length(3);
  });

  it('goes on after a deletion that ended half-way: what is gone of the list is no mistake', async () => {
    const { cloud, remove, first } = await startWithGroup();
    cloud.snapshots.remove(first);
    await remove();
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('knows a snapshot for a stranger also when members are gone', async () => {
    const { cloud, remove, first, second } = await startWithGroup();
    cloud.snapshots.remove(first);
    const stranger = cloud.addSnapshot({ id: 's-stranger' });
    expect(await rejectionOf(remove([second, stranger.id]))).to.have.property('kind', 'invalid');
    expect(await rejectionOf(remove([second, 'no-snapshot']))).to.have.property('kind', 'invalid');
    expect(cloud.snapshots.get(stranger.id)).not.to.equal(undefined);
  });

  it('does not guess how many members a group of somebody else had', async () => {
    const { cloud, sightings } = startScene();
    const memberIds = [cloud.addSnapshot({ sourceDiskId: 'd-1' }).id];
    const groupId = cloud.addGroup({ memberIds });
    await removeGroup({ cloud, sightings }, { groupId, snapshotIds: [...memberIds, 's-gone'] }, aCall());
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('reports a member that an image needs, deletes the others, and ends once the image is gone', async () => {
    const { cloud, remove, first, second, id } = await startWithGroup();
    cloud.makeImageFrom(first);
    const error = await rejectionOf(remove());
    expect(error).to.have.property('kind', 'in-use');
    expect(error.message)
      .to.contain(`snapshot group ${id} cannot be deleted`)
      .and.to.contain(`snapshot ${first}`)
      .and.to.contain('delete the image first')
      .and.not.to.contain(second);
    expect((await rejectionOf(remove())).message).to.equal(error.message);
    cloud.releaseImageOf(first);
    await remove();
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('deletes members that complete disks were made from, whom ECS spared', async () => {
    const { cloud, remove, first } = await startWithGroup({ keepsUsedMembers: true });
    cloud.addDisk({ sourceSnapshotId: first });
    await remove();
    expect(cloud.countOf('deleteSnapshotGroup'), 'once more, for what is left of the group').to.equal(2);
    expect(cloud.snapshots.values()).to.deep.equal([]);
    expect(cloud.groups.values()).to.deep.equal([]);
  });

  for (const keepsUsedMembers of [true, false]) {
    it(`deletes nothing while a disk is being made from a member, also where ECS ${keepsUsedMembers ? 'would spare it' : 'would not'}`, async () => {
      const { cloud, remove, first } = await startWithGroup({ keepsUsedMembers });
      const { id: diskId } = cloud.addDisk({ sourceSnapshotId: first, status: 'Creating' });
      const error = await rejectionOf(remove());
      expect(error).to.have.property('kind', 'busy');
      expect(error.message).to.equal(`snapshot ${first} is still being restored to disk ${diskId}`);
      expect(cloud.countOf('deleteSnapshotGroup')).to.equal(0);
      cloud.disks.set(diskId, { status: 'Available' });
      await remove();
      expect(cloud.snapshots.values()).to.deep.equal([]);
    });
  }

  it('deletes members that ECS has taken out of the group instead of deleting them', async () => {
    const { cloud, remove, id, first, second } = await startWithGroup();
    cloud.groups.remove(id);
    await remove([first, second]);
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('deletes members that outlive the deletion of their group, told of or not', async () => {
    const { cloud, remove, id } = await startWithGroup();
    cloud.deleteSnapshotGroup = () => {
      cloud.groups.remove(id);
      return Promise.resolve([]);
    };
    await remove([]);
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('deletes members that outlive their group although somebody has changed their description', async () => {
    const { cloud, remove, id, first } = await startWithGroup();
    cloud.snapshots.set(first, { description: 'the good one' });
    cloud.deleteSnapshotGroup = () => {
      cloud.groups.remove(id);
      return Promise.resolve([]);
    };
    await remove([]);
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('leaves its name free at once', async () => {
    const scene = startScene({}, new Sightings(() => 0));
    const { id } = await scene.take();
    await removeGroup(scene, { groupId: id, snapshotIds: [] }, aCall());
    expect((await scene.take()).id).not.to.equal(id);
  });

  it('deletes nothing of a list for a group that is gone but what bears its mark', async () => {
    const { cloud, remove, first } = await startWithGroup();
    await remove();
    const stranger = cloud.addSnapshot({ id: 's-stranger' });
    await remove([first, stranger.id]);
    expect(cloud.snapshots.values().map(({ id }) => id)).to.deep.equal([stranger.id]);
  });

  it('says that ECS is still at it when time is up', async () => {
    const { remove, id } = await startWithGroup({ rounds: 3, looks: { deleting: 60 } });
    const error = await rejectionOf(remove());
    expect(error).to.include({ kind: 'busy', message: `snapshot group ${id} is still being deleted by ECS` });
  });

  it('does not take a lost reply for an answer', async () => {
    const { cloud, remove } = await startWithGroup();
    cloud.failNext('deleteSnapshotGroup', 'lost-reply');
    expect(await rejectionOf(remove())).to.have.property('kind', 'outcome-unknown');
    await remove();
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('names every member that stays', async () => {
    const { cloud, remove, first, second } = await startWithGroup();
    cloud.makeImageFrom(first);
    cloud.makeImageFrom(second);
    const error = await rejectionOf(remove());
    expect(error).to.be.instanceOf(DiskError).and.to.have.property('kind', 'in-use');
    expect(error.message).to.contain(first).and.to.contain(second);
  });

  it('lets what somebody has to remove decide over what passes', async () => {
    const { cloud, remove, first, second } = await startWithGroup();
    const kept = [
      { snapshotId: first, kind: 'busy' as const, reason: 'a related snapshot is being made' },
      { snapshotId: second, kind: 'in-use' as const, reason: 'an image was made from it' },
    ];
    cloud.deleteSnapshotGroup = () => Promise.resolve(kept);
    const error = await rejectionOf(remove());
    expect(error).to.have.property('kind', 'in-use');
    expect(error.message).to.contain(first).and.to.contain(second);
    cloud.deleteSnapshotGroup = () => Promise.resolve(kept.slice(0, 1));
    expect(await rejectionOf(remove())).to.have.property('kind', 'busy');
  });

  it('finds its own groups whole by their tag', async () => {
    const { cloud } = await startWithGroup();
    expect(cloud.groups.values()[0]?.tags.get(tagKeys.groupDisks)).to.match(/^2\.[0-9a-f]{32}$/);
  });
});
