import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import { applyClaim, applyWrittenClaim, attachedDisk, expectData, someData } from './acts.ts';
import { applySnapshot, snapshotsOfDisk, untilSnapshotReady } from './snapshot-acts.ts';

export const snapshotAndRestore: Story = {
  title:
    'A VolumeSnapshot turns ready, a claim is restored from it byte by byte, and its deletion deletes it at ECS',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'CreateDisk', skip: 1 }, { action: 'DeleteSnapshot' }],
  },
  async tell(world) {
    const { kubectl, ecs, namespace } = world;
    const { diskId, data } = await applyWrittenClaim(world, {
      name: 'data',
      storageClass: 'alicloud-disk-essd',
    });

    await applySnapshot(world, 'first', 'data');
    await untilSnapshotReady(world, 'first');
    await ecs.writeDisk(diskId, 0, someData('later'));
    await applyClaim(world, { name: 'restored', storageClass: 'alicloud-disk-essd', snapshot: 'first' });
    await expectData(world, await attachedDisk(world, 'restored'), data);

    expect(await snapshotsOfDisk(world, diskId)).to.have.lengthOf(1);
    await kubectl.run(`delete volumesnapshot first -n ${namespace}`);
    await world.eventually(
      'the snapshot is gone from ECS',
      async () => (await snapshotsOfDisk(world, diskId)).length === 0,
    );
  },
};

export const snapshotOfNothing: Story = {
  title:
    'A VolumeSnapshot of a claim that is not there waits, with an event, and turns ready once the claim has data',
  interruption: { moments: [{ action: 'CreateSnapshot' }] },
  async tell(world) {
    await applySnapshot(world, 'early', 'late');
    await world.event('VolumeSnapshot/early', 'SnapshotContentCreationFailed');
    await applyWrittenClaim(world, { name: 'late', storageClass: 'alicloud-disk-essd' });
    await untilSnapshotReady(world, 'early');
  },
};
