import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Story, World } from '../system/story.ts';
import {
  applyWrittenClaim,
  attachedDisk,
  boundDisk,
  deleteClaim,
  detachedDisk,
  disks,
  expectData,
  growFileSystem,
  requestSize,
  snapshots,
  someData,
  type Claim,
} from './acts.ts';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export const expandForced: Story = {
  title:
    'expand, forced: the claim grows behind a snapshot that kubectl describe shows, and that is gone afterwards',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'ResizeDisk' }, { action: 'DeleteSnapshot' }],
  },
  async tell(world) {
    const { kubectl, namespace, eventually } = world;
    const { diskId } = await applyWrittenClaim(world, {
      name: 'essd-pvc',
      storageClass: 'alicloud-datasafe-essd',
      size: '25Gi',
    });

    await requestSize(world, 'essd-pvc', '30Gi');
    await growFileSystem(world, 'essd-pvc', '30Gi');

    const description = await kubectl.run(`describe pvc essd-pvc -n ${namespace}`);
    expect(description).to.match(/Capacity:\s+30Gi/);
    // The text of the product document.
    const printed =
      /ControllerExpandVolume:: Snapshot create successful: snapshotName\[(volume-expand-auto-snapshot-\S+)\], sourceId\[(\S+)\], snapshotId\[(s-\S+)\]/.exec(
        description.replace(/\s+/g, ' '),
      );
    expect(printed?.[2]).to.equal(diskId);
    expect((await disks(world)).find(({ id }) => id === diskId)).to.include({ sizeGiB: 30 });
    await eventually('the snapshot is gone', async () => {
      return (await snapshots(world)).every(({ sourceDiskId }) => sourceDiskId !== diskId);
    });
    // Whoever dies between the deletion and its event takes the event with him: the snapshot is not there to be deleted again.
    if (!world.isInterrupted) {
      await world.event('PersistentVolumeClaim/essd-pvc', 'SnapshotReleased');
    }
  },
};

export const expandWithoutSnapshot: Story = {
  title:
    'expand without a snapshot to be had: forced does not grow, besteffort grows with a warning, closed just grows',
  interruption: { moments: [{ action: 'CreateSnapshot' }, { action: 'ResizeDisk' }] },
  async tell(world) {
    const { kubectl, ecs, eventually } = world;
    await kubectl.apply(`
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: e2e-besteffort }
provisioner: diskplugin.csi.alibabacloud.com
parameters: { type: cloud_essd, volumeExpandAutoSnapshot: besteffort }
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
`);
    const policies = {
      forced: 'alicloud-datasafe-essd',
      besteffort: 'e2e-besteffort',
      closed: 'alicloud-disk-essd',
    };
    for (const [name, storageClass] of Object.entries(policies)) {
      await applyWrittenClaim(world, { name, storageClass });
    }
    await ecs.addFault({ action: 'CreateSnapshot', effect: { type: 'error', code: 'QuotaExceed.Snapshot' } });

    for (const name of Object.keys(policies)) {
      await requestSize(world, name, '25Gi');
    }
    await growFileSystem(world, 'closed', '25Gi');
    await growFileSystem(world, 'besteffort', '25Gi');
    await world.event('PersistentVolumeClaim/besteffort', 'SnapshotFailed');
    await world.event('PersistentVolumeClaim/forced', 'SnapshotFailed');
    expect(await sizeOf(world, 'forced'), 'forced: no snapshot, no expansion').to.equal(20);

    await ecs.clearFaults();
    await growFileSystem(world, 'forced', '25Gi');
    expect(await sizeOf(world, 'forced')).to.equal(25);
    await eventually('the snapshot of forced is gone', async () => {
      const diskId = await boundDisk(world, 'forced');
      return (await snapshots(world)).every(({ sourceDiskId }) => sourceDiskId !== diskId);
    });
  },
};

export const expandFails: Story = {
  title:
    'expand fails at ECS: the snapshot is kept, an event names it and the command that restores it, byte by byte',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'ResizeDisk' }, { action: 'DeleteSnapshot' }],
  },
  async tell(world) {
    const { kubectl, ecs, namespace, eventually } = world;
    const { diskId, data } = await applyWrittenClaim(world, {
      name: 'orders',
      storageClass: 'alicloud-datasafe-essd',
    });
    await ecs.addFault({
      action: 'ResizeDisk',
      effect: { type: 'error', code: 'InvalidDiskSize.NotSupported' },
    });

    await requestSize(world, 'orders', '40Gi');
    const message = await world.event('PersistentVolumeClaim/orders', 'ExpansionFailedSnapshotKept');
    const kept = /snapshotId\[(s-\w+)\]/.exec(message)?.[1] ?? '';
    expect((await snapshots(world)).map(({ id }) => id)).to.include(kept);
    // What went wrong has also spoiled the disk.
    await ecs.writeDisk(diskId, 0, someData('garbage'));

    // The command that the event prints, typed as it stands.
    const command = /csi-datasafe (restore-manifests .*?) \| kubectl apply -f -/.exec(message)?.[1] ?? '';
    const manifests = await world.run(process.execPath, [main, ...command.split(' ')]);
    await kubectl.apply(manifests);
    const restoredName = /--claim (\S+)/.exec(command)?.[1] ?? '';
    const restored = await attachedDisk(world, restoredName);
    await expectData(world, restored, data);

    await ecs.clearFaults();
    await growFileSystem(world, 'orders', '40Gi');
    expect((await kubectl.json<Claim>(`get pvc orders -n ${namespace}`)).status.capacity?.storage).to.equal(
      '40Gi',
    );
    // ECS keeps a snapshot that disks were made from; without them, a later success takes it away.
    await detachedDisk(world, restoredName, restored);
    await deleteClaim(world, restoredName, restored);
    await eventually('the kept snapshot goes once a later attempt has succeeded', async () => {
      return (await snapshots(world)).every(({ id }) => id !== kept);
    });
  },
};

async function sizeOf(world: World, claimName: string): Promise<number | undefined> {
  const diskId = await boundDisk(world, claimName);
  return (await disks(world)).find(({ id }) => id === diskId)?.sizeGiB;
}
