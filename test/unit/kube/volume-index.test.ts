import { expect } from 'chai';
import { volumeSchema, type VolumeObject } from '../../../src/kube/objects.ts';
import { createVolumeIndex, toClusterVolume } from '../../../src/kube/volume-index.ts';

const driver = 'disk.example.com';

function volume(
  name: string,
  diskId: string,
  changes: object = {},
  created = '2026-01-01T00:00:00Z',
): VolumeObject {
  return volumeSchema.parse({
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: created },
    spec: { csi: { driver, volumeHandle: diskId }, ...changes },
  });
}

const claimed = { claimRef: { namespace: 'shop', name: 'data' } };

describe('The index of volumes by disk', () => {
  it('follows what is put, changed and removed', () => {
    const index = createVolumeIndex(driver);
    index.put(volume('pv-1', 'd-1'));
    expect(index.find('d-1')?.name).to.equal('pv-1');
    index.put(volume('pv-1', 'd-2'));
    expect([index.find('d-1'), index.find('d-2')?.name]).to.deep.equal([undefined, 'pv-1']);
    index.remove('pv-1');
    index.remove('pv-unknown');
    expect(index.find('d-2')).to.equal(undefined);
  });

  it('forgets all for a new list', () => {
    const index = createVolumeIndex(driver);
    index.put(volume('pv-1', 'd-1'));
    index.replaceAll([volume('pv-2', 'd-2')]);
    expect([index.find('d-1'), index.find('d-2')?.name]).to.deep.equal([undefined, 'pv-2']);
  });

  it('forgets a volume that another driver has taken over', () => {
    const index = createVolumeIndex(driver);
    index.put(volume('pv-1', 'd-1'));
    index.put(volume('pv-1', 'd-1', { csi: { driver: 'other', volumeHandle: 'd-1' } }));
    expect(index.find('d-1')).to.equal(undefined);
  });

  it('prefers a claimed volume, then the older one, and keeps the other for later', () => {
    const index = createVolumeIndex(driver);
    index.put(volume('pv-a', 'd-1', {}, '2025-01-01T00:00:00Z'));
    index.put(volume('pv-c', 'd-1', claimed, '2026-02-01T00:00:00Z'));
    index.put(volume('pv-b', 'd-1', claimed, '2026-03-01T00:00:00Z'));
    const names = ['pv-c', 'pv-b', 'pv-a'].map((name) => {
      const found = index.find('d-1')?.name;
      index.remove(name);
      return found;
    });
    expect(names).to.deep.equal(['pv-c', 'pv-b', 'pv-a']);
    expect(index.find('d-1')).to.equal(undefined);
  });

  it('finds the protection that any of the volumes of a disk asks for', () => {
    const index = createVolumeIndex(driver);
    const asking = (name: string, volumeAttributes: object, created: string) =>
      volume(name, 'd-1', { ...claimed, csi: { driver, volumeHandle: 'd-1', volumeAttributes } }, created);
    // A released volume is kept, and another one is made by hand for the same disk.
    index.put(asking('pv-old', { type: 'cloud_essd', a: 'old' }, '2025-01-01T00:00:00Z'));
    index.put(asking('pv-new', { volumeDeleteSnapshotRetentionDays: '7', a: 'new' }, '2026-01-01T00:00:00Z'));
    const found = index.find('d-1');
    expect(found?.name).to.equal('pv-old');
    expect(Object.fromEntries(found?.attributes ?? [])).to.deep.equal({
      type: 'cloud_essd',
      a: 'old',
      volumeDeleteSnapshotRetentionDays: '7',
    });
  });

  const expand = 'volumeExpandAutoSnapshot';
  const retention = 'volumeDeleteSnapshotRetentionDays';
  for (const { key, older, newer, wins } of [
    { key: retention, older: '', newer: '30', wins: '30' },
    { key: retention, older: '1', newer: '30', wins: '30' },
    { key: retention, older: '30', newer: '1', wins: '30' },
    { key: retention, older: '30', newer: '', wins: '30' },
    { key: retention, older: '9', newer: '10', wins: '10' },
    // Nobody knows what was meant: it stops the deletion.
    { key: retention, older: '30', newer: 'many', wins: 'many' },
    { key: retention, older: '', newer: '', wins: '' },
    { key: expand, older: 'closed', newer: 'forced', wins: 'forced' },
    { key: expand, older: '', newer: 'besteffort', wins: 'besteffort' },
    { key: expand, older: 'besteffort', newer: 'forced', wins: 'forced' },
    { key: expand, older: 'forced', newer: 'closed', wins: 'forced' },
    // It brings a warning, and no snapshot.
    { key: expand, older: 'Forced', newer: 'besteffort', wins: 'besteffort' },
    { key: expand, older: 'closed', newer: 'Forced', wins: 'Forced' },
  ]) {
    it(`takes ${key} "${wins}" of a volume with "${older}" and a newer one with "${newer}"`, () => {
      const index = createVolumeIndex(driver);
      for (const [name, text] of [
        ['pv-a', older],
        ['pv-b', newer],
      ] as const) {
        const csi = { driver, volumeHandle: 'd-1', volumeAttributes: { [key]: text } };
        index.put(volume(name, 'd-1', { ...claimed, csi }, `2026-01-01T00:00:00Z ${name}`));
      }
      expect(index.find('d-1')?.attributes.get(key)).to.equal(wins);
    });
  }
});

describe('A volume as the domain sees it', () => {
  it('has defaults for what Kubernetes leaves out', () => {
    expect(toClusterVolume(volume('pv-1', 'd-1', { storageClassName: '' }), driver)).to.deep.equal({
      name: 'pv-1',
      uid: 'uid-pv-1',
      diskId: 'd-1',
      storageClass: undefined,
      attributes: new Map(),
      volumeMode: 'Filesystem',
      claim: undefined,
    });
  });

  it('says when it is raw', () => {
    expect(toClusterVolume(volume('pv-1', 'd-1', { volumeMode: 'Block' }), driver)?.volumeMode).to.equal(
      'Block',
    );
  });

  it('is none without CSI', () => {
    expect(toClusterVolume(volume('pv-1', 'd-1', { csi: null }), driver)).to.equal(undefined);
  });
});
