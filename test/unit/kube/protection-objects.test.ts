import { expect } from 'chai';
import { newContent, newSnapshot, ourLabels } from '../../../src/kube/protection-objects.ts';
import { clusterVolume, protectionOf } from '../../integration/kube/set-up.ts';

const settings = { driverName: 'disk.example.com', clusterId: undefined, protectionNamespace: 'default' };

describe('The objects of a protection', () => {
  it('say nothing of a volume that Kubernetes does not know', () => {
    const content = newContent(protectionOf('d-1', { volume: undefined }), 'default', settings);

    expect(content.spec).not.to.have.property('sourceVolumeMode');
    expect(Object.keys(content.metadata.annotations)).to.deep.equal([
      'csi.alibabacloud.com/disk-id',
      'csi.alibabacloud.com/snapshot-id',
      'csi.alibabacloud.com/snapshot-cut-at',
      'csi.alibabacloud.com/snapshot-expires-at',
      'csi.alibabacloud.com/size',
    ]);
    expect(content.metadata.labels).to.deep.equal({
      ...ourLabels(settings),
      'csi.alibabacloud.com/disk-id': 'd-1',
    });
  });

  it('keep a name that is too long for a label as an annotation', () => {
    const name = 'a'.repeat(64);
    const volume = { ...clusterVolume('d-1'), claim: { namespace: 'shop', name, uid: undefined } };
    const { labels, annotations } = newSnapshot(
      protectionOf('d-1', { volume }),
      'default',
      settings,
    ).metadata;

    expect(labels).not.to.have.property('csi.alibabacloud.com/claim-name');
    expect(annotations['csi.alibabacloud.com/claim-name']).to.equal(name);
    expect(labels['csi.alibabacloud.com/claim-namespace']).to.equal('shop');
  });

  it('carry the volume mode, so that it is not changed unseen on restore', () => {
    const volume = { ...clusterVolume('d-1'), volumeMode: 'Block' as const };
    expect(newContent(protectionOf('d-1', { volume }), 'default', settings).spec.sourceVolumeMode).to.equal(
      'Block',
    );
  });
});
