import { expect } from 'chai';
import { DiskError, isDiskError } from '../../../src/disk/disk-error.ts';
import { isDiskId, isInUse } from '../../../src/disk/disk.ts';
import { isCut, isReady, isSnapshotId } from '../../../src/disk/snapshot.ts';
import { aDisk, aSnapshot } from '../../support/builders.ts';

const wrongIds = [
  '',
  'd',
  'd-',
  'D-1',
  'd-A',
  'd-1 ',
  'd-1,d-2',
  'd_1',
  'vol-1',
  'd-ä',
  'd-1\n',
  `d-${'1'.repeat(65)}`,
];

describe('isDiskId', () => {
  it('knows the form of a disk id', () => {
    expect(['d-1', 'd-2ze0example', `d-${'1'.repeat(64)}`].every(isDiskId)).to.equal(true);
    expect(wrongIds.filter(isDiskId)).to.deep.equal([]);
    expect(isDiskId('s-1')).to.equal(false);
  });
});

describe('isSnapshotId', () => {
  it('knows the form of a snapshot id', () => {
    expect(['s-1', 's-2ze0example', `s-${'1'.repeat(64)}`].every(isSnapshotId)).to.equal(true);
    expect(wrongIds.map((id) => id.replace('d', 's')).filter(isSnapshotId)).to.deep.equal([]);
    expect(isSnapshotId('d-1')).to.equal(false);
  });
});

describe('isInUse', () => {
  it('holds for a disk that an instance has, gets, or is not yet rid of', () => {
    for (const status of ['In_use', 'Attaching', 'Detaching'] as const) {
      expect(isInUse(aDisk({ status })), status).to.equal(true);
    }
    // Right after AttachDisk the status may still be Available.
    expect(isInUse(aDisk({ attachments: [{ instanceId: 'i-1', device: undefined }] }))).to.equal(true);
  });

  it('does not hold for any other', () => {
    for (const status of ['Available', 'Creating', 'ReIniting'] as const) {
      expect(isInUse(aDisk({ status })), status).to.equal(false);
    }
  });
});

describe('isReady', () => {
  it('holds once a snapshot is cut and can be restored from', () => {
    expect(isReady(aSnapshot({ status: 'progressing', available: true }))).to.equal(true);
    expect(isReady(aSnapshot({ status: 'accomplished', available: false }))).to.equal(true);
  });

  it('does not hold before the cut, before it is available, or after a failure', () => {
    expect(isCut(aSnapshot({ cutAt: undefined }))).to.equal(false);
    expect(isReady(aSnapshot({ cutAt: undefined }))).to.equal(false);
    expect(isReady(aSnapshot({ status: 'progressing', available: false }))).to.equal(false);
    expect(isReady(aSnapshot({ status: 'failed', available: false }))).to.equal(false);
  });
});

describe('isDiskError', () => {
  it('tells errors of the domain by their kind', () => {
    const error = new DiskError('busy', 'text', { code: 'OperationConflict', requestId: 'R-1' });
    expect(isDiskError(error)).to.equal(true);
    expect(isDiskError(error, 'conflict', 'busy')).to.equal(true);
    expect(isDiskError(error, 'conflict')).to.equal(false);
    expect(isDiskError(new Error('busy'), 'busy')).to.equal(false);
    expect(error).to.include({ code: 'OperationConflict', requestId: 'R-1', message: 'text' });
  });

  it('keeps the cause, and has none when none is given', () => {
    const cause = new Error('socket hang up');
    expect(new DiskError('busy', 'text', { cause }).cause).to.equal(cause);
    expect(new DiskError('busy', 'text')).not.to.have.property('cause');
  });
});
