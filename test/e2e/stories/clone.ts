import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import {
  applyClaim,
  applyWrittenClaim,
  attachedDisk,
  boundDisk,
  deleteClaim,
  expectData,
  snapshots,
  someData,
} from './acts.ts';
import { untilProtectionReady } from './snapshot-acts.ts';

export const cloneClaim: Story = {
  title:
    'A claim names another claim as its source and gets a disk with the same bytes; nothing else is left at ECS',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'CreateDisk', skip: 1 }, { action: 'DeleteSnapshot' }],
  },
  async tell(world) {
    const { ecs } = world;
    const { diskId: original, data } = await applyWrittenClaim(world, {
      name: 'original',
      storageClass: 'alicloud-disk-essd',
    });

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

export const deleteUnusedClone: Story = {
  title:
    'a protected clone that no pod ever had is deleted behind the snapshot it was made from, and restored from it',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'CreateDisk', skip: 1 }, { action: 'DeleteDisk' }],
  },
  async tell(world) {
    const { ecs, kubectl, namespace } = world;
    const storageClass = 'alicloud-datasafe-essd';
    const { diskId: original, data } = await applyWrittenClaim(world, { name: 'original', storageClass });

    await applyClaim(world, { name: 'copy', storageClass, cloneOf: 'original' });
    // As the scheduler does for a pod, which then never comes.
    const selected = `volume.kubernetes.io/selected-node=${world.nodes[0]?.name ?? ''}`;
    await kubectl.run(`annotate pvc copy -n ${namespace} ${selected}`);
    const copy = await boundDisk(world, 'copy');
    await ecs.writeDisk(original, 0, someData('later'));
    const between = (await snapshots(world)).find(({ sourceDiskId }) => sourceDiskId === original);
    await world.eventually('the keeper keeps the snapshot in between', async () => {
      const requests = await ecs.requests('ModifySnapshotAttribute');
      return requests.some(({ parameters }) => parameters['SnapshotId'] === between?.id);
    });

    await deleteClaim(world, 'copy', copy);
    await untilProtectionReady(world, copy);
    const path = '-o jsonpath={.spec.source.snapshotHandle}';
    const handle = await kubectl.run(`get volumesnapshotcontent ${copy}-delprotect-content ${path}`);
    expect(handle).to.equal(between?.id);
    await applyClaim(world, {
      name: `again-${namespace}`,
      storageClass,
      snapshot: `${copy}-delprotect`,
      namespace: 'default',
    });
    await kubectl.run(`annotate pvc again-${namespace} -n default ${selected}`);
    await expectData(world, await boundDisk(world, `again-${namespace}`, 'default'), data);
    await kubectl.run(`delete pvc again-${namespace} -n default --wait=false`);
  },
};
