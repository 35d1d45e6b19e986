import { expect } from 'chai';
import { objectsIn, ofKind, snapshotChainIn, textAt } from '../../../src/demo/kubernetes-objects.ts';

const chain = `
kind: VolumeSnapshotContent
metadata: { name: content }
spec:
  deletionPolicy: Retain
  source: { snapshotHandle: s-1 }
  volumeSnapshotRef: { name: snapshot, namespace: default }
---
kind: VolumeSnapshot
metadata: { name: snapshot, namespace: default }
spec: { source: { volumeSnapshotContentName: content } }
`;

describe('snapshotChainIn', () => {
  it('follows a VolumeSnapshot to the snapshot in ECS', () => {
    expect(snapshotChainIn(objectsIn(chain))).to.deep.equal({
      snapshotName: 'default/snapshot',
      contentName: 'content',
      deletionPolicy: 'Retain',
      snapshotHandle: 's-1',
    });
  });

  for (const [what, broken] of [
    ['the VolumeSnapshot names another content', chain.replace('ContentName: content', 'ContentName: other')],
    [
      'the content names another VolumeSnapshot',
      chain.replace('Ref: { name: snapshot', 'Ref: { name: other'),
    ],
    ['the namespaces differ', chain.replace('namespace: default', 'namespace: shop')],
  ] as const) {
    it(`finds no snapshot when ${what}`, () => {
      expect(snapshotChainIn(objectsIn(broken)).snapshotHandle).to.equal('none');
    });
  }

  it('finds nothing where nothing is', () => {
    expect(snapshotChainIn([]).snapshotHandle).to.equal('none');
    expect(textAt(ofKind(objectsIn('1\n---\n'), 'VolumeSnapshot'), 'metadata.name')).to.equal('none');
  });
});

describe('objectsIn', () => {
  it('refuses what is not YAML', () => {
    expect(() => objectsIn('a: [')).to.throw();
  });
});
