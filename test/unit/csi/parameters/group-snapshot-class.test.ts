import { expect } from 'chai';
import { parseGroupSnapshotClass } from '../../../../src/csi/parameters/group-snapshot-class.ts';
import { StatusError } from '../../../../src/csi/status.ts';

function refused(parameters: Record<string, string>, ...texts: string[]): void {
  const parse = () => parseGroupSnapshotClass(parameters);
  expect(parse).to.throw(StatusError).with.property('code', 3);
  for (const text of texts) {
    expect(parse).to.throw(text);
  }
}

describe('parseGroupSnapshotClass', () => {
  it('needs nothing', () => {
    expect(parseGroupSnapshotClass({})).to.deep.equal({
      resourceGroupId: undefined,
      tags: [],
      origin: { name: undefined, namespace: undefined },
    });
  });

  it('reads all that a class may say, and what csi-snapshotter adds', () => {
    expect(
      parseGroupSnapshotClass({
        resourceGroupId: 'rg-1',
        'snapshotTags/b': '2',
        'snapshotTags/a': '1',
        'csi.storage.k8s.io/volumegroupsnapshot/name': 'nightly',
        'csi.storage.k8s.io/volumegroupsnapshot/namespace': 'db',
        'csi.storage.k8s.io/volumegroupsnapshotcontent/name': 'groupsnapcontent-1',
        'csi.storage.k8s.io/of-the-future': 'x',
      }),
    ).to.deep.equal({
      resourceGroupId: 'rg-1',
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
      origin: { name: 'nightly', namespace: 'db' },
    });
  });

  for (const days of ['7', '0', '']) {
    it(`refuses retentionDays "${days}" with the reason`, () => {
      refused({ retentionDays: days }, 'retentionDays is not possible', 'groups do not expire');
    });
  }

  it('refuses what it does not know, and tells what it does', () => {
    refused(
      { snapshotType: 'x' },
      'VolumeGroupSnapshotClass parameter snapshotType is not known',
      'resourceGroupId',
    );
  });

  for (const key of [
    'ack.aliyun.com',
    'csi.alibabacloud.com/group-snapshot/disks',
    'CSI.alibabacloud.com/guard',
  ]) {
    it(`refuses the tag ${key}, which only this driver sets`, () => {
      refused({ [`snapshotTags/${key}`]: 'x' }, 'is reserved for this driver');
    });
  }
});
