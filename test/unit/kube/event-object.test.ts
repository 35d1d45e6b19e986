import { expect } from 'chai';
import type { ClusterEvent } from '../../../src/disk/cluster.ts';
import { toEventObject } from '../../../src/kube/event-object.ts';
import { clusterVolume } from '../../integration/kube/set-up.ts';

function nameOf(changes: Partial<ClusterEvent> = {}, at = 0): string | undefined {
  const event: ClusterEvent = {
    type: 'Normal',
    reason: 'SnapshotCreated',
    message: 'made',
    diskId: 'd-1',
    volume: clusterVolume('d-1'),
    on: 'claim',
    ...changes,
  };
  return toEventObject(event, new Date(at))?.metadata.name;
}

describe('The name of an event', () => {
  it('is the same for the same event at any time', () => {
    expect(nameOf({}, 0)).to.equal(nameOf({}, 1e9));
    expect(nameOf({ key: 'k', message: 'one' })).to.equal(nameOf({ key: 'k', message: 'two' }));
  });

  it('is another one for another text, reason, object or key', () => {
    const other = { ...clusterVolume('d-1'), claim: { namespace: 'shop', name: 'data', uid: 'new' } };
    const names = [
      nameOf(),
      nameOf({ message: 'another' }),
      nameOf({ reason: 'SnapshotFailed' }),
      nameOf({ on: 'volume' }),
      nameOf({ volume: other }),
      nameOf({ key: 'k' }),
      nameOf({ key: 'l' }),
      nameOf({ key: 'k', volume: other }),
    ];
    expect(new Set(names).size).to.equal(names.length);
  });

  it('is a valid name, however long that of the object is', () => {
    for (const name of ['a'.repeat(253), `${'a'.repeat(199)}-b${'c'.repeat(50)}`, `${'a'.repeat(199)}.b`]) {
      const volume = { ...clusterVolume('d-1'), claim: { namespace: 'shop', name, uid: undefined } };
      const made = nameOf({ volume }) ?? '';
      expect(made.length).to.be.lessThan(254);
      expect(made).to.match(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    }
  });
});
