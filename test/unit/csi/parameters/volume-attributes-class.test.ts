import { expect } from 'chai';
import {
  parseVolumeAttributesClass,
  protectionTagsOf,
} from '../../../../src/csi/parameters/volume-attributes-class.ts';
import { StatusError } from '../../../../src/csi/status.ts';

const nothing = {
  category: undefined,
  performanceLevel: undefined,
  provisionedIops: undefined,
  burstingEnabled: undefined,
  expandPolicy: undefined,
  deleteSnapshotRetentionDays: undefined,
  tags: [],
  removedTagKeys: [],
};

describe('parseVolumeAttributesClass', () => {
  it('leaves everything as it is when the class says nothing', () => {
    expect(parseVolumeAttributesClass({})).to.deep.equal(nothing);
  });

  it('ignores the names that csi-resizer adds, and whatever it will add one day', () => {
    const added = { 'csi.storage.k8s.io/pvc/name': 'data', 'csi.storage.k8s.io/new': '' };
    expect(parseVolumeAttributesClass(added)).to.deep.equal(nothing);
  });

  it('reads each parameter', () => {
    const parameters = {
      type: 'cloud_auto',
      provisionedIops: '0',
      burstingEnabled: 'yes',
      volumeExpandAutoSnapshot: 'besteffort',
      volumeDeleteSnapshotRetentionDays: '0',
      'diskTags/b': '2',
      'diskTags/a': '',
      '-diskTags/d': '',
      '-diskTags/c': 'whatever',
    };
    expect(parseVolumeAttributesClass(parameters)).to.deep.equal({
      ...nothing,
      category: 'cloud_auto',
      provisionedIops: 0,
      burstingEnabled: true,
      expandPolicy: 'besteffort',
      deleteSnapshotRetentionDays: 0,
      tags: [
        { key: 'a', value: '' },
        { key: 'b', value: '2' },
      ],
      removedTagKeys: ['c', 'd'],
    });
    expect(parseVolumeAttributesClass({ performanceLevel: 'PL3' }).performanceLevel).to.equal('PL3');
    expect(parseVolumeAttributesClass({ type: 'cloud_essd', performanceLevel: 'PL0' }).category).to.equal(
      'cloud_essd',
    );
  });

  const eleven = (prefix: string) =>
    Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`${prefix}k${at}`, 'v']));
  const refused: [parameters: Record<string, string>, text: string][] = [
    [{ iops: '1' }, 'iops is not known'],
    [{ Type: 'cloud_essd' }, 'Type is not known'],
    [{ encrypted: 'true' }, 'encrypted is not known'],
    [{ diskTags: 'a:b' }, 'diskTags is not known'],
    [{ type: 'cloud_essd,cloud_auto' }, '"cloud_essd,cloud_auto" is not allowed'],
    [{ type: '' }, 'type is empty'],
    [{ volumeDeleteSnapshotRetentionDays: '' }, 'volumeDeleteSnapshotRetentionDays is empty'],
    [{ volumeExpandAutoSnapshot: '' }, 'volumeExpandAutoSnapshot is empty'],
    [{ volumeExpandAutoSnapshot: 'Forced' }, 'one of forced, besteffort, closed'],
    [{ volumeDeleteSnapshotRetentionDays: '-1' }, 'a whole number from 0 to 65536'],
    [{ volumeDeleteSnapshotRetentionDays: '65537' }, 'a whole number from 0 to 65536'],
    [{ volumeDeleteSnapshotRetentionDays: '7d' }, 'a whole number from 0 to 65536'],
    [{ performanceLevel: 'PL4' }, 'one of PL0, PL1, PL2, PL3'],
    [{ performanceLevel: 'PL1', type: 'cloud_ssd' }, 'only type cloud_essd'],
    [{ provisionedIops: '50001' }, 'a whole number from 0 to 50000'],
    [{ burstingEnabled: 'maybe' }, '"maybe" is not allowed'],
    [{ 'diskTags/': 'x' }, 'as the key of a tag'],
    [{ 'diskTags/acs:x': 'x' }, 'as the key of a tag'],
    [{ 'diskTags/a': 'https://x' }, 'as the value of tag a'],
    [{ 'diskTags/kubernetes.io/created-for/pvc/name': 'x' }, 'reserved'],
    [{ 'diskTags/CSI.alibabacloud.com/Volume-Expand-AutoSnapshot': 'x' }, 'reserved'],
    [{ '-diskTags/csi.alibabacloud.com/volume-expand-autosnapshot': '' }, 'reserved'],
    [{ '-diskTags/ack.aliyun.com': '' }, 'reserved'],
    [{ '-diskTags/k8s.aliyun.com': '' }, 'reserved'],
    [{ 'diskTags/a': '1', 'diskTags/A': '2' }, 'differ only in capitals'],
    [{ 'diskTags/a': '1', '-diskTags/a': '' }, 'contradict each other'],
    [eleven('diskTags/'), 'at most 10 tags can be set'],
    [eleven('-diskTags/'), 'at most 10 tags can be taken off'],
  ];
  for (const [parameters, text] of refused) {
    it(`refuses ${JSON.stringify(parameters).slice(0, 80)}`, () => {
      const parse = () => parseVolumeAttributesClass(parameters);
      expect(parse).to.throw(StatusError, text).with.property('code', 3);
    });
  }
});

describe('protectionTagsOf', () => {
  it('are none for a class that does not speak of protection', () => {
    expect(protectionTagsOf(nothing)).to.deep.equal([]);
  });

  it('say also that there is to be none, lest the attributes of the volume speak', () => {
    expect(protectionTagsOf({ expandPolicy: 'closed', deleteSnapshotRetentionDays: 0 })).to.deep.equal([
      { key: 'csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays', value: '' },
      { key: 'csi.alibabacloud.com/volume-expand-autosnapshot', value: 'closed' },
    ]);
  });
});
