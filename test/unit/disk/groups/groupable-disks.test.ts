import { expect } from 'chai';
import type { Disk } from '../../../../src/disk/disk.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import { rejectionOf } from '../../../support/builders.ts';
import { addUsedDisk, startScene } from './set-up.ts';

const pair = ['d-1', 'd-2'];

describe('Disks that cannot be in one group', () => {
  const obstacles: Record<string, { disk: Partial<Disk>; kind: string; says: string }> = {
    'a multi-attach disk': {
      disk: { multiAttach: true },
      kind: 'unsupported',
      says: 'is a multi-attach disk, and ECS makes no group snapshots of those',
    },
    'a disk of a category without groups': {
      disk: { category: 'cloud_efficiency' },
      kind: 'unsupported',
      says: 'is of category cloud_efficiency, and groups hold disks of the ESSD family only',
    },
    'a disk that was never attached': {
      disk: { wasEverAttached: false },
      kind: 'never-used',
      says: 'was never attached, and ECS makes no snapshot of such a disk',
    },
    'a regional disk among others': {
      disk: { category: 'cloud_regional_disk_auto', zoneId: undefined },
      kind: 'unsupported',
      says: 'is a regional disk, and ECS groups those with each other only',
    },
    'a disk in another zone': {
      disk: { zoneId: 'cn-hangzhou-i' },
      kind: 'unsupported',
      says: 'is in zone cn-hangzhou-i and the others are in cn-hangzhou-h; the disks of a group must be in one zone',
    },
  };
  for (const [what, { disk, kind, says }] of Object.entries(obstacles)) {
    it(`${what}: refused by name and claim, told on that claim alone, and ECS is not asked`, async () => {
      const { take, cloud, cluster } = startScene();
      cloud.refuse('createSnapshotGroup');
      addUsedDisk(cloud, { id: 'd-3', ...disk });
      cluster.addVolume('d-3');

      const error = await rejectionOf(take({ diskIds: [...pair, 'd-3'] }));

      expect(error).to.include({ kind, message: `disk d-3 (claim db/pvc-d-3) ${says}` });
      expect(cluster.events).to.have.length(1);
      expect(cluster.events[0]).to.deep.include({
        ...{ type: 'Warning', reason: 'GroupSnapshotRefused', on: 'claim', diskId: 'd-3' },
        message: error.message,
      });
    });
  }

  it('are named without a claim when Kubernetes cannot be asked', async () => {
    const { take, cloud, cluster } = startScene();
    cloud.disks.set('d-2', { multiAttach: true });
    cluster.findVolume = () => Promise.reject(new DiskError('outcome-unknown', 'no contact'));
    const error = await rejectionOf(take());
    expect(error.message).to.match(/^disk d-2 is a multi-attach disk/);
  });

  it('are all named, up to five', async () => {
    const { take, cloud } = startScene();
    const ids = Array.from({ length: 9 }, (_, index) => `d-x${index}`);
    ids.forEach((id) => addUsedDisk(cloud, { id, multiAttach: true }));
    const { message } = await rejectionOf(take({ diskIds: [...pair, ...ids] }));
    expect(message).to.contain('d-x0').and.to.contain('d-x4').and.not.to.contain('d-x5');
    expect(message).to.match(/; and 4 more$/);
  });

  it('may be of a category that we do not know: ECS decides', async () => {
    const { take, cloud } = startScene();
    cloud.disks.set('d-2', { category: 'cloud_essd_next' });
    expect((await take()).snapshots).to.have.length(2);
  });

  it('may all be regional', async () => {
    const { take, cloud } = startScene();
    for (const id of pair) {
      cloud.disks.set(id, { category: 'cloud_regional_disk_auto', zoneId: undefined });
    }
    expect((await take()).snapshots).to.have.length(2);
  });

  it('are not found only when that is proven', async () => {
    const { take, cloud } = startScene();
    const missing = await rejectionOf(take({ diskIds: [...pair, 'd-9'] }));
    expect(missing).to.include({ kind: 'not-found', message: 'disk d-9 does not exist' });
    cloud.disks.hide('d-2');
    const hidden = await rejectionOf(take());
    expect(hidden).to.have.property('kind', 'unreadable');
    expect(hidden.message).to.contain('disk d-2 exists').and.to.contain('RAM rights');
    expect(cloud.countOf('createSnapshotGroup')).to.equal(0);
  });

  it('are waited for while they are being attached or detached', async () => {
    const { take, cloud } = startScene();
    cloud.disks.set('d-2', { status: 'Detaching' });
    cloud.disks.change('d-2', { status: 'Available' }, 4);
    expect((await take()).snapshots).to.have.length(2);
  });

  it('answer a constant text when that takes longer than the call', async () => {
    const { take, cloud } = startScene({ rounds: 2 });
    cloud.disks.set('d-2', { status: 'Attaching' });
    const error = await rejectionOf(take());
    const message = 'disk d-2 is Attaching; the group snapshot waits until it is not';
    expect(error).to.include({ kind: 'busy', message });
  });
});
