import { expect } from 'chai';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import {
  contentName,
  objects,
  pair,
  recorded,
  refusal,
  withMetadata,
  withSpec,
  writes,
} from './protection-objects.ts';
import { call, clusterVolume, protectionOf, setUp } from './set-up.ts';

describe('The namespace of a protection', () => {
  it('is that of the claim, when asked for and still there', async () => {
    await using setup = await setUp({ protectionNamespace: 'claim' });
    await setup.api.putNamespace('shop');

    const { namespace } = await setup.cluster.recordProtection(protectionOf('d-1'), call());

    expect(namespace).to.equal('shop');
    expect((await pair(setup))[1].metadata.namespace).to.equal('shop');
  });

  it('is default when that of the claim is gone or going, or no claim is known', async () => {
    for (const phase of ['Terminating', undefined] as const) {
      await using setup = await setUp({ protectionNamespace: 'claim' });
      if (phase !== undefined) {
        await setup.api.putNamespace('shop', phase);
      }
      const { namespace } = await setup.cluster.recordProtection(protectionOf('d-1'), call());
      expect(namespace).to.equal('default');
      const made = ['create volumesnapshotcontents', 'create volumesnapshots'];
      expect(await writes(setup)).to.deep.equal(made);
    }
    await using setup = await setUp({ protectionNamespace: 'claim' });
    const protection = protectionOf('d-1', { volume: { ...clusterVolume('d-1'), claim: undefined } });
    expect((await setup.cluster.recordProtection(protection, call())).namespace).to.equal('default');
  });

  it('moves to default when that of the claim goes between the two objects', async () => {
    await using setup = await setUp({ protectionNamespace: 'claim' });
    await setup.api.putNamespace('shop');
    await setup.api.addFault({
      verb: 'create',
      resource: 'volumesnapshots',
      effect: { type: 'drop' },
      times: 1,
    });
    await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'outcome-unknown');
    await setup.api.putNamespace('shop', 'Terminating');

    const { namespace } = await setup.cluster.recordProtection(protectionOf('d-1'), call());

    expect(namespace).to.equal('default');
    expect((await pair(setup))[1].metadata.namespace).to.equal('default');
  });

  it('is not tried again when the API server says that it is going', async () => {
    await using setup = await setUp({ protectionNamespace: 'claim' });
    await setup.api.putNamespace('shop');
    const details = { causes: [{ reason: 'NamespaceTerminating' }] };
    const effect = { type: 'error', status: 403, reason: 'Forbidden', details } as const;
    await setup.api.addFault({ verb: 'create', resource: 'volumesnapshots', effect, times: 2 });

    const { namespace } = await setup.cluster.recordProtection(protectionOf('d-1'), call());

    expect(namespace).to.equal('default');
    expect(await writes(setup)).to.deep.equal([
      'create volumesnapshotcontents',
      'create volumesnapshots',
      'create volumesnapshots',
      'delete volumesnapshotcontents',
      'create volumesnapshotcontents',
      'create volumesnapshots',
    ]);
  });

  it('must exist when the operator has named it', async () => {
    await using setup = await setUp({ protectionNamespace: 'vault' });

    const message = await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'wrong-state');

    expect(message).to.contain('namespace vault');
  });

  it('stays where it is when the flag has changed since', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.api.putNamespace('vault');

    const { namespace } = await setup
      .another({ protectionNamespace: 'vault' })
      .recordProtection(protectionOf('d-1'), call());

    expect(namespace).to.equal('default');
  });
});

describe('Protections on record', () => {
  it('lists those of this cluster, whole or half, and nobody else’s', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.cluster.recordProtection(protectionOf('d-2', { snapshotId: 's-2' }), call());
    await setup.api.take('volumesnapshots', 'd-1-delprotect', 'default');
    await setup.api.take('volumesnapshotcontents', 'd-2-delprotect-content');
    await setup.another({ clusterId: 'c-other' }).recordProtection(protectionOf('d-3'), call());

    const list = await setup.cluster.listProtections(call());

    expect(list.map(({ diskId, snapshotId }) => [diskId, snapshotId])).to.deep.equal([
      ['d-1', 's-1'],
      ['d-2', 's-2'],
    ]);
    expect(list[0]).to.deep.equal(recorded);
  });

  it('removes the VolumeSnapshot, then the content, and is done when both are gone', async () => {
    for (const isBound of [false, true]) {
      await using setup = await setUp();
      await setup.api.runSnapshotController(isBound);
      await setup.cluster.recordProtection(protectionOf('d-1'), call());
      await setup.api.clearRequests();

      await setup.cluster.removeProtection(recorded, call());
      expect(await writes(setup)).to.deep.equal(['delete volumesnapshots', 'delete volumesnapshotcontents']);
      expect(await objects(setup)).to.deep.equal([]);
      await setup.cluster.removeProtection(recorded, call());
    }
  });

  it('is content with objects that are on their way out', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    for (const one of await pair(setup)) {
      await setup.api.put(withMetadata(one, { finalizers: ['example.com/hold'] }));
    }
    await setup.cluster.removeProtection(recorded, call());
    expect((await pair(setup)).map((one) => typeof one.metadata.deletionTimestamp)).to.deep.equal([
      'string',
      'string',
    ]);
    await setup.api.clearRequests();

    await setup.cluster.removeProtection(recorded, call());
    expect(await writes(setup)).to.deep.equal([]);
  });

  it('leaves a pair alone that leads to another snapshot by now, or is not ours', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1', { snapshotId: 's-2' }), call());
    await setup.cluster.removeProtection(recorded, call());
    expect(await objects(setup)).to.have.length(2);

    for (const one of await pair(setup)) {
      await setup.api.put(withMetadata(one, { labels: {} }));
    }
    await setup.cluster.removeProtection({ ...recorded, snapshotId: 's-2' }, call());
    expect(await objects(setup)).to.have.length(2);
  });

  it('leaves both alone when only one of them is ours and leads to the snapshot', async () => {
    const changes: [string, (pair: [content: KubeObject, snapshot: KubeObject]) => KubeObject][] = [
      ['the user’s VolumeSnapshot', ([, snapshot]) => withMetadata(snapshot, { labels: {} })],
      ['the user’s content', ([content]) => withMetadata(content, { labels: {} })],
      [
        'content of another snapshot',
        ([content]) => withSpec(content, { source: { snapshotHandle: 's-2' } }),
      ],
      ['content of another driver', ([content]) => withSpec(content, { driver: 'other.example.com' })],
      [
        'VolumeSnapshot of another snapshot',
        ([, snapshot]) =>
          withMetadata(snapshot, {
            annotations: { ...snapshot.metadata.annotations, 'csi.alibabacloud.com/snapshot-id': 's-2' },
          }),
      ],
    ];
    for (const [title, make] of changes) {
      await using setup = await setUp();
      await setup.cluster.recordProtection(protectionOf('d-1'), call());
      await setup.api.put(make(await pair(setup)));
      const before = await objects(setup);
      await setup.cluster.removeProtection(recorded, call());
      expect(await objects(setup), title).to.deep.equal(before);
    }
  });

  it('removes a VolumeSnapshot whose content is gone', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.api.take('volumesnapshotcontents', contentName);

    await setup.cluster.removeProtection(recorded, call());

    expect(await objects(setup)).to.deep.equal([]);
  });

  it('removes only what it has looked at: a pair that took its place in between stays', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    const rule = await setup.api.addFault({
      verb: 'delete',
      resource: 'volumesnapshots',
      when: 'before',
      effect: { type: 'error', status: 409, reason: 'Conflict' },
    });
    await refusal(setup.cluster.removeProtection(recorded, call()), 'busy');
    await setup.api.waitForFault(rule, 4);
    expect(await objects(setup)).to.have.length(2);
    const [request] = await setup.api.requests({ verb: 'delete' });
    expect(request?.body).to.have.nested.property('preconditions.uid');
    expect(request?.body).to.have.nested.property('preconditions.resourceVersion');
  });

  it('says so, and has nothing to do, without the snapshot CRDs', async () => {
    await using setup = await setUp();
    await setup.api.withoutCrds('volumesnapshots', 'volumesnapshotcontents');

    const message = await refusal(setup.cluster.listProtections(call()), 'unsupported');
    expect(message).to.contain('install the CRDs');
    expect(await setup.cluster.isBeingRestored('s-1', call())).to.equal(false);
    await setup.cluster.removeProtection(recorded, call());
  });
});
