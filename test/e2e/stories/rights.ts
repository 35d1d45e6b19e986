import { expect } from 'chai';
import type { Story, World } from '../system/story.ts';
import { applyWrittenClaim, detachedDisk, disks } from './acts.ts';
import { untilProtectionReady } from './snapshot-acts.ts';

export const rightsTakenAway: Story = {
  title:
    'The plugin loses its rights: /readyz says which, nothing protected is deleted, and all goes on once they are back',
  interruption: {
    aloneBecause: 'it takes rights away that all others need',
    moments: [{ action: 'CreateSnapshot' }, { action: 'DeleteDisk' }],
  },
  async tell(world) {
    const { kubectl, controlPlane, namespace } = world;
    const { diskId } = await applyWrittenClaim(world, {
      name: 'data',
      storageClass: 'alicloud-datasafe-essd',
    });
    await detachedDisk(world, 'data', diskId);

    await controlPlane.whileDenied(async () => {
      const binding = await kubectl.run('get clusterrolebinding only-plugin -o json');
      await kubectl.run('delete clusterrolebinding only-plugin');
      await kubectl.run(`delete pvc data -n ${namespace} --wait=false`);
      await untilSomeReplicaSays(world, /grant \w+ on/);
      expect((await disks(world)).map(({ id }) => id)).to.include(diskId);
      const { metadata, ...rest } = JSON.parse(binding) as { metadata: { name: string } };
      await kubectl.apply(JSON.stringify({ ...rest, metadata: { name: metadata.name } }));
      await untilAllAreReady(world);
    });
    await untilProtectionReady(world, diskId);
    await world.eventually('the disk is gone', async () =>
      (await disks(world)).every(({ id }) => id !== diskId),
    );
  },
};

/** The replica that was asked says what it lacks; the other one has not needed it. */
async function untilSomeReplicaSays({ product, say, eventually }: World, text: RegExp): Promise<void> {
  await eventually(`a replica is not ready and says ${String(text)}`, async () => {
    const answers = await Promise.all(
      product.replicas.map((replica) => replica.probe('plugin', 'readinessProbe')),
    );
    say(`/readyz: ${JSON.stringify(answers)}`);
    return answers.some((answer) => answer.status === 503 && text.test(answer.text));
  });
}

async function untilAllAreReady({ product, eventually }: World): Promise<void> {
  for (const replica of product.replicas) {
    await eventually(`${replica.name} is ready`, async () => {
      return (await replica.probe('plugin', 'readinessProbe')).status === 200;
    });
  }
}
