import { expect } from 'chai';
import type { Story, World } from '../system/story.ts';
import { applyClaim, attachedDisk, detachedDisk, disks, someData } from './acts.ts';

export const rightsTakenAway: Story = {
  title:
    'The plugin loses its rights: /readyz says which, nothing protected is deleted, and all goes on once they are back',
  async tell(world) {
    const { kubectl, controlPlane, namespace, ecs } = world;
    await applyClaim(world, { name: 'data', storageClass: 'alicloud-datasafe-essd' });
    const diskId = await attachedDisk(world, 'data');
    await ecs.writeDisk(diskId, 0, someData('data'));
    await detachedDisk(world, 'data', diskId);

    await controlPlane.whileDenied(async () => {
      const binding = await kubectl.run('get clusterrolebinding only-plugin -o json');
      await kubectl.run('delete clusterrolebinding only-plugin');
      await kubectl.run(`delete pvc data -n ${namespace} --wait=false`);
      await untilReadiness(world, 503, /volumesnapshot/);
      expect((await disks(world)).map(({ id }) => id)).to.include(diskId);
      const { metadata, ...rest } = JSON.parse(binding) as { metadata: { name: string } };
      await kubectl.apply(JSON.stringify({ ...rest, metadata: { name: metadata.name } }));
      await untilReadiness(world, 200, /./);
    });
    await world.waitFor(`volumesnapshot/${diskId}-delprotect`, '{.status.readyToUse}=true', {
      namespace: 'default',
    });
    await world.eventually('the disk is gone', async () =>
      (await disks(world)).every(({ id }) => id !== diskId),
    );
  },
};

async function untilReadiness(
  { product, say, eventually }: World,
  status: number,
  text: RegExp,
): Promise<void> {
  for (const replica of product.replicas) {
    await eventually(`${replica.name} answers ${status}`, async () => {
      const answer = await replica.probe('plugin', 'readinessProbe');
      say(`/readyz of ${replica.name}: ${answer.status} ${answer.text}`);
      return answer.status === status && text.test(answer.text);
    });
  }
}
