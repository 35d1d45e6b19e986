import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';

interface Example {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
}

const folder = new URL('../../../deploy/examples/', import.meta.url);

function objectsOf(file: string): Example[] {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Example);
}

/** What the commands and the text of the product documents take for granted; the stories of test/e2e apply the examples. */
describe('deploy/examples', () => {
  const namesOf = (file: string) => objectsOf(file).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

  it('have the names of the documents', () => {
    expect(namesOf('datasafe/storageclass.yaml')).to.deep.equal(['StorageClass alicloud-datasafe-essd']);
    expect(namesOf('datasafe/mysql.yaml')).to.include.members([
      ...['PersistentVolumeClaim essd-pvc', 'Secret mysql-pass', 'StatefulSet mysql-sts'],
    ]);
    expect(namesOf('datasafe/restore.yaml')).to.deep.equal([
      'VolumeSnapshotContent datasafe-volumesnapshotcontent',
      'VolumeSnapshot datasafe-volumesnapshot',
      'PersistentVolumeClaim essd-pvc',
    ]);
    expect(namesOf('group-snapshots/mysql.yaml')).to.include.members([
      'StatefulSet mysql',
      'Secret mysql-pass',
    ]);
    expect(namesOf('group-snapshots/group-snapshot-class-demo.yaml')).to.deep.equal([
      'VolumeGroupSnapshotClass group-snapshot-class-demo',
    ]);
    expect(namesOf('group-snapshots/group-snapshot-demo.yaml')).to.deep.equal([
      'VolumeGroupSnapshot group-snapshot-demo',
    ]);
    expect(namesOf('group-snapshots/disk-mysql-0-copy.yaml')).to.deep.equal([
      'PersistentVolumeClaim disk-mysql-0-copy',
    ]);
  });

  it('let in the commands of the documents: mysql -uroot -p123456', () => {
    const secretOf = (file: string) => objectsOf(file).find(({ kind }) => kind === 'Secret')?.stringData;
    expect(secretOf('group-snapshots/mysql.yaml')).to.deep.equal({ username: 'root', password: '123456' });
    expect(secretOf('datasafe/mysql.yaml')).to.deep.equal({ username: 'test1', password: 'test1-value' });
  });

  it('ask for the protections of the document, 20 GiB for each server of a group, and 25 growing to 30', () => {
    const text = (file: string) => JSON.stringify(objectsOf(file));
    expect(text('datasafe/storageclass.yaml')).to.include(
      '"parameters":{"type":"cloud_essd","volumeExpandAutoSnapshot":"forced","volumeDeleteSnapshotRetentionDays":"3"}',
    );
    expect(text('datasafe/mysql.yaml')).to.include('"storage":"25Gi"');
    expect(text('datasafe/restore.yaml')).to.include('"storage":"30Gi"');
    expect(text('group-snapshots/mysql.yaml'))
      .to.include('"storage":"20Gi"')
      .and.to.include('"storageClassName":"alicloud-disk-essd"')
      .and.to.include('"replicas":2');
  });
});
