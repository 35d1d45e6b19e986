import { expect } from 'chai';
import { tagKeys } from '../../../src/disk/tags.ts';
import { groupManifests } from '../../../src/operator/group-manifests.ts';
import { aDisk, aSnapshot } from '../../support/builders.ts';

const cutAt = new Date('2026-01-01T00:00:00Z');
const snapshots = [
  aSnapshot({ id: 's-1', sourceDiskId: 'd-1', sourceDiskSizeGiB: 20 }),
  aSnapshot({ id: 's-2', sourceDiskId: 'd-2', sourceDiskSizeGiB: 40 }),
];
const group = { id: 'ssg-1', cutAt, isReady: true, snapshots, gap: undefined };
const wish = {
  namespace: undefined,
  prefix: '',
  storageClass: 'safe-essd',
  volumeMode: 'Filesystem',
  groupApiVersion: 'v1',
  driverName: 'diskplugin.csi.alibabacloud.com',
} as const;

/** A disk whose tags tell of its claim. */
function claimed(id: string, name: string, namespace = 'db') {
  return aDisk({
    id,
    tags: new Map([
      [tagKeys.pvcName, name],
      [tagKeys.pvcNamespace, namespace],
    ]),
  });
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Record<string, unknown>;
}

const manifestsOf = (...args: Parameters<typeof groupManifests>) => groupManifests(...args) as Manifest[];
const claimsOf = (manifests: readonly Manifest[]) =>
  manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');

describe('groupManifests', () => {
  const both = [claimed('d-1', 'data-mysql-0'), claimed('d-2', 'data-mysql-1')];

  it('gives each member the claim that its disk had, as large as the disk was', () => {
    const claims = claimsOf(manifestsOf(group, both, wish));
    expect(claims.map(({ metadata }) => metadata)).to.deep.equal([
      { name: 'data-mysql-0', namespace: 'db' },
      { name: 'data-mysql-1', namespace: 'db' },
    ]);
    expect(claims.map(({ spec }) => spec['resources'])).to.deep.equal([
      { requests: { storage: '20Gi' } },
      { requests: { storage: '40Gi' } },
    ]);
    expect(claims.map(({ spec }) => (spec['dataSource'] as { name: string }).name)).to.deep.equal([
      'restore-s-1',
      'restore-s-2',
    ]);
  });

  it('puts the pair of the group before its members, and lets nobody delete it', () => {
    const [content, groupSnapshot, ...rest] = manifestsOf(group, both, {
      ...wish,
      groupApiVersion: 'v1beta2',
    });
    const apiVersion = 'groupsnapshot.storage.k8s.io/v1beta2';
    expect(content).to.deep.equal({
      ...{ apiVersion, kind: 'VolumeGroupSnapshotContent', metadata: { name: 'db-restore-ssg-1' } },
      spec: {
        deletionPolicy: 'Retain',
        driver: wish.driverName,
        source: {
          groupSnapshotHandles: {
            volumeGroupSnapshotHandle: 'ssg-1',
            volumeSnapshotHandles: ['s-1', 's-2'],
          },
        },
        volumeGroupSnapshotRef: {
          ...{ apiVersion, kind: 'VolumeGroupSnapshot', name: 'restore-ssg-1', namespace: 'db' },
        },
      },
    });
    expect(groupSnapshot).to.deep.equal({
      ...{ apiVersion, kind: 'VolumeGroupSnapshot', metadata: { name: 'restore-ssg-1', namespace: 'db' } },
      spec: { source: { volumeGroupSnapshotContentName: 'db-restore-ssg-1' } },
    });
    expect(rest.map(({ kind }) => kind)).to.deep.equal(
      Array(2).fill(['VolumeSnapshotContent', 'VolumeSnapshot', 'PersistentVolumeClaim']).flat(),
    );
    for (const { kind, spec } of rest) {
      expect(spec['deletionPolicy']).to.equal(kind === 'VolumeSnapshotContent' ? 'Retain' : undefined);
    }
  });

  it('takes namespace and prefix as told', () => {
    const claims = claimsOf(manifestsOf(group, both, { ...wish, namespace: 'test', prefix: 'old-' }));
    expect(claims.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)).to.deep.equal([
      'test/old-data-mysql-0',
      'test/old-data-mysql-1',
    ]);
  });

  it('names claims after the disks where nothing better is known, or names would meet', () => {
    const namesFor = (disks: Parameters<typeof groupManifests>[1]) =>
      claimsOf(manifestsOf(group, disks, wish)).map(({ metadata }) => metadata.name);
    expect(namesFor([])).to.deep.equal(['d-1', 'd-2']);
    expect(namesFor([claimed('d-1', 'data', 'default')])).to.deep.equal(['data', 'd-2']);
    expect(namesFor([claimed('d-1', 'data'), claimed('d-2', 'data')])).to.deep.equal(['d-1', 'd-2']);
    expect(namesFor([claimed('d-1', 'no name!', 'default')])).to.deep.equal(['d-1', 'd-2']);
  });

  it('asks for a namespace when the claims were in several', () => {
    const apart = [claimed('d-1', 'a', 'db'), claimed('d-2', 'b', 'web')];
    expect(() => groupManifests(group, apart, wish)).to.throw(
      'several namespaces (db, web): give --namespace',
    );
    expect(claimsOf(manifestsOf(group, apart, { ...wish, namespace: 'db' }))).to.have.length(2);
  });
});
