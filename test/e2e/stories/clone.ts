import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import { applyClaim, attachedDisk, expectData, snapshots, someData } from './acts.ts';

export const cloneClaim: Story = {
  title:
    'A claim names another claim as its source and gets a disk with the same bytes; nothing else is left at ECS',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'CreateDisk', skip: 1 }, { action: 'DeleteSnapshot' }],
  },
  async tell(world) {
    const { ecs } = world;
    await applyClaim(world, { name: 'original', storageClass: 'alicloud-disk-essd' });
    const original = await attachedDisk(world, 'original');
    const data = someData('original');
    await ecs.writeDisk(original, 0, data);

    await applyClaim(world, { name: 'copy', storageClass: 'alicloud-disk-essd', cloneOf: 'original' });
    const copy = await attachedDisk(world, 'copy');
    expect(copy).not.to.equal(original);
    await expectData(world, copy, data);
    // The two are independent.
    await ecs.writeDisk(original, 0, someData('later'));
    await expectData(world, copy, data);
    await world.eventually('the snapshot in between is gone', async () => {
      return (await snapshots(world)).every(({ sourceDiskId }) => sourceDiskId !== original);
    });
  },
};
