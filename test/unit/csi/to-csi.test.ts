import { expect } from 'chai';
import { toCsiSnapshot, toCsiVolume } from '../../../src/csi/to-csi.ts';
import { aDisk, aSnapshot } from '../../support/builders.ts';

describe('toCsiVolume', () => {
  it('tells id, real size, place and context', () => {
    expect(toCsiVolume(aDisk({ id: 'd-1', sizeGiB: 20 }), { type: 'cloud_essd' })).to.deep.equal({
      volumeId: 'd-1',
      capacityBytes: '21474836480',
      volumeContext: { type: 'cloud_essd' },
      contentSource: null,
      accessibleTopology: [
        { segments: { 'topology.diskplugin.csi.alibabacloud.com/zone': 'cn-hangzhou-h' } },
      ],
    });
  });

  it('names the snapshot that the disk was made from', () => {
    const { contentSource } = toCsiVolume(aDisk({ sourceSnapshotId: 's-1' }));
    expect(contentSource).to.deep.equal({ snapshot: { snapshotId: 's-1' } });
  });
});

describe('toCsiSnapshot', () => {
  it('tells id, source, size of the source, moment and readiness', () => {
    const cutAt = new Date('2026-01-01T00:00:01.250Z');

    expect(toCsiSnapshot(aSnapshot({ cutAt }))).to.deep.equal({
      snapshotId: 's-1',
      sourceVolumeId: 'd-1',
      sizeBytes: '21474836480',
      creationTime: { seconds: 1767225601, nanos: 250_000_000 },
      readyToUse: true,
      groupSnapshotId: '',
    });
  });

  it('names the group that it is told of', () => {
    expect(toCsiSnapshot(aSnapshot(), 'ssg-1').groupSnapshotId).to.equal('ssg-1');
  });

  it('is not ready before it can be restored', () => {
    const snapshot = aSnapshot({ status: 'progressing', available: false });
    expect(toCsiSnapshot(snapshot).readyToUse).to.equal(false);
  });

  it('has nanoseconds that count forward before 1970 too, as the standard of timestamps wants it', () => {
    const { creationTime } = toCsiSnapshot(aSnapshot({ cutAt: new Date(-250) }));
    expect(creationTime).to.deep.equal({ seconds: -1, nanos: 750_000_000 });
  });
});
