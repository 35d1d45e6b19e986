import { expect } from 'chai';
import { DiskError, type DiskErrorKind } from '../../../../src/disk/disk-error.ts';
import { doubtAfterMs, Sightings } from '../../../../src/disk/sightings.ts';
import { originTags, tagKeys } from '../../../../src/disk/tags.ts';
import { takeGroup } from '../../../../src/disk/groups/take-group.ts';
import { aCall, rejectionOf } from '../../../support/builders.ts';
import { brokenGroupRules } from '../ecs-rules.ts';
import { addUsedDisk, aGroupRequest, startScene } from './set-up.ts';

describe('takeGroup', () => {
  it('answers with every disk in the order asked for, each restorable, of known size and one moment', async () => {
    const { take, cloud } = startScene();
    addUsedDisk(cloud, { id: 'd-3', sizeGiB: 40 });

    const { id, cutAt, snapshots } = await take({ diskIds: ['d-3', 'd-1', 'd-2'] });

    expect(id).to.equal(cloud.groups.values()[0]?.id);
    expect(snapshots.map(({ sourceDiskId }) => sourceDiskId)).to.deep.equal(['d-3', 'd-1', 'd-2']);
    expect(snapshots.map(({ sourceDiskSizeGiB }) => sourceDiskSizeGiB)).to.deep.equal([40, 20, 20]);
    expect(snapshots.every(({ available }) => available)).to.equal(true);
    expect(cutAt.getTime()).to.equal(Math.min(...snapshots.map((one) => one.cutAt?.getTime() ?? Number.NaN)));
    expect(cloud.argumentsOf('createSnapshotGroup').flatMap(brokenGroupRules)).to.deep.equal([]);
  });

  it('takes a group of one disk', async () => {
    const { snapshots } = await startScene().take({ diskIds: ['d-1'] });
    expect(snapshots).to.have.length(1);
  });

  it('answers a repeated request with the same group, whatever the order of the disks', async () => {
    const { take, cloud } = startScene();
    const first = await take();
    const again = await take({ diskIds: ['d-2', 'd-1'] });

    expect(again.id).to.equal(first.id);
    expect(again.snapshots.map(({ id }) => id)).to.deep.equal(
      first.snapshots.map(({ id }) => id).toReversed(),
    );
    expect(cloud.countOf('createSnapshotGroup')).to.equal(1);
  });

  it('sends the same bytes for the same disks in any order, also after the reply was lost', async () => {
    const { take, cloud } = startScene({ invisibleLooks: 3 });
    cloud.failNext('createSnapshotGroup', 'lost-reply');
    expect(await rejectionOf(take())).to.have.property('kind', 'outcome-unknown');
    await take({ diskIds: ['d-2', 'd-1'] });

    const [first, second] = cloud.argumentsOf('createSnapshotGroup');
    expect(second).to.deep.equal(first);
    expect(cloud.groups.values()).to.have.length(1);
  });

  it('answers nothing before the last member is there, and the same text each time', async () => {
    const { take, cloud } = startScene({ rounds: 2, looks: { cutting: 50 } });
    const [first, second] = [await rejectionOf(take()), await rejectionOf(take())];

    expect(first).to.have.property('kind', 'busy');
    expect(first.message).to.equal(
      `snapshot group ${cloud.groups.values()[0]?.id ?? ''} is not complete yet; ECS is still at it`,
    );
    expect(second.message).to.equal(first.message);
    expect(cloud.countOf('createSnapshotGroup')).to.equal(1);
  });

  it('refuses a name that stands for other disks, more of them or fewer', async () => {
    const { take, cloud } = startScene();
    addUsedDisk(cloud, { id: 'd-3' });
    await take();
    for (const diskIds of [['d-1'], ['d-1', 'd-2', 'd-3'], ['d-1', 'd-3']]) {
      const error = await rejectionOf(take({ diskIds }));
      expect(error).to.have.property('kind', 'conflict');
      expect(error.message).to.contain('of other disks (d-1, d-2)');
    }
    expect(cloud.countOf('createSnapshotGroup')).to.equal(1);
  });

  it('does not decide between several groups of one name: never final, and names them', async () => {
    const { take, cloud } = startScene();
    const { id } = await take();
    const tags = new Map(originTags('c-1').map(({ key, value }) => [key, value]));
    const other = cloud.addGroup({ memberIds: [cloud.addSnapshot({ sourceDiskId: 'd-1' }).id], tags });
    const error = await rejectionOf(take());
    expect(error).to.have.property('kind', 'busy');
    expect(error.message).to.contain(id).and.to.contain(other);
  });

  it('gives the name that ECS has, too, where ECS does not take the one that was asked for', async () => {
    const { take, cloud } = startScene();
    const key = 'auto-1';
    await take({ key });
    const error = await rejectionOf(take({ key, diskIds: ['d-1'] }));
    const name = cloud.groups.values()[0]?.name ?? '';
    expect(name).to.match(/^csi-/);
    expect(error.message).to.contain(`auto-1 (at ECS: ${name}) exists as snapshot group`);
  });

  describe('a group without our tag, as the existing driver makes them', () => {
    const named = (sources: readonly string[], status: 'progressing' | 'accomplished' = 'accomplished') => {
      const scene = startScene({ rounds: 1 });
      const memberIds = sources.map(
        (sourceDiskId) =>
          scene.cloud.addSnapshot({ sourceDiskId, status, available: status === 'accomplished' }).id,
      );
      return { ...scene, groupId: scene.cloud.addGroup({ memberIds }) };
    };

    it('is used when its members are those asked for', async () => {
      const { take, groupId, cloud } = named(['d-2', 'd-1']);
      expect((await take()).id).to.equal(groupId);
      expect(cloud.countOf('createSnapshotGroup')).to.equal(0);
    });

    it('is waited for while members are still to come', async () => {
      const { take, groupId } = named(['d-2'], 'progressing');
      const error = await rejectionOf(take());
      expect(error.message).to.contain(groupId);
      expect(error).to.have.property('kind', 'busy');
    });

    it('is refused when it is of other disks', async () => {
      expect(await rejectionOf(named(['d-2']).take())).to.have.property('kind', 'conflict');
      expect(await rejectionOf(named(['d-2', 'd-9'], 'progressing').take())).to.have.property(
        'kind',
        'conflict',
      );
    });

    it('is left alone when it belongs to another cluster', async () => {
      const { take, cloud } = startScene();
      const tags = new Map([[tagKeys.cluster, 'c-2']]);
      const theirs = cloud.addGroup({ memberIds: [cloud.addSnapshot({ sourceDiskId: 'd-1' }).id], tags });
      expect((await take()).id).not.to.equal(theirs);
    });
  });

  describe('a group that ECS fails to make', () => {
    it('is removed before the error becomes final, which says of which disk it is', async () => {
      const { take, cloud, cluster } = startScene();
      cloud.failSnapshots(1);
      const error = await rejectionOf(take());

      expect(error).to.have.property('kind', 'failed');
      expect(error.message).to.equal('ECS failed to make snapshot group group-1: the snapshot of d-1 failed');
      expect(cloud.snapshots.values()).to.deep.equal([]);
      expect(cluster.events.map(({ reason, diskId }) => `${reason} ${diskId}`)).to.deep.equal([
        'GroupSnapshotFailed d-1',
      ]);
      expect((await take()).snapshots).to.have.length(2);
    });

    it('is not final while what is left cannot be removed', async () => {
      const { take, cloud, cluster } = startScene();
      cloud.failSnapshots(1);
      cloud.failNext('deleteSnapshotGroup', 'denied');
      const error = await rejectionOf(take());
      expect(error).to.have.property('kind', 'busy');
      expect(error.message).to.contain('cannot be removed');
      expect(cluster.events).to.deep.equal([]);
      expect(await rejectionOf(take())).to.have.property('kind', 'failed');
      expect(cloud.snapshots.values()).to.deep.equal([]);
    });

    it('is removed also when ECS shows no member of it any more', async () => {
      const { take, cloud } = startScene();
      const { id } = await take();
      const look = cloud.findSnapshotGroupsByName.bind(cloud);
      cloud.findSnapshotGroupsByName = async (...args) =>
        (await look(...args)).map((group) => ({ ...group, status: 'failed', members: [] }));
      expect(await rejectionOf(take())).to.have.property('kind', 'failed');
      expect(cloud.argumentsOf('deleteSnapshotGroup')).to.deep.equal([id]);
    });

    it('is removed to the end also when ECS kept a good member of it at first', async () => {
      const { take, cloud } = startScene();
      cloud.failSnapshots(1);
      const remove = cloud.deleteSnapshotGroup.bind(cloud);
      cloud.deleteSnapshotGroup = (groupId) => {
        cloud.deleteSnapshotGroup = remove;
        const [failed = '', good = ''] = cloud.groups.get(groupId)?.memberIds ?? [];
        cloud.snapshots.remove(failed);
        return Promise.resolve([{ snapshotId: good, kind: 'busy', reason: 'is being made' }]);
      };
      expect(await rejectionOf(take())).to.have.property('kind', 'busy');
      expect(await rejectionOf(take())).to.have.property('kind', 'failed');
      expect(cloud.snapshots.values()).to.deep.equal([]);
    });

    it('is left alone when somebody else made it', async () => {
      const { take, cloud } = startScene();
      const good = cloud.addSnapshot({ sourceDiskId: 'd-1' });
      const failed = cloud.addSnapshot({ sourceDiskId: 'd-2', status: 'failed' });
      const theirs = cloud.addGroup({ memberIds: [good.id, failed.id] });
      const error = await rejectionOf(take());
      expect(error).to.have.property('kind', 'busy');
      expect(error.message).to.contain(theirs);
      expect(cloud.snapshots.values().map(({ id }) => id)).to.have.members([good.id, failed.id]);
    });

    it('is not final while nobody knows whether it was removed', async () => {
      const { take, cloud } = startScene();
      cloud.failSnapshots(1);
      cloud.failNext('deleteSnapshotGroup', 'lost-reply');
      expect(await rejectionOf(take())).to.have.property('kind', 'outcome-unknown');
    });
  });

  describe('what an earlier attempt made, and shows late', () => {
    it('is found before a refusal becomes final', async () => {
      const { take, cloud } = startScene({ invisibleLooks: 1 });
      cloud.failNext('createSnapshotGroup', 'lost-reply', 'quota');
      await rejectionOf(take());
      expect((await take()).id).to.equal(cloud.groups.values()[0]?.id);
      expect(cloud.groups.values()).to.have.length(1);
    });

    it('keeps a refusal from being final as long as it may show up', async () => {
      let nowMs = 0;
      const { take, cloud } = startScene({ invisibleLooks: 100 }, new Sightings(() => nowMs));
      cloud.failNext('createSnapshotGroup', 'lost-reply', 'quota', 'quota');
      await rejectionOf(take());
      expect(await rejectionOf(take())).to.have.property('kind', 'busy');
      nowMs = doubtAfterMs;
      expect(await rejectionOf(take())).to.have.property('kind', 'quota');
    });

    it('is awaited from the last request on that got no answer', async () => {
      let nowMs = 0;
      const { take, cloud } = startScene({ invisibleLooks: 100 }, new Sightings(() => nowMs));
      cloud.failNext('createSnapshotGroup', 'lost-request', 'lost-reply', 'quota');
      await rejectionOf(take());
      nowMs = doubtAfterMs;
      await rejectionOf(take());
      expect(await rejectionOf(take())).to.have.property('kind', 'busy');
    });

    it('keeps other parameters from making a second group as long as it may show up', async () => {
      let nowMs = 0;
      const { take, cloud } = startScene({ invisibleLooks: 100 }, new Sightings(() => nowMs));
      cloud.failNext('createSnapshotGroup', 'lost-reply');
      await rejectionOf(take());
      for (nowMs = 0; nowMs < doubtAfterMs; nowMs += doubtAfterMs / 4) {
        expect(await rejectionOf(take({ resourceGroupId: 'rg-1' }))).to.have.property('kind', 'busy');
      }
      expect(cloud.groups.values()).to.have.length(1);
    });

    it('is not made a second time after the id of the cluster was changed: says which group it is', async () => {
      let nowMs = 0;
      const scene = startScene({}, new Sightings(() => nowMs));
      const { id } = await scene.take();
      const parts = { ...scene, clusterId: 'c-2' };
      const takeNow = () => takeGroup(parts, aGroupRequest({ tags: originTags('c-2') }), aCall());
      for (nowMs = 0; nowMs <= 2 * doubtAfterMs; nowMs += doubtAfterMs / 2) {
        const error = await rejectionOf(takeNow());
        expect(error).to.have.property('kind', 'busy');
        expect(error.message).to.contain(`made snapshot group ${id} of cluster c-1`);
      }
      expect(scene.cloud.groups.values()).to.have.length(1);
      const { tags } = scene.cloud.groups.get(id) ?? { tags: [] };
      scene.cloud.groups.set(id, { tags: new Map([...tags, [tagKeys.cluster, 'c-2']]) });
      expect(await takeNow()).to.have.property('id', id);
    });

    it('is found when the token was used with other parameters', async () => {
      const { take, cloud } = startScene({ invisibleLooks: 1 });
      cloud.failNext('createSnapshotGroup', 'lost-reply');
      await rejectionOf(take());
      const { id } = await take({ resourceGroupId: 'rg-1' });
      expect(cloud.groups.values().map((group) => group.id)).to.deep.equal([id]);
    });
  });

  it('gives up for good when ECS answers every token with a group that is gone', async () => {
    const { take, cloud } = startScene();
    cloud.createSnapshotGroup = () => Promise.resolve('ssg-gone');
    const error = await rejectionOf(take());
    expect(error).to.have.property('kind', 'failed');
    expect(error.message).to.contain('delete the VolumeGroupSnapshot');
  });

  it('asks ECS no more often the more groups of the name have failed', async () => {
    const { take, cloud } = startScene();
    for (let failures = 0; failures < 60; failures += 1) {
      cloud.failSnapshots(1);
      const before = cloud.countOf('createSnapshotGroup');
      expect((await rejectionOf(take())).message).to.contain('the snapshot of d-1 failed');
      expect(cloud.countOf('createSnapshotGroup') - before).to.be.at.most(2);
    }
  });

  it('makes a new group after one of the same name was deleted', async () => {
    const { take, cloud } = startScene();
    const { id, snapshots } = await take();
    snapshots.forEach((snapshot) => cloud.snapshots.remove(snapshot.id));
    const again = await take();
    expect(again.id).not.to.equal(id);
    expect(cloud.groups.values().map((group) => group.id)).to.deep.equal([again.id]);
  });

  describe('what ECS refuses', () => {
    for (const kind of [
      'unsupported',
      'never-used',
      'quota',
      'account',
      'denied',
      'bug',
    ] as DiskErrorKind[]) {
      it(`is final (${kind}), keeps the text of ECS, and is told on the claims`, async () => {
        const { take, cloud, cluster } = startScene();
        const text = 'create snapshot group: too many, the limit is 16 (Some.Code)';
        cloud.failNext('createSnapshotGroup', new DiskError(kind, text, { code: 'Some.Code' }));
        const error = await rejectionOf(take());
        expect(error).to.include({ kind, message: text, code: 'Some.Code' });
        expect(
          cluster.events.map(({ reason, volume }) => `${reason} ${volume?.claim?.name ?? ''}`),
        ).to.have.members(['GroupSnapshotRefused pvc-d-1', 'GroupSnapshotRefused pvc-d-2']);
      });
    }

    it('names the claim of the disk that ECS names, and tells no other', async () => {
      const { take, cloud, cluster } = startScene();
      cloud.failNext('createSnapshotGroup', new DiskError('never-used', 'nothing written to d-2 (Code)'));
      const error = await rejectionOf(take());
      expect(error.message).to.equal('nothing written to d-2 (Code); this is disk d-2 (claim db/pvc-d-2)');
      expect(cluster.events.map(({ diskId }) => diskId)).to.deep.equal(['d-2']);
    });
  });
});
