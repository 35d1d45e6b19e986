import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import { applyClaim, boundDisk, deleteClaim, disks, usePod, volumeOf } from './acts.ts';

export const provisionAtOnce: Story = {
  title: 'A claim of a class with binding mode Immediate gets a disk, and its deletion takes the disk away',
  interruption: { moments: [{ action: 'CreateDisk' }, { action: 'DeleteDisk' }] },
  async tell(world) {
    const { kubectl } = world;
    await kubectl.apply(`
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: e2e-immediate }
provisioner: diskplugin.csi.alibabacloud.com
parameters: { type: cloud_essd, performanceLevel: PL1 }
reclaimPolicy: Delete
volumeBindingMode: Immediate
allowVolumeExpansion: true
`);
    await applyClaim(world, { name: 'data', storageClass: 'e2e-immediate', size: '21Gi' });
    const diskId = await boundDisk(world, 'data');

    const volume = await volumeOf(world, 'data');
    const made = (await disks(world)).filter(({ name }) => name === volume.metadata.name);
    expect(
      made.map(({ id }) => id),
      'one claim, one disk',
    ).to.deep.equal([diskId]);
    expect(made[0]).to.include({ sizeGiB: 21, category: 'cloud_essd' });
    expect(volume.spec.capacity.storage).to.equal('21Gi');
    expect(volume.metadata.name, 'the prefix of the chart').to.match(/^disk-/);

    await deleteClaim(world, 'data', diskId);
    await kubectl.run(`wait pv/${volume.metadata.name} --for=delete --timeout=30s`);
  },
};

export const provisionForFirstConsumer: Story = {
  title: 'A claim of the shipped class waits for its first pod and gets a disk in the zone of that pod',
  interruption: { moments: [{ action: 'CreateDisk' }, { action: 'CreateDisk', skip: 1 }] },
  async tell(world) {
    for (const zoneId of new Set(world.nodes.map((node) => node.zoneId))) {
      const name = `data-${zoneId}`;
      await applyClaim(world, { name, storageClass: 'alicloud-disk-essd' });
      await world.event(`PersistentVolumeClaim/${name}`, 'WaitForFirstConsumer');
      await usePod(world, { name: `app-${zoneId}`, claim: name, zone: zoneId });
      const diskId = await boundDisk(world, name);

      expect((await disks(world)).find(({ id }) => id === diskId)).to.include({ zoneId });
      expect(JSON.stringify((await volumeOf(world, name)).spec.nodeAffinity)).to.include(zoneId);
    }
  },
};
