import { expect } from 'chai';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { startController, type HarnessOptions } from '../controller/controller-harness.ts';
import { gibibytes } from '../controller/requests.ts';

const request = { name: 'groupsnapshot-1', sourceVolumeIds: ['d-1', 'd-2'] };

function start(options: HarnessOptions = {}) {
  const harness = startController(options);
  const { cloud, call } = harness;
  cloud.addDisk({ id: 'd-1', wasEverAttached: true });
  cloud.addDisk({ id: 'd-2', wasEverAttached: true, sizeGiB: 40 });
  const create = async () => {
    const { groupSnapshot } = await call('CreateVolumeGroupSnapshot', request);
    const snapshots = groupSnapshot?.snapshots ?? [];
    const ids = snapshots.map(({ snapshotId = '' }) => snapshotId);
    return { groupSnapshot, snapshots, ids, groupSnapshotId: groupSnapshot?.groupSnapshotId ?? '' };
  };
  return { ...harness, create };
}

describe('CreateVolumeGroupSnapshot', () => {
  it('answers with all that csi-snapshotter writes down once and for all', async () => {
    const { create } = start();
    const { groupSnapshot, snapshots, groupSnapshotId } = await create();
    expect(groupSnapshot?.readyToUse).to.equal(true);
    expect(groupSnapshot?.creationTime).to.have.property('seconds').that.is.greaterThan(0);
    expect(snapshots.map(({ sourceVolumeId, sizeBytes }) => [sourceVolumeId, sizeBytes])).to.deep.equal([
      ['d-1', String(gibibytes(20))],
      ['d-2', String(gibibytes(40))],
    ]);
    for (const snapshot of snapshots) {
      expect(snapshot).to.include({ readyToUse: true, groupSnapshotId });
      expect(snapshot.creationTime).to.have.property('seconds').that.is.greaterThan(0);
    }
  });

  it('hands name, resource group, tags of the class and origin on, sorted', async () => {
    const { call, cloud } = start();
    const parameters = {
      resourceGroupId: 'rg-1',
      'snapshotTags/team': 'a',
      'csi.storage.k8s.io/volumegroupsnapshot/name': `nightly-${'x'.repeat(150)}`,
      'csi.storage.k8s.io/volumegroupsnapshot/namespace': 'db',
    };
    await call('CreateVolumeGroupSnapshot', { ...request, parameters });

    const [sent] = cloud.argumentsOf('createSnapshotGroup');
    expect(sent).to.deep.include({ name: request.name, resourceGroupId: 'rg-1', diskIds: ['d-1', 'd-2'] });
    const tags = new Map(sent?.tags.map(({ key, value }) => [key, value]));
    expect([...tags.keys()]).to.deep.equal([
      tagKeys.cluster,
      tagKeys.createdBy,
      tagKeys.groupDisks,
      tagKeys.groupSnapshotName,
      tagKeys.groupSnapshotNamespace,
      'team',
    ]);
    expect(tags.get(tagKeys.groupSnapshotNamespace)).to.equal('db');
    expect(tags.get(tagKeys.groupSnapshotName))
      .to.match(/^nightly-x+\.[0-9a-f]{40}$/)
      .and.to.have.lengthOf(128);
  });

  it('answers ABORTED while another call for the same name runs', async () => {
    const { call, refusal } = start();
    const running = call('CreateVolumeGroupSnapshot', request);
    expect(await refusal('CreateVolumeGroupSnapshot', request)).to.have.property('code', 'ABORTED');
    await running;
  });

  it('does not wait for other operations on its volumes: an expansion may hold one for minutes', async () => {
    const { call, create } = start();
    const expanding = call('ControllerExpandVolume', {
      volumeId: 'd-1',
      capacityRange: { requiredBytes: gibibytes(40) },
    });
    await Promise.all([expanding, create()]);
  });
});

describe('The group of a member', () => {
  it('is told by ListSnapshots, GetSnapshot and CreateSnapshot, as long as the group lives', async () => {
    const { call, cloud, create } = start();
    const { groupSnapshotId, ids } = await create();
    const [first = ''] = ids;
    cloud.snapshots.set(first, { name: 'member-1' });

    const groupIdsTold = async () => {
      const { entries = [] } = await call('ListSnapshots', { snapshotId: first });
      const { entries: all = [] } = await call('ListSnapshots', {});
      const { entries: ofDisk = [] } = await call('ListSnapshots', { sourceVolumeId: 'd-1' });
      const { snapshot } = await call('GetSnapshot', { snapshotId: first });
      const taken = await call('CreateSnapshot', { name: 'member-1', sourceVolumeId: 'd-1' });
      return [entries[0]?.snapshot, all[0]?.snapshot, ofDisk[0]?.snapshot, snapshot, taken.snapshot].map(
        (one) => one?.groupSnapshotId,
      );
    };
    expect(await groupIdsTold()).to.deep.equal(Array(5).fill(groupSnapshotId));
    cloud.groups.remove(groupSnapshotId);
    cloud.snapshots.set(first, { tags: new Map([[tagKeys.cluster, 'c-1']]) });
    expect(await groupIdsTold()).to.deep.equal(Array(5).fill(''));
  });

  it('lets ListSnapshots list the members of this cluster’s groups, tagged or not, and of no other', async () => {
    const { call, cloud, create } = start();
    const { ids } = await create();
    const other = cloud.addSnapshot({ sourceDiskId: 'd-1' }).id;
    const theirs = cloud.addGroup({ memberIds: [other], tags: new Map([[tagKeys.cluster, 'c-2']]) });
    cloud.snapshots.set(other, { description: `Created_from_${theirs}` });

    const listed = async (request: object) =>
      (await call('ListSnapshots', request)).entries?.map(({ snapshot }) => snapshot?.snapshotId);
    expect(await listed({})).to.deep.equal(ids.toSorted());
    expect(await listed({ sourceVolumeId: 'd-1' })).to.deep.equal([ids[0]]);
  });

  it('is never told with the gate shut, nor asked for', async () => {
    const { call, cloud } = start({ groupSnapshots: false });
    const { id } = cloud.addSnapshot();
    const groupId = cloud.addGroup({ memberIds: [id] });
    cloud.snapshots.set(id, { description: `Created_from_${groupId}` });
    const { entries } = await call('ListSnapshots', { snapshotId: id });
    expect(entries?.[0]?.snapshot).to.include({ snapshotId: id, groupSnapshotId: '' });
    expect(cloud.countOf('findSnapshotGroups')).to.equal(0);
  });

  it('keeps DeleteSnapshot from taking the member, with the gate open or shut', async () => {
    for (const groupSnapshots of [true, false]) {
      const { call, cloud, create, refusal } = start({ groupSnapshots });
      const { groupSnapshotId, ids } = await create();
      const [first = ''] = ids;
      const { code, message } = await refusal('DeleteSnapshot', { snapshotId: first });
      expect(code).to.equal('INVALID_ARGUMENT');
      expect(message).to.contain(groupSnapshotId);
      expect(cloud.countOf('deleteSnapshot')).to.equal(0);

      cloud.groups.remove(groupSnapshotId);
      await call('DeleteSnapshot', { snapshotId: first });
      expect(cloud.snapshots.get(first)).to.equal(undefined);
    }
  });
});

describe('GetVolumeGroupSnapshot and DeleteVolumeGroupSnapshot', () => {
  it('do not delete one group twice at a time', async () => {
    const { call, create, refusal } = start();
    const { groupSnapshotId } = await create();
    const running = call('DeleteVolumeGroupSnapshot', { groupSnapshotId });
    expect(await refusal('DeleteVolumeGroupSnapshot', { groupSnapshotId })).to.have.property(
      'code',
      'ABORTED',
    );
    await running;
  });

  it('tell of a group that has lost a member that it is not ready, with the members that are left', async () => {
    const { call, cloud, create, warnings } = start();
    const { groupSnapshotId, ids } = await create();
    cloud.snapshots.remove(ids[0] ?? '');
    const { groupSnapshot } = await call('GetVolumeGroupSnapshot', { groupSnapshotId });
    expect(groupSnapshot?.readyToUse).to.equal(false);
    expect(groupSnapshot?.snapshots).to.have.length(1);
    expect(groupSnapshot?.snapshots?.[0]).to.include({ snapshotId: ids[1], readyToUse: true });
    expect(warnings[0]?.message).to.contain('has lost the snapshots of 1: those of d-2 are left');
  });

  it('read and remove what was created', async () => {
    const { call, cloud, create, refusal } = start();
    const { groupSnapshotId, ids } = await create();
    const { groupSnapshot } = await call('GetVolumeGroupSnapshot', { groupSnapshotId, snapshotIds: ids });
    expect(groupSnapshot?.snapshots?.map(({ snapshotId }) => snapshotId)).to.have.members(ids);
    expect(
      await refusal('GetVolumeGroupSnapshot', { groupSnapshotId, snapshotIds: ['s-x'] }),
    ).to.have.property('code', 'INVALID_ARGUMENT');
    await call('DeleteVolumeGroupSnapshot', { groupSnapshotId, snapshotIds: ids.slice(1) });
    await call('DeleteVolumeGroupSnapshot', { groupSnapshotId, snapshotIds: ids.slice(1) });
    expect(cloud.snapshots.values()).to.deep.equal([]);
    expect(await refusal('GetVolumeGroupSnapshot', { groupSnapshotId })).to.have.property(
      'code',
      'NOT_FOUND',
    );
  });
});
