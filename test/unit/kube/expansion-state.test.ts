import { expect } from 'chai';
import { expansionStateOf } from '../../../src/kube/expansion-state.ts';
import { claimSchema } from '../../../src/kube/objects.ts';

function stateOf(status: object | undefined, sizeGiB = 30): string {
  const metadata = { name: 'data', namespace: 'shop', uid: 'u', resourceVersion: '1' };
  return expansionStateOf(claimSchema.parse({ metadata, spec: {}, status }), sizeGiB);
}

describe('What the status of a claim says about its growth', () => {
  const grown = { capacity: { storage: '30Gi' } };

  it('is complete at the size and above, whatever the unit', () => {
    for (const storage of ['30Gi', '31Gi', '32212254720', '30720Mi', '33G']) {
      expect(stateOf({ capacity: { storage } }), storage).to.equal('complete');
    }
  });

  it('is pending below the size', () => {
    for (const storage of ['20Gi', '32212254719', '30G', '29.9Gi']) {
      expect(stateOf({ capacity: { storage } }), storage).to.equal('pending');
    }
  });

  it('is pending while a condition tells of a resize', () => {
    for (const type of ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError']) {
      expect(stateOf({ ...grown, conditions: [{ type, status: 'True' }] }), type).to.equal('pending');
      expect(stateOf({ ...grown, conditions: [{ type, status: 'False' }] }), type).to.equal('complete');
    }
    expect(stateOf({ ...grown, conditions: [{ type: 'ModifyingVolume', status: 'True' }] })).to.equal(
      'complete',
    );
  });

  it('is pending while the storage has a resize status', () => {
    const pending = { ...grown, allocatedResourceStatuses: { storage: 'NodeResizePending' } };
    expect(stateOf(pending)).to.equal('pending');
    expect(stateOf({ ...grown, allocatedResourceStatuses: {} })).to.equal('complete');
  });

  it('is unknown without a capacity that can be read', () => {
    for (const status of [undefined, {}, { capacity: {} }, { capacity: { storage: 'lots' } }]) {
      expect(stateOf(status)).to.equal('unknown');
    }
  });
});
