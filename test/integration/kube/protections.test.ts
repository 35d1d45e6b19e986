import { expect } from 'chai';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import {
  contentName,
  pair,
  recorded,
  refusal,
  snapshotName,
  withMetadata,
  withSpec,
  writes,
} from './protection-objects.ts';
import { call, driverName, protectionOf, rejection, setUp } from './set-up.ts';

describe('Recording the protection of a deleted disk', () => {
  it('makes the content and then the VolumeSnapshot, with their origin', async () => {
    await using setup = await setUp();

    expect(await setup.cluster.recordProtection(protectionOf('d-1'), call())).to.deep.equal(recorded);

    const labels = {
      'app.kubernetes.io/managed-by': 'csi-datasafe',
      'csi.alibabacloud.com/protection': 'delete',
      'csi.alibabacloud.com/cluster-id': 'c-test',
      'csi.alibabacloud.com/disk-id': 'd-1',
      'csi.alibabacloud.com/claim-namespace': 'shop',
      'csi.alibabacloud.com/claim-name': 'data',
    };
    const annotations = {
      'csi.alibabacloud.com/disk-id': 'd-1',
      'csi.alibabacloud.com/snapshot-id': 's-1',
      'csi.alibabacloud.com/snapshot-cut-at': '2026-03-01T09:59:00.000Z',
      'csi.alibabacloud.com/snapshot-expires-at': '2026-03-04T09:59:00.000Z',
      'csi.alibabacloud.com/size': '30Gi',
      'csi.alibabacloud.com/persistent-volume': 'pv-d-1',
      'csi.alibabacloud.com/storage-class': 'alicloud-datasafe-essd',
      'csi.alibabacloud.com/volume-mode': 'Filesystem',
      'csi.alibabacloud.com/claim-namespace': 'shop',
      'csi.alibabacloud.com/claim-name': 'data',
    };
    const [content, snapshot] = await pair(setup);
    expect(content.metadata).to.deep.include({ name: contentName, labels, annotations });
    expect(content['spec']).to.deep.equal({
      deletionPolicy: 'Retain',
      driver: driverName,
      source: { snapshotHandle: 's-1' },
      sourceVolumeMode: 'Filesystem',
      volumeSnapshotRef: { name: snapshotName, namespace: 'default' },
    });
    expect(snapshot.metadata).to.deep.include({
      name: snapshotName,
      namespace: 'default',
      labels,
      annotations,
    });
    expect(snapshot['spec']).to.deep.equal({ source: { volumeSnapshotContentName: contentName } });
    expect(await writes(setup)).to.deep.equal(['create volumesnapshotcontents', 'create volumesnapshots']);
  });

  it('finds both the second time and writes nothing, bound or not', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    for (const isBound of [false, true]) {
      await setup.api.runSnapshotController(isBound);
      await setup.api.clearRequests();
      expect(await setup.cluster.recordProtection(protectionOf('d-1'), call())).to.deep.equal(recorded);
      expect(await writes(setup)).to.deep.equal([]);
    }
  });

  it('makes the VolumeSnapshot that an earlier attempt did not get to', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.api.take('volumesnapshots', snapshotName, 'default');

    await setup.cluster.recordProtection(protectionOf('d-1'), call());

    expect((await pair(setup))[1].metadata.name).to.equal(snapshotName);
  });

  it('binds again when the user deleted the VolumeSnapshot: a bound content takes no other', async () => {
    await using setup = await setUp();
    await setup.api.runSnapshotController(true);
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.api.take('volumesnapshots', snapshotName, 'default');

    await setup.cluster.recordProtection(protectionOf('d-1'), call());

    const [content, snapshot] = await pair(setup);
    expect(snapshot['status']).to.deep.include({ readyToUse: true });
    expect(content['spec']).to.have.nested.property('volumeSnapshotRef.uid', snapshot.metadata.uid);
  });

  it('makes one pair when two replicas record at once', async () => {
    await using setup = await setUp();
    const clusters = Array.from({ length: 6 }, () => setup.another());

    const results = await Promise.all(
      clusters.map(async (one) => await one.recordProtection(protectionOf('d-1'), call())),
    );

    for (const result of results) {
      expect(result).to.deep.equal(recorded);
    }
    expect((await pair(setup)).map((one) => one.metadata.name)).to.deep.equal([contentName, snapshotName]);
  });

  it('makes one pair when an answer is lost, at whichever step', async () => {
    for (const resource of ['volumesnapshotcontents', 'volumesnapshots']) {
      for (const when of ['before', 'after'] as const) {
        await using setup = await setUp();
        await setup.api.addFault({ verb: 'create', resource, when, effect: { type: 'drop' }, times: 1 });
        await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'outcome-unknown');

        await setup.cluster.recordProtection(protectionOf('d-1'), call());
        expect((await pair(setup)).map((one) => one.metadata.name)).to.deep.equal([
          contentName,
          snapshotName,
        ]);
      }
    }
  });

  it('replaces a pair that leads to an older snapshot of the disk', async () => {
    for (const isBound of [false, true]) {
      await using setup = await setUp();
      await setup.api.runSnapshotController(isBound);
      const cutAt = new Date('2026-02-01T00:00:00Z');
      await setup.cluster.recordProtection(protectionOf('d-1', { snapshotId: 's-old', cutAt }), call());

      await setup.cluster.recordProtection(protectionOf('d-1'), call());

      const [content, snapshot] = await pair(setup);
      expect(content['spec']).to.have.nested.property('source.snapshotHandle', 's-1');
      expect(snapshot.metadata.annotations?.['csi.alibabacloud.com/snapshot-id']).to.equal('s-1');
    }
  });

  it('completes a replacement that was left half done', async () => {
    for (const half of ['content', 'VolumeSnapshot']) {
      await using setup = await setUp();
      await setup.cluster.recordProtection(protectionOf('d-1'), call());
      const [content, snapshot] = await pair(setup);
      const old = half === 'content' ? withSpec(content, { source: { snapshotHandle: 's-old' } }) : snapshot;
      const annotations = {
        ...old.metadata.annotations,
        'csi.alibabacloud.com/snapshot-id': 's-old',
        'csi.alibabacloud.com/snapshot-cut-at': '2026-02-01T00:00:00.000Z',
      };
      await setup.api.put(withMetadata(old, { annotations }));

      await setup.cluster.recordProtection(protectionOf('d-1'), call());

      const [newContent, newSnapshot] = await pair(setup);
      expect(newContent['spec'], half).to.have.nested.property('source.snapshotHandle', 's-1');
      expect(newSnapshot.metadata.annotations?.['csi.alibabacloud.com/snapshot-id'], half).to.equal('s-1');
    }
  });

  it('makes a content anew that is bound to a former VolumeSnapshot of the name', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    const [content] = await pair(setup);
    const volumeSnapshotRef = { namespace: 'default', name: snapshotName, uid: 'uid-of-former' };
    await setup.api.put(withSpec(content, { volumeSnapshotRef }));

    await setup.cluster.recordProtection(protectionOf('d-1'), call());

    const [fresh] = await pair(setup);
    expect(fresh['spec']).to.have.property('volumeSnapshotRef').that.deep.equals({
      namespace: 'default',
      name: snapshotName,
    });
  });

  it('asks to come again while the older pair is still being let go', async () => {
    await using setup = await setUp();
    const cutAt = new Date('2026-02-01T00:00:00Z');
    await setup.cluster.recordProtection(protectionOf('d-1', { snapshotId: 's-old', cutAt }), call());
    const [, snapshot] = await pair(setup);
    const finalizers = ['snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection'];
    await setup.api.put(withMetadata(snapshot, { finalizers }));

    const message = await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'busy');

    expect(message).to.contain('VolumeSnapshot default/d-1-delprotect is being removed');
    expect((await pair(setup))[0]['spec']).to.have.nested.property('source.snapshotHandle', 's-old');
  });

  it('does not go back to an older snapshot', async () => {
    await using setup = await setUp();
    const newer = protectionOf('d-1', { snapshotId: 's-2', cutAt: new Date('2026-03-02T00:00:00Z') });
    await setup.cluster.recordProtection(newer, call());

    const message = await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'conflict');

    expect(message).to.contain('s-2');
    expect((await pair(setup))[0]['spec']).to.have.nested.property('source.snapshotHandle', 's-2');
  });

  it('touches no object of that name that is not ours, or leads elsewhere', async () => {
    const strange: [string, (pair: [content: KubeObject, snapshot: KubeObject]) => KubeObject][] = [
      ['content without our labels', ([one]) => withMetadata(one, { labels: {} })],
      ['VolumeSnapshot without our labels', ([, one]) => withMetadata(one, { labels: {} })],
      ['content of another driver', ([one]) => withSpec(one, { driver: 'other.example.com' })],
      [
        'content for another VolumeSnapshot',
        ([one]) => withSpec(one, { volumeSnapshotRef: { name: 'else', namespace: 'default' } }),
      ],
      [
        'VolumeSnapshot of another content',
        ([, one]) => withSpec(one, { source: { volumeSnapshotContentName: 'else' } }),
      ],
      ['content that takes its snapshot along', ([one]) => withSpec(one, { deletionPolicy: 'Delete' })],
      [
        'content of another disk',
        ([one]) =>
          withMetadata(one, {
            annotations: { ...one.metadata.annotations, 'csi.alibabacloud.com/disk-id': 'd-9' },
          }),
      ],
    ];
    for (const [title, make] of strange) {
      await using setup = await setUp();
      await setup.cluster.recordProtection(protectionOf('d-1'), call());
      await setup.api.put(make(await pair(setup)));
      const before = await pair(setup);
      const message = await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'conflict');
      expect(message, title).to.contain('d-1-delprotect');
      expect(await pair(setup), title).to.deep.equal(before);
    }
  });

  it('does not count on what a webhook has changed on its way in', async () => {
    const changes: [string, (pair: [content: KubeObject, snapshot: KubeObject]) => KubeObject][] = [
      ['volumesnapshotcontents', ([one]) => withSpec(one, { deletionPolicy: 'Delete' })],
      ['volumesnapshotcontents', ([one]) => withSpec(one, { source: { snapshotHandle: 's-else' } })],
      ['volumesnapshots', ([, one]) => withMetadata(one, { labels: {} })],
      [
        'volumesnapshots',
        ([, one]) =>
          withMetadata(one, {
            annotations: { ...one.metadata.annotations, 'csi.alibabacloud.com/snapshot-id': 's-else' },
          }),
      ],
    ];
    for (const [resource, change] of changes) {
      await using setup = await setUp();
      await setup.cluster.recordProtection(protectionOf('d-1'), call());
      const effect = {
        type: 'garbage',
        status: 201,
        body: JSON.stringify(change(await pair(setup))),
      } as const;
      await setup.api.take('volumesnapshots', snapshotName, 'default');
      await setup.api.take('volumesnapshotcontents', contentName);
      await setup.api.addFault({ verb: 'create', resource, when: 'after', effect, times: 1 });
      const message = await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'conflict');
      expect(message).to.contain('d-1-delprotect');
    }
  });

  it('takes the object of another cluster for a foreign one', async () => {
    await using setup = await setUp();
    await setup.another({ clusterId: 'c-other' }).recordProtection(protectionOf('d-1'), call());

    await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'conflict');
  });

  it('says so when the snapshot CRDs are not installed', async () => {
    await using setup = await setUp();
    await setup.api.withoutCrds('volumesnapshots', 'volumesnapshotcontents');

    const message = await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'wrong-state');

    expect(message).to.contain('install the CRDs');
  });

  it('names the right that is missing, and does not know when the server fails or is gone', async () => {
    await using setup = await setUp();
    const record = () => setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.api.deny('create volumesnapshots');
    expect(await refusal(record(), 'denied')).to.contain('grant create on volumesnapshots');
    await setup.api.deny();
    await setup.api.addFault({ verb: 'create', effect: { type: 'error', status: 503 }, times: 1 });
    await refusal(record(), 'outcome-unknown');
    await setup.api.addFault({ verb: 'create', effect: { type: 'error', status: 429 }, times: 1 });
    await refusal(record(), 'busy');
    await setup.api.addFault({ verb: 'get', effect: { type: 'garbage' }, times: 1 });
    await refusal(record(), 'outcome-unknown');
    await setup.api.setAvailable(false);
    await refusal(record(), 'outcome-unknown');
    await setup.api.setAvailable(true);
    expect(await record()).to.deep.equal(recorded);
  });

  it('gives up a request without an answer after its time', async () => {
    await using setup = await setUp({ requestTimeoutMs: 50 });
    await setup.api.addFault({ verb: 'create', effect: { type: 'hang' }, times: 1 });

    const message = await refusal(
      setup.cluster.recordProtection(protectionOf('d-1'), call()),
      'outcome-unknown',
    );

    expect(message).to.contain('within the time limit');
  });

  it('sends a read again once over a connection that was cut', async () => {
    await using setup = await setUp();
    await setup.api.addFault({ verb: 'get', effect: { type: 'drop' }, times: 1 });

    expect(await setup.cluster.recordProtection(protectionOf('d-1'), call())).to.deep.equal(recorded);
  });

  it('stops with the reason of the caller', async () => {
    await using setup = await setUp();
    const rule = await setup.api.addFault({ verb: 'create', effect: { type: 'hang' } });
    const gone = new AbortController();
    const recording = rejection(
      setup.cluster.recordProtection(protectionOf('d-1'), { signal: gone.signal, requestId: 'r' }),
    );
    await setup.api.waitForFault(rule);
    const reason = new Error('caller gone');
    gone.abort(reason);

    expect(await recording).to.equal(reason);
  });

  it('keeps its connections', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.cluster.recordProtection(protectionOf('d-2'), call());

    const ports = new Set((await setup.api.requests()).map(({ port }) => port));
    expect(ports.size).to.be.lessThan(3);
  });

  it('refuses a disk id that makes no name, and asks nothing', async () => {
    await using setup = await setUp();
    await refusal(setup.cluster.recordProtection(protectionOf('../d'), call()), 'invalid');
    expect(await setup.api.requests()).to.deep.equal([]);
  });
});
