import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { UsageError } from '../../../src/config/usage-error.ts';
import { restoreManifests } from '../../../src/operator/restore-manifests.ts';

const needed = ['--snapshot', 's-2ze0example', '--size', '30Gi'];

function objectsFrom(...argv: string[]): Record<string, unknown>[] {
  return [...parseAllDocuments(restoreManifests([...needed, ...argv]))].map((document) => {
    expect(document.errors).to.deep.equal([]);
    return document.toJS() as Record<string, unknown>;
  });
}

function claimFrom(...argv: string[]): unknown {
  return objectsFrom(...argv)[2];
}

describe('restore-manifests', () => {
  it('prints content, VolumeSnapshot and claim, each leading to the next', () => {
    const all = ['--namespace', 'shop', '--claim', 'orders-restored', '--storage-class', 'safe-essd'];
    const snapshotApi = 'snapshot.storage.k8s.io/v1';

    expect(objectsFrom(...all)).to.deep.equal([
      {
        apiVersion: snapshotApi,
        kind: 'VolumeSnapshotContent',
        metadata: { name: 'shop-restore-s-2ze0example' },
        spec: {
          deletionPolicy: 'Retain',
          driver: 'diskplugin.csi.alibabacloud.com',
          source: { snapshotHandle: 's-2ze0example' },
          sourceVolumeMode: 'Filesystem',
          volumeSnapshotRef: {
            apiVersion: snapshotApi,
            kind: 'VolumeSnapshot',
            name: 'restore-s-2ze0example',
            namespace: 'shop',
          },
        },
      },
      {
        apiVersion: snapshotApi,
        kind: 'VolumeSnapshot',
        metadata: { name: 'restore-s-2ze0example', namespace: 'shop' },
        spec: { source: { volumeSnapshotContentName: 'shop-restore-s-2ze0example' } },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'orders-restored', namespace: 'shop' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          volumeMode: 'Filesystem',
          storageClassName: 'safe-essd',
          resources: { requests: { storage: '30Gi' } },
          dataSource: {
            apiGroup: 'snapshot.storage.k8s.io',
            kind: 'VolumeSnapshot',
            name: 'restore-s-2ze0example',
          },
        },
      },
    ]);
  });

  it('leaves the class to the cluster, and restores into the namespace default, when nobody says', () => {
    expect(claimFrom()).to.have.nested.property('metadata.namespace', 'default');
    expect(claimFrom()).to.have.nested.property('metadata.name', 'restored');
    expect(claimFrom()).to.not.have.nested.property('spec.storageClassName');
  });

  it('keeps the mode of a raw block volume in content and claim', () => {
    const [content, , claim] = objectsFrom('--volume-mode', 'Block');

    expect(content).to.have.nested.property('spec.sourceVolumeMode', 'Block');
    expect(claim).to.have.nested.property('spec.volumeMode', 'Block');
  });

  it('takes the driver name of an installation that has its own', () => {
    const [content] = objectsFrom('--driver-name', 'disk.example.com');

    expect(content).to.have.nested.property('spec.driver', 'disk.example.com');
  });

  it('keeps names that YAML would take for something else as texts', () => {
    expect(claimFrom('--claim', '1234')).to.have.nested.property('metadata.name', '1234');
    expect(claimFrom('--claim', 'true')).to.have.nested.property('metadata.name', 'true');
  });

  it('keeps its own names within what Kubernetes allows, however long the claim is', () => {
    const argv = ['--claim', 'c'.repeat(253), '--namespace', 'n'.repeat(63)];
    const names = objectsFrom(...argv).map(({ metadata }) => (metadata as { name: string }).name);

    expect(Math.max(...names.map(({ length }) => length))).to.equal(253);
  });

  const wrong: [flag: string, values: readonly string[]][] = [
    ['--snapshot', ['', 'd-2ze0example', 's-', 's-2ZE', 's-1;rm', `s-${'1'.repeat(65)}`]],
    ['--size', ['', '30', '30G', '0Gi', '1.5Gi', '-1Gi', '30Gi\nx']],
    ['--namespace', ['', 'Shop', 'a.b', '-a', 'a'.repeat(64), 'a\nb']],
    ['--claim', ['', 'Orders', 'a_b', 'a..b', 'a.-b', 'a'.repeat(254)]],
    ['--storage-class', ['', 'Safe ESSD']],
    ['--volume-mode', ['block', 'Raw', '']],
    ['--driver-name', ['', 'a b', 'a/b']],
  ];
  for (const [flag, values] of wrong) {
    for (const value of values) {
      it(`refuses ${flag} ${JSON.stringify(value.slice(0, 20))} in one line that says what is wanted`, () => {
        expect(() => restoreManifests([...needed, `${flag}=${value}`])).to.throw(
          UsageError,
          new RegExp(`^${flag}: [^\\n]+ is not [^\\n]+$`),
        );
      });
    }
  }

  for (const argv of [
    [],
    ['--size', '30Gi'],
    ['--snapshot', 's-1'],
    [...needed, 'x'],
    [...needed, '--force'],
  ]) {
    it(`refuses "${argv.join(' ')}" in one line`, () => {
      expect(() => restoreManifests(argv)).to.throw(UsageError, /^[^\n]+; --help shows the options$/);
    });
  }

  it('explains its options', () => {
    const help = restoreManifests(['--help']);
    expect(help).to.contain('Usage: csi-datasafe restore-manifests');
    expect(help).to.contain('--snapshot <id>');
  });
});
