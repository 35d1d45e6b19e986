import { expect } from 'chai';
import { parseSnapshotClass } from '../../../../src/csi/parameters/snapshot-class.ts';
import { StatusError } from '../../../../src/csi/status.ts';

function refused(parameters: Record<string, string>, ...texts: string[]): void {
  const parse = () => parseSnapshotClass(parameters);
  expect(parse).to.throw(StatusError).with.property('code', 3);
  for (const text of texts) {
    expect(parse).to.throw(text);
  }
}

describe('parseSnapshotClass', () => {
  it('keeps snapshots for ever when a class says nothing', () => {
    expect(parseSnapshotClass({})).to.deep.equal({
      retentionDays: undefined,
      resourceGroupId: undefined,
      tags: [],
      origin: { name: undefined, namespace: undefined },
    });
  });

  it('reads all that a class may say', () => {
    expect(
      parseSnapshotClass({
        retentionDays: '7',
        resourceGroupId: 'rg-1',
        'snapshotTags/b': '2',
        'snapshotTags/a': '1',
        'csi.storage.k8s.io/volumesnapshot/name': 'before-upgrade',
        'csi.storage.k8s.io/volumesnapshot/namespace': 'team',
      }),
    ).to.deep.equal({
      retentionDays: 7,
      resourceGroupId: 'rg-1',
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
      origin: { name: 'before-upgrade', namespace: 'team' },
    });
  });

  it('takes 0 days for ever, as it always meant', () => {
    expect(parseSnapshotClass({ retentionDays: '0' }).retentionDays).to.equal(undefined);
  });

  for (const days of ['-1', '65537', '1.5', 'seven', '7 ']) {
    it(`refuses retentionDays: "${days}", and tells what is allowed`, () => {
      refused({ retentionDays: days }, 'VolumeSnapshotClass parameter retentionDays', 'from 0 to 65536');
    });
  }

  it('refuses tags that ECS does not take, or that only the driver sets', () => {
    refused({ 'snapshotTags/': 'x' }, 'snapshotTags');
    refused({ 'snapshotTags/createdby': 'me' }, 'snapshotTags: the tag createdby is reserved');
    refused({ 'snapshotTags/a': 'http://x' }, 'snapshotTags');
  });

  it('refuses unknown keys, and names the known ones', () => {
    refused({ retentiondays: '7' }, 'retentiondays is not known', 'retentionDays');
  });

  for (const key of [
    'snapshotType',
    'instantAccess',
    'instantAccessRetentionDays',
    'forceDelete',
    'csi.storage.k8s.io/volumesnapshotcontent/name',
    'csi.storage.k8s.io/snapshotter-secret-name',
  ]) {
    it(`has no use for ${key}, whatever it says`, () => {
      expect(parseSnapshotClass({ [key]: 'anything' })).to.deep.equal(parseSnapshotClass({}));
    });
  }
});
