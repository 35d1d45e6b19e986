import { expect } from 'chai';
import { spawnKubeApi, startKubeApi } from '../../support/kube-api/kube-api.ts';
import { kubeApiToken } from '../../support/kube-api/server.ts';

const headers = { authorization: `Bearer ${kubeApiToken}`, 'content-type': 'application/json' };
const contents = '/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents';
const snapshots = '/apis/snapshot.storage.k8s.io/v1/namespaces/default/volumesnapshots';
const snapshot = {
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name: 'one' },
  spec: { source: { volumeSnapshotContentName: 'content' } },
};

describe('The fake API server of the tests', () => {
  it('runs as a process of its own', async () => {
    await using api = await spawnKubeApi();
    const rule = await api.addFault({ verb: 'list', when: 'after', effect: { type: 'error', status: 500 } });
    const [response] = await Promise.all([
      fetch(`${api.url}${contents}`, { headers }),
      api.waitForFault(rule),
    ]);
    expect(response.status).to.equal(500);
    expect((await api.requests()).map(({ verb, status }) => [verb, status])).to.deep.equal([['list', 500]]);
  });

  it('refuses what the real one refuses', async () => {
    await using api = await startKubeApi();
    const send = async (method: string, path: string, body?: object, type = headers['content-type']) => {
      const response = await fetch(`${api.url}${path}`, {
        method,
        headers: { ...headers, 'content-type': type },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.status;
    };
    expect((await fetch(`${api.url}${contents}`)).status).to.equal(401);
    expect(await send('GET', '/apis/nothing.example.com/v1/things')).to.equal(404);
    expect(await send('PUT', snapshots)).to.equal(405);
    expect(await send('POST', snapshots, { ...snapshot, kind: 'Snapshot' })).to.equal(400);
    expect(await send('POST', snapshots, { ...snapshot, extra: 1 })).to.equal(400);
    expect(await send('POST', snapshots, { ...snapshot, spec: { source: {} } })).to.equal(422);
    expect(await send('POST', snapshots.replace('default', 'none'), snapshot)).to.equal(404);
    expect(await send('POST', snapshots, snapshot)).to.equal(201);
    expect(await send('POST', snapshots, snapshot)).to.equal(409);
    const label = { metadata: { labels: { a: 'b' } } };
    expect(await send('PATCH', `${snapshots}/one`, label)).to.equal(415);
    const merge = 'application/merge-patch+json';
    expect(await send('PATCH', `${snapshots}/one`, { metadata: { resourceVersion: '1' } }, merge)).to.equal(
      409,
    );
    expect(await send('PATCH', `${snapshots}/one`, label, merge)).to.equal(200);
    expect(await send('DELETE', `${snapshots}/one`, { preconditions: { uid: 'other' } })).to.equal(409);
    expect(await send('DELETE', `${snapshots}/one`)).to.equal(200);
    expect(await send('DELETE', `${snapshots}/one`)).to.equal(404);
  });
});
