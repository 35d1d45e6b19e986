import { expect } from 'chai';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { startController } from './controller-harness.ts';
import { gibibytes } from './requests.ts';

const owned = new Map([[tagKeys.cluster, 'c-1']]);
const notCut = { status: 'progressing', available: false, cutAt: undefined } as const;

describe('CreateSnapshot', () => {
  const request = { name: 'snapshot-1', sourceVolumeId: 'd-1' };

  it('takes a snapshot and answers once it is cut', async () => {
    const { call, cloud } = startController({ looks: { cutting: 3, uploading: 100 } });
    cloud.addDisk({ id: 'd-1', category: 'cloud_ssd', sizeGiB: 30 });

    const { snapshot } = await call('CreateSnapshot', request);

    expect(snapshot).to.include({
      sourceVolumeId: 'd-1',
      sizeBytes: String(gibibytes(30)),
      readyToUse: false,
    });
    expect(snapshot?.creationTime).to.have.property('seconds').that.is.greaterThan(0);
  });

  it('is ready at once where snapshots are instantly available', async () => {
    const { call, cloud } = startController({ looks: { uploading: 100 } });
    cloud.addDisk({ id: 'd-1', category: 'cloud_essd' });

    expect((await call('CreateSnapshot', request)).snapshot).to.have.property('readyToUse', true);
  });

  it('yields the same snapshot for the same name, until it is ready and after', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    const first = await call('CreateSnapshot', request);
    const again = await call('CreateSnapshot', request);

    expect(again.snapshot?.snapshotId).to.equal(first.snapshot?.snapshotId);
    expect(again.snapshot?.creationTime).to.deep.equal(first.snapshot?.creationTime);
    expect(cloud.countOf('createSnapshot')).to.equal(1);
  });

  it('hands retention, resource group and tags of the class on', async () => {
    const { call, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    const parameters = {
      retentionDays: '7',
      resourceGroupId: 'rg-1',
      'snapshotTags/team': 'a',
      'csi.storage.k8s.io/volumesnapshot/name': 'before',
      'csi.storage.k8s.io/volumesnapshot/namespace': 'ns',
    };

    await call('CreateSnapshot', { ...request, parameters });

    expect(cloud.argumentsOf('createSnapshot')[0]).to.deep.include({
      name: 'snapshot-1',
      retentionDays: 7,
      resourceGroupId: 'rg-1',
      tags: [
        { key: 'createdby', value: 'alibabacloud-csi-plugin' },
        { key: 'ack.aliyun.com', value: 'c-1' },
        { key: 'team', value: 'a' },
        { key: 'force.delete.snapshot.k8s.aliyun.com', value: 'true' },
        { key: 'csi.alibabacloud.com/snapshot/name', value: 'before' },
        { key: 'csi.alibabacloud.com/snapshot/namespace', value: 'ns' },
      ],
    });
  });

  it('answers ALREADY_EXISTS when the name is that of a snapshot of another volume', async () => {
    const { call, refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    cloud.addDisk({ id: 'd-2' });
    await call('CreateSnapshot', request);

    const { code, message } = await refusal('CreateSnapshot', { ...request, sourceVolumeId: 'd-2' });

    expect(code).to.equal('ALREADY_EXISTS');
    expect(message).to.contain('d-1').and.to.contain('d-2');
  });

  it('answers NOT_FOUND for a volume that is gone', async () => {
    expect((await startController().refusal('CreateSnapshot', request)).code).to.equal('NOT_FOUND');
  });

  it('answers ABORTED while the same name is being worked on', async () => {
    const { call, refusal, cloud } = startController();
    cloud.addDisk({ id: 'd-1' });
    const first = call('CreateSnapshot', request);

    expect((await refusal('CreateSnapshot', request)).code).to.equal('ABORTED');
    await first;
  });

  it('answers INTERNAL only when ECS has failed for good and nothing is left', async () => {
    const { refusal, cloud } = startController({ looks: { deleting: 0 } });
    cloud.addDisk({ id: 'd-1' });
    cloud.failSnapshots(1);

    expect((await refusal('CreateSnapshot', request)).code).to.equal('INTERNAL');
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });
});

describe('DeleteSnapshot', () => {
  it('deletes the snapshot, and answers OK when it is gone', async () => {
    const { call, cloud } = startController();
    cloud.addSnapshot({ id: 's-1' });

    expect(await call('DeleteSnapshot', { snapshotId: 's-1' })).to.deep.equal({});
    expect(await call('DeleteSnapshot', { snapshotId: 's-1' })).to.deep.equal({});
    expect(cloud.snapshots.values()).to.deep.equal([]);
  });

  it('answers OK for an id that no snapshot can have, and asks ECS nothing', async () => {
    const { call, cloud } = startController();
    for (const snapshotId of ['snap-1', 'd-1', 's-1,s-2', 'S-1']) {
      expect(await call('DeleteSnapshot', { snapshotId })).to.deep.equal({});
    }
    expect(cloud.calls).to.deep.equal([]);
  });

  it('answers FAILED_PRECONDITION when an image needs it, UNAVAILABLE when it is hidden from us', async () => {
    const { refusal, cloud } = startController();
    cloud.addSnapshot({ id: 's-1' });
    cloud.makeImageFrom('s-1');
    expect((await refusal('DeleteSnapshot', { snapshotId: 's-1' })).code).to.equal('FAILED_PRECONDITION');

    cloud.snapshots.hide('s-1');
    expect((await refusal('DeleteSnapshot', { snapshotId: 's-1' })).code).to.equal('UNAVAILABLE');
  });
});

describe('GetSnapshot', () => {
  it('tells one snapshot, whoever made it', async () => {
    const { call, cloud } = startController();
    cloud.addSnapshot({ id: 's-1', tags: new Map([[tagKeys.cluster, 'c-2']]) });

    expect((await call('GetSnapshot', { snapshotId: 's-1' })).snapshot).to.include({ snapshotId: 's-1' });
  });

  it('tells absent, hidden and unfinished apart', async () => {
    const { refusal, cloud } = startController();
    cloud.addSnapshot({ id: 's-1' });
    cloud.snapshots.hide('s-1');
    cloud.addSnapshot({ id: 's-2', ...notCut });

    expect((await refusal('GetSnapshot', { snapshotId: 's-0' })).code).to.equal('NOT_FOUND');
    expect((await refusal('GetSnapshot', { snapshotId: 's-1' })).code).to.equal('UNAVAILABLE');
    expect((await refusal('GetSnapshot', { snapshotId: 's-2' })).code).to.equal('ABORTED');
  });
});

describe('ListSnapshots', () => {
  const ids = async (harness: ReturnType<typeof startController>, request = {}) => {
    const { entries, nextToken } = await harness.call('ListSnapshots', request);
    return { ids: entries?.map(({ snapshot }) => snapshot?.snapshotId), nextToken: nextToken ?? '' };
  };

  function withSnapshots() {
    const harness = startController();
    for (const [id, sourceDiskId] of [
      ['s-4', 'd-1'],
      ['s-1', 'd-1'],
      ['s-3', 'd-2'],
      ['s-2', 'd-1'],
    ] as const) {
      harness.cloud.addSnapshot({ id, sourceDiskId, tags: owned });
    }
    harness.cloud.addSnapshot({ id: 's-9', sourceDiskId: 'd-1', tags: new Map([[tagKeys.cluster, 'c-2']]) });
    return harness;
  }

  it("lists this cluster's snapshots page by page", async () => {
    const harness = withSnapshots();
    const first = await ids(harness, { maxEntries: 3 });
    const second = await ids(harness, { maxEntries: 3, startingToken: first.nextToken });

    expect(first.ids).to.deep.equal(['s-1', 's-2', 's-3']);
    expect(second).to.deep.equal({ ids: ['s-4'], nextToken: '' });
  });

  it('lists those of one volume page by page', async () => {
    const harness = withSnapshots();
    const first = await ids(harness, { sourceVolumeId: 'd-1', maxEntries: 2 });
    const second = await ids(harness, {
      sourceVolumeId: 'd-1',
      maxEntries: 2,
      startingToken: first.nextToken,
    });

    expect(first.ids).to.have.members(['s-1', 's-2']);
    expect(second).to.deep.equal({ ids: ['s-4'], nextToken: '' });
  });

  it('calls none absent that is only hidden from us', async () => {
    const { cloud, call, refusal } = withSnapshots();
    cloud.snapshots.hide('s-1');
    expect(await refusal('ListSnapshots', { snapshotId: 's-1' })).to.include({ code: 'UNAVAILABLE' });
    expect((await call('ListSnapshots', { snapshotId: 's-0' })).entries).to.deep.equal([]);
  });

  it('finds one by its id, whoever made it', async () => {
    const harness = withSnapshots();
    expect(await ids(harness, { snapshotId: 's-9' })).to.deep.equal({ ids: ['s-9'], nextToken: '' });
    expect((await ids(harness, { snapshotId: 's-9', sourceVolumeId: 'd-1' })).ids).to.deep.equal(['s-9']);
    expect((await ids(harness, { snapshotId: 's-9', sourceVolumeId: 'd-2' })).ids).to.deep.equal([]);
  });

  it('is empty for what is not there, or cannot be', async () => {
    const harness = withSnapshots();
    for (const request of [
      { snapshotId: 's-0' },
      { snapshotId: 'snap-1' },
      { sourceVolumeId: 'd-0' },
      { sourceVolumeId: 'vol-1' },
    ]) {
      expect((await ids(harness, request)).ids).to.deep.equal([]);
    }
  });

  it('leaves out snapshots that are not cut yet', async () => {
    const { cloud, ...harness } = startController();
    cloud.addSnapshot({ id: 's-1', tags: owned, ...notCut });
    cloud.addSnapshot({ id: 's-2', tags: owned });

    expect((await ids({ cloud, ...harness })).ids).to.deep.equal(['s-2']);
    expect((await ids({ cloud, ...harness }, { snapshotId: 's-1' })).ids).to.deep.equal([]);
  });
});
