import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { Story, World } from '../system/story.ts';
import {
  applyClaim,
  boundDisk,
  expectData,
  someData,
  untilAttached,
  untilDetached,
  usePod,
  volumeOf,
} from './acts.ts';

interface Attachment extends KubeObject {
  readonly spec: { readonly nodeName: string; readonly source: { readonly persistentVolumeName: string } };
  readonly status: {
    readonly attached: boolean;
    readonly attachmentMetadata?: { readonly serialNumber?: string };
  };
}

export const attachToPodsNode: Story = {
  title:
    'A pod gets its disk attached to its node, another pod on another node gets it later, and it is free at the end',
  interruption: {
    moments: [{ action: 'AttachDisk' }, { action: 'DetachDisk' }, { action: 'AttachDisk', skip: 1 }],
  },
  async tell(world) {
    const { kubectl, nodes, namespace } = world;
    const [first, second] = nodes.filter(({ zoneId }) => zoneId === nodes[0]?.zoneId);
    if (first === undefined || second === undefined) {
      throw new Error('this story needs two nodes in one zone');
    }
    await applyClaim(world, { name: 'data', storageClass: 'alicloud-disk-essd' });
    await usePod(world, { name: 'before', claim: 'data', node: first.name });
    const diskId = await boundDisk(world, 'data');
    expect(await untilAttached(world, diskId)).to.equal(first.instanceId);
    const attachment = await attachmentOf(world, 'data');
    expect(attachment.spec.nodeName).to.equal(first.name);
    expect(attachment.status.attachmentMetadata?.serialNumber, 'for the node plugin').to.match(/^\w+$/);
    const data = someData('data');
    await world.ecs.writeDisk(diskId, 0, data);

    await kubectl.run(`delete pod before -n ${namespace} --grace-period=0 --force`);
    await usePod(world, { name: 'after', claim: 'data', node: second.name });
    await world.eventually(
      'the disk has moved',
      async () => (await untilAttached(world, diskId)) === second.instanceId,
    );
    await expectData(world, diskId, data);

    await kubectl.run(`delete pod after -n ${namespace} --grace-period=0 --force`);
    await untilDetached(world, diskId);
    const volume = (await volumeOf(world, 'data')).metadata.name;
    await world.eventually('no VolumeAttachment is left', async () => {
      const { items } = await kubectl.json<{ items: Attachment[] }>('get volumeattachments');
      return items.every(({ spec }) => spec.source.persistentVolumeName !== volume);
    });
  },
};

async function attachmentOf(world: World, claimName: string): Promise<Attachment> {
  const volume = (await volumeOf(world, claimName)).metadata.name;
  return await world.eventually(`${volume} is attached`, async () => {
    const { items } = await world.kubectl.json<{ items: Attachment[] }>('get volumeattachments');
    return items.find(({ spec, status }) => spec.source.persistentVolumeName === volume && status.attached);
  });
}
