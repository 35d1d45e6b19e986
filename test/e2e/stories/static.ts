import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import {
  applyClaim,
  applyWrittenClaim,
  attachedDisk,
  boundDisk,
  detachedDisk,
  disks,
  expectData,
  volumeOf,
} from './acts.ts';

export const staticVolume: Story = {
  title:
    'A disk that is there already becomes a volume by hand, with its data, and is deleted with its claim',
  interruption: { moments: [{ action: 'AttachDisk', skip: 1 }, { action: 'DeleteDisk' }] },
  async tell(world) {
    const { kubectl, namespace } = world;
    const { diskId, data } = await applyWrittenClaim(world, {
      name: 'first',
      storageClass: 'alicloud-disk-essd',
    });
    await detachedDisk(world, 'first', diskId);

    // Kubernetes forgets the volume, ECS keeps the disk: the policy of the volume is changed to Retain.
    const volume = await volumeOf(world, 'first');
    await kubectl.call([
      ...['patch', 'pv', volume.metadata.name, '-p'],
      JSON.stringify({ spec: { persistentVolumeReclaimPolicy: 'Retain' } }),
    ]);
    await kubectl.run(`delete pvc first -n ${namespace}`);
    await kubectl.run(`delete pv ${volume.metadata.name}`);
    expect((await disks(world)).map(({ id }) => id)).to.include(diskId);

    await kubectl.apply(`
apiVersion: v1
kind: PersistentVolume
metadata:
  name: by-hand-${namespace}
  annotations: { pv.kubernetes.io/provisioned-by: diskplugin.csi.alibabacloud.com }
spec:
  capacity: { storage: 20Gi }
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Delete
  storageClassName: by-hand
  claimRef: { namespace: ${namespace}, name: second }
  csi: { driver: diskplugin.csi.alibabacloud.com, volumeHandle: ${diskId}, volumeAttributes: { type: cloud_essd } }
`);
    await applyClaim(world, { name: 'second', storageClass: 'by-hand' });
    expect(await boundDisk(world, 'second')).to.equal(diskId);
    expect(await attachedDisk(world, 'second')).to.equal(diskId);
    await expectData(world, diskId, data);

    await detachedDisk(world, 'second', diskId);
    await kubectl.run(`delete pvc second -n ${namespace}`);
    await world.eventually('the disk is gone', async () =>
      (await disks(world)).every(({ id }) => id !== diskId),
    );
  },
};
