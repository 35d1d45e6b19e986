import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import { emulatorOf } from '../system/product.ts';
import { applyClaim, boundDisk, disks, expectData, snapshots, someData, volumeOf } from './acts.ts';
import { untilProtectionReady } from './snapshot-acts.ts';

const preset = fileURLToPath(new URL('../../../deploy/charts/csi-datasafe/values-try.yaml', import.meta.url));

export const tryPreset: Story = {
  title:
    'The preset try, on a cluster without nodes of the driver: a claim is bound, deleted by mistake and restored, byte by byte',
  interruption: {
    aloneBecause: 'helm is not typed again while the API server is away',
    inOwnInstallation: true,
    moments: [{ action: 'CreateSnapshot' }, { action: 'DeleteDisk' }],
  },
  async tell(world) {
    const { kubectl, namespace, eventually } = world;
    await using product = await world.install({
      release: 'csi-datasafe-try',
      namespace,
      // The cluster has one already, beside the release of the other stories.
      values: ['--values', preset, '--set', 'snapshotController.enabled=false'],
      accountFor: (_, accountOfPod) => accountOfPod,
    });
    const ecs = emulatorOf(product);
    const ofRelease = { ...world, ecs };

    await applyClaim(world, { name: 'data', storageClass: 'try-datasafe-essd' });
    const diskId = await boundDisk(world, 'data');
    // As deploy/README.md does it through a port-forward: no pod can write to an emulated disk.
    const data = someData('try', 64 * 1024);
    await ecs.attach(diskId);
    await ecs.writeDisk(diskId, 0, data);
    await ecs.detach(diskId);
    await kubectl.run(`delete pvc data -n ${namespace}`);
    await untilProtectionReady(world, diskId);
    await eventually('the disk is gone', async () => (await disks(ofRelease)).length === 0);
    expect(await snapshots(ofRelease)).to.have.lengthOf(1);

    const from = {
      storageClass: 'try-datasafe-essd',
      snapshot: `${diskId}-delprotect`,
      namespace: 'default',
    };
    await applyClaim(world, { name: `restored-${namespace}`, ...from });
    const restored = await boundDisk(world, `restored-${namespace}`, 'default');
    await expectData(ofRelease, restored, data);
    const volume = (await volumeOf(world, `restored-${namespace}`, 'default')).metadata.name;
    await kubectl.run(`delete pvc restored-${namespace} -n default`);
    await kubectl.run(`wait pv/${volume} --for=delete --timeout=60s`);
  },
};
