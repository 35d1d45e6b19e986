import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Story } from '../system/story.ts';
import { applyClaim, boundDisk, someData } from './acts.ts';

const preset = fileURLToPath(new URL('../../../deploy/charts/csi-datasafe/values-try.yaml', import.meta.url));
const ours = fileURLToPath(new URL('../values-try.yaml', import.meta.url));

export const tryPreset: Story = {
  title:
    'The preset try, on a cluster without nodes of the driver: a claim is bound, deleted by mistake and restored, byte by byte',
  async tell(world) {
    const { kubectl, namespace, eventually } = world;
    await using product = await world.install({
      release: 'try',
      namespace,
      values: ['--values', preset, '--values', ours],
      accountFor: (_, accountOfPod) => accountOfPod,
    });
    const emulator = product.pods.find(({ name }) => name.includes('emulator'));
    const disk = (id: string) => `http://127.0.0.1:${emulator?.port('http') ?? 0}/__emulator/disks/${id}`;
    const control = async (method: string, url: string, body: string | null = null) => {
      const response = await fetch(url, { method, body });
      expect(response.status, `${method} ${url}`).to.be.lessThan(300);
      return Buffer.from(await response.arrayBuffer());
    };

    await applyClaim(world, { name: 'data', storageClass: 'try-datasafe-essd' });
    const diskId = await boundDisk(world, 'data');
    // As deploy/README.md does it through a port-forward: no pod can write to an emulated disk.
    const data = someData('try', 64 * 1024);
    await control('POST', `${disk(diskId)}/attach`, '{}');
    await control('PUT', `${disk(diskId)}/data?offset=0`, data.toString());
    await control('POST', `${disk(diskId)}/detach`);
    await kubectl.run(`delete pvc data -n ${namespace}`);
    await world.waitFor(`volumesnapshot/${diskId}-delprotect`, '{.status.readyToUse}=true', {
      namespace: 'default',
    });
    await eventually(
      'the disk is gone',
      async () => (await fetch(`${disk(diskId)}/digest?offset=0&length=1`)).status === 404,
    );

    const from = {
      storageClass: 'try-datasafe-essd',
      snapshot: `${diskId}-delprotect`,
      namespace: 'default',
    };
    await applyClaim(world, { name: `restored-${namespace}`, ...from });
    const restored = await boundDisk(world, `restored-${namespace}`, 'default');
    const found = await control('GET', `${disk(restored)}/data?offset=0&length=${data.length}`);
    expect(found.equals(data)).to.equal(true);
    await kubectl.run(`delete pvc restored-${namespace} -n default`);
  },
};
