import { expect } from 'chai';
import { checkContextSize, volumeContextOf } from '../../../src/csi/volume-context.ts';
import { aDisk, aDiskRequest } from '../../support/builders.ts';

const labels = 'csi.alibabacloud.com/label-prefix/';
const annotations = 'csi.alibabacloud.com/annotation-prefix/';
const region = `${labels}topology.diskplugin.csi.alibabacloud.com/region`;
const zone = `${labels}topology.diskplugin.csi.alibabacloud.com/zone`;
const diskType = `${labels}csi.alibabacloud.com/disktype`;
const volumeTopology = `${annotations}csi.alibabacloud.com/volume-topology`;

describe('volumeContextOf', () => {
  it('has the names and values of the existing driver', () => {
    const disk = aDisk({ category: 'cloud_essd', performanceLevel: 'PL2' });

    expect(volumeContextOf(disk, {})).to.deep.equal({
      type: 'cloud_essd',
      performanceLevel: 'PL2',
      [region]: 'cn-hangzhou',
      [zone]: 'cn-hangzhou-h',
      [diskType]: 'cloud_essd.PL2',
      [volumeTopology]:
        '{"nodeSelectorTerms":[{"matchExpressions":[{"key":"node.csi.alibabacloud.com/disktype.cloud_essd","operator":"In","values":["available"]}]}]}',
    });
  });

  it('tells the category and level that the disk has, not those that were asked for', () => {
    const asked = { type: 'cloud_essd,cloud_auto', performanceLevel: 'PL0,PL1' };
    const essd = volumeContextOf(aDisk({ performanceLevel: 'PL1' }), asked);
    expect(essd).to.include({ type: 'cloud_essd', performanceLevel: 'PL1' });

    const auto = volumeContextOf(aDisk({ category: 'cloud_auto', performanceLevel: undefined }), asked);
    expect(auto).to.include({ type: 'cloud_auto', [diskType]: 'cloud_auto' });
  });

  it('shows cloud_essd without a level as PL1 in the label', () => {
    const context = volumeContextOf(aDisk({ performanceLevel: undefined }), {});
    expect(context)
      .to.include({ [diskType]: 'cloud_essd.PL1' })
      .and.not.to.have.property('performanceLevel');
  });

  it('names no zone for a regional disk', () => {
    const disk = aDisk({
      category: 'cloud_regional_disk_auto',
      performanceLevel: undefined,
      zoneId: undefined,
    });
    expect(volumeContextOf(disk, {})).to.not.have.property(zone);
    expect(volumeContextOf(disk, {})).to.include({ [region]: 'cn-hangzhou' });
  });

  it('hands on the parameters of the class that the node plugin reads', () => {
    const read = {
      fsType: 'xfs',
      mkfsOptions: '-O x',
      sysConfig: '/queue=1',
      'diskTags/team': 'a',
      zoneId: 'z',
    };
    expect(volumeContextOf(aDisk(), read)).to.include(read);
  });

  for (const key of [
    'csi.storage.k8s.io/pvc/name',
    'csi.storage.k8s.io/fstype',
    'volume.kubernetes.io/selected-node',
    'allowVolumeExpansion',
    'reclaimPolicy',
    'storageclassName',
    'csi.alibabacloud.com/disk-snapshot-id',
  ]) {
    it(`leaves ${key} out, which is about the request rather than the volume`, () => {
      expect(volumeContextOf(aDisk(), { [key]: 'x' })).to.not.have.property(key);
    });
  }

  it('does not let a class forge what the disk is', () => {
    const forged = { [region]: 'us-east-1', [diskType]: 'cloud', type: 'cloud' };
    expect(volumeContextOf(aDisk(), forged)).to.include({
      [region]: 'cn-hangzhou',
      [diskType]: 'cloud_essd.PL1',
      type: 'cloud_essd',
    });
  });
});

describe('checkContextSize', () => {
  const bytesOf = (context: Record<string, string>) =>
    Buffer.byteLength(Object.entries(context).flat().join(''));
  const full = bytesOf(volumeContextOf(aDisk(), { note: '' }));
  const check = (parameters: Record<string, string>) =>
    checkContextSize(aDiskRequest(), 'cn-hangzhou', parameters);

  it('allows what fits into an answer, to the byte', () => {
    expect(() => check({ note: 'x'.repeat(4096 - full) })).not.to.throw();
    expect(() => check({ note: 'x'.repeat(4097 - full) })).to.throw(
      'the volume context that is made of parameters has 4097 bytes; the limit is 4096',
    );
  });

  it('does not count what stays out of the context', () => {
    expect(() => check({ 'csi.storage.k8s.io/pvc/name': 'x'.repeat(5000) })).not.to.throw();
  });

  it('looks at each category that the disk may come to have', () => {
    const request = aDiskRequest({ categories: ['cloud_essd', 'cloud_efficiency_of_a_long_name'] });
    const parameters = { note: 'x'.repeat(4096 - full) };
    expect(() => checkContextSize(request, 'cn-hangzhou', parameters)).to.throw(/4 ?096|limit/);
  });
});
