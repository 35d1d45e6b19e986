import { expect } from 'chai';
import { guardEventsIn } from '../../../src/demo/guard-events.ts';
import { idsInSnapshotCreated } from '../../../src/demo/steps/guards/expansion.ts';
import { restoreCommandIn } from '../../../src/demo/steps/guards/fail-expansion.ts';

describe('guardEventsIn', () => {
  it('finds events among other lines of the log, in their order', () => {
    const lines = [
      '{"level":"info","event":"SnapshotCreated","disk":"d-1","msg":"made"}',
      '{"level":"info","msg":"CSI call"}',
      'not JSON at all',
      '{"level":"info","event":"Snapshot',
      'null',
      '{"level":"warn","event":"DeleteRefused","disk":"d-2","msg":"refused"}',
    ];

    expect(guardEventsIn(lines)).to.deep.equal([
      { reason: 'SnapshotCreated', diskId: 'd-1', message: 'made' },
      { reason: 'DeleteRefused', diskId: 'd-2', message: 'refused' },
    ]);
  });
});

describe('idsInSnapshotCreated', () => {
  const documented =
    'ControllerExpandVolume:: Snapshot create successful: snapshotName[volume-expand-auto-snapshot-d-1a-2022-11-07-21:03:12], sourceId[d-2b], snapshotId[s-3c]';

  it('reads the event as the documentation of the product has it', () => {
    expect(idsInSnapshotCreated(documented)).to.deep.equal({ diskId: 'd-2b', snapshotId: 's-3c' });
  });

  it('accepts no other words', () => {
    for (const text of [documented.replace('successful', 'done'), documented.replace(':12]', ']'), '']) {
      expect(idsInSnapshotCreated(text)).to.deep.equal({ diskId: '', snapshotId: '' });
    }
  });
});

describe('restoreCommandIn', () => {
  it('finds what the user is told to type', () => {
    expect(restoreCommandIn('kept until then. To restore it: csi-datasafe x | kubectl apply -f -')).to.equal(
      'csi-datasafe x | kubectl apply -f -',
    );
    expect(restoreCommandIn('nothing of the kind')).to.equal('nothing');
  });
});
