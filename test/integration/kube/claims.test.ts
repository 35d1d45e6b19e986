import { expect } from 'chai';
import type { DiskError } from '../../../src/disk/disk-error.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { call, clusterVolume, driverName, protectionOf, rejection, setUp } from './set-up.ts';

function claim(
  name: string,
  spec: object,
  status: object = { phase: 'Bound' },
  namespace = 'shop',
): KubeObject {
  const metadata = { name, namespace, uid: `uid-of-${name}` };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status };
}

describe('Whether a claim has grown', () => {
  const volume = { ...clusterVolume('d-1'), claim: { namespace: 'shop', name: 'data', uid: 'uid-of-data' } };
  const spec = { volumeName: 'pv-d-1' };

  it('is read from the claim each time', async () => {
    await using setup = await setUp();
    const state = () => setup.cluster.expansionState(volume, 30, call());
    await setup.api.put(claim('data', spec, { capacity: { storage: '20Gi' } }));
    expect(await state()).to.equal('pending');
    const conditions = [{ type: 'FileSystemResizePending', status: 'True' }];
    await setup.api.put(claim('data', spec, { capacity: { storage: '30Gi' }, conditions }));
    expect(await state()).to.equal('pending');
    await setup.api.put(claim('data', spec, { capacity: { storage: '30Gi' } }));
    expect(await state()).to.equal('complete');
  });

  it('is unknown without a claim, or when another one has its name', async () => {
    await using setup = await setUp();
    const state = (changes: object = {}) =>
      setup.cluster.expansionState({ ...volume, ...changes }, 30, call());
    expect(await state({ claim: undefined })).to.equal('unknown');
    expect(await state()).to.equal('unknown');
    await setup.api.put(claim('data', spec, { capacity: { storage: '30Gi' } }));
    expect(await state()).to.equal('complete');
    expect(await state({ claim: { ...volume.claim, uid: 'uid-of-former' } })).to.equal('unknown');
    expect(await state({ name: 'pv-other' })).to.equal('unknown');
  });

  it('is an error when the API server cannot be asked', async () => {
    await using setup = await setUp();
    await setup.api.deny('get persistentvolumeclaims');
    const denied = (await rejection(setup.cluster.expansionState(volume, 30, call()))) as DiskError;
    expect(denied.kind).to.equal('denied');
    await setup.api.setAvailable(false);
    const down = (await rejection(setup.cluster.expansionState(volume, 30, call()))) as DiskError;
    expect(down.kind).to.equal('outcome-unknown');
  });
});

describe('Whether somebody restores from a snapshot', () => {
  const source = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'd-1-delprotect' };
  const pending = { phase: 'Pending' };
  const copy: KubeObject = {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: 'own-content' },
    spec: {
      driver: driverName,
      deletionPolicy: 'Retain',
      source: { snapshotHandle: 's-1' },
      volumeSnapshotRef: { namespace: 'shop', name: 'own' },
    },
  };
  const cases: [string, KubeObject[], boolean][] = [
    ['nobody', [], false],
    ['a waiting claim, by dataSource', [claim('new', { dataSource: source }, pending, 'default')], true],
    [
      'a waiting claim, by dataSourceRef',
      [claim('new', { dataSourceRef: source }, pending, 'default')],
      true,
    ],
    ['a claim without a status yet', [claim('new', { dataSource: source }, {}, 'default')], true],
    ['a claim that has its volume', [claim('new', { dataSource: source }, undefined, 'default')], false],
    ['a claim in another namespace', [claim('new', { dataSource: source }, pending)], false],
    [
      'a claim that names the namespace',
      [claim('new', { dataSourceRef: { ...source, namespace: 'default' } }, pending)],
      true,
    ],
    [
      'a claim of something else',
      [claim('new', { dataSource: { ...source, name: 'else' } }, pending, 'default')],
      false,
    ],
    [
      'a claim of a claim',
      [
        claim(
          'new',
          { dataSource: { kind: 'PersistentVolumeClaim', name: source.name } },
          pending,
          'default',
        ),
      ],
      false,
    ],
    [
      'a claim of the user’s own content for the same snapshot',
      [copy, claim('new', { dataSource: { ...source, name: 'own' } }, pending)],
      true,
    ],
  ];

  for (const [title, objects, expected] of cases) {
    it(`${expected ? 'counts' : 'does not count'} ${title}`, async () => {
      await using setup = await setUp();
      await setup.cluster.recordProtection(protectionOf('d-1'), call());
      await Promise.all(objects.map((object) => setup.api.put(object)));

      expect(await setup.cluster.isBeingRestored('s-1', call())).to.equal(expected);
      expect(await setup.cluster.isBeingRestored('s-other', call())).to.equal(false);
    });
  }
});
