import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { Story, World } from '../system/story.ts';
import { applyClaim, attachedDisk, disks, volumeOf } from './acts.ts';

export const changeAttributes: Story = {
  title:
    'A claim changes its VolumeAttributesClass in use: the disk follows, and a class that cannot be is refused with a reason',
  interruption: { moments: [{ action: 'CreateDisk' }, { action: 'ModifyDiskSpec' }] },
  async tell(world) {
    const { kubectl, namespace } = world;
    await applyClaim(world, {
      name: 'fast',
      storageClass: 'alicloud-disk-essd',
      size: '500Gi',
      attributesClass: 'alicloud-disk-essd-pl1',
    });
    const diskId = await attachedDisk(world, 'fast');
    const levelNow = async () => (await disks(world)).find(({ id }) => id === diskId)?.performanceLevel;
    expect(await levelNow()).to.equal('PL1');

    await changeClass(world, 'fast', 'alicloud-disk-essd-pl2');
    await world.waitFor('pvc/fast', '{.status.currentVolumeAttributesClassName}=alicloud-disk-essd-pl2');
    if (!world.isInterrupted) {
      // Said once, and lost with a sidecar that ends just then.
      await world.event('PersistentVolumeClaim/fast', 'VolumeModifySuccessful');
    }
    expect(await levelNow()).to.equal('PL2');
    expect((await volumeOf(world, 'fast')).spec.volumeAttributesClassName).to.equal('alicloud-disk-essd-pl2');

    await kubectl.apply(attributesClass(`e2e-nonsense-${namespace}`, { performanceLevel: 'PL9' }));
    await changeClass(world, 'fast', `e2e-nonsense-${namespace}`);
    await world.event('PersistentVolumeClaim/fast', 'VolumeModifyFailed', 'performanceLevel');
    await changeClass(world, 'fast', 'alicloud-disk-essd-pl2');
    await world.waitFor('pvc/fast', '{.status.currentVolumeAttributesClassName}=alicloud-disk-essd-pl2');
  },
};

export const weakenProtection: Story = {
  title:
    'A VolumeAttributesClass takes the protection off a living volume: an event says so, and no snapshot is taken any more',
  interruption: { moments: [{ action: 'TagResources' }, { action: 'DeleteDisk' }] },
  async tell(world) {
    const { kubectl, ecs, namespace } = world;
    await applyClaim(world, { name: 'data', storageClass: 'alicloud-datasafe-essd' });
    const diskId = await attachedDisk(world, 'data');
    const name = `e2e-unprotected-${namespace}`;
    await kubectl.apply(
      attributesClass(name, { volumeExpandAutoSnapshot: 'closed', volumeDeleteSnapshotRetentionDays: '0' }),
    );
    await changeClass(world, 'data', name);
    await world.waitFor('pvc/data', `{.status.currentVolumeAttributesClassName}=${name}`);
    await world.event('PersistentVolumeClaim/data', 'ProtectionWeakened');

    await ecs.writeDisk(diskId, 0, Buffer.from('something'));
    await kubectl.run(`delete pod uses-data -n ${namespace} --grace-period=0 --force`);
    await kubectl.run(`delete pvc data -n ${namespace}`);
    await world.eventually('the disk is gone', async () =>
      (await disks(world)).every(({ id }) => id !== diskId),
    );
    const taken = await ecs.requests('CreateSnapshot');
    expect(taken.filter(({ parameters }) => parameters['DiskId'] === diskId)).to.have.lengthOf(0);
  },
};

interface ChangingClaim extends KubeObject {
  readonly status: {
    readonly currentVolumeAttributesClassName?: string;
    readonly modifyVolumeStatus?: {
      readonly status: string;
      readonly targetVolumeAttributesClassName?: string;
    };
  };
}

/**
 * Changes the class and waits until csi-resizer has taken it up. A class that it does not know yet it leaves "Pending" and looks
 * again when the claim changes, or ten minutes later: so whoever makes a class right after a death of the API server has to
 * touch the claim.
 */
async function changeClass(world: World, claimName: string, name: string): Promise<void> {
  const { kubectl, namespace } = world;
  const patch = JSON.stringify({ spec: { volumeAttributesClassName: name } });
  await kubectl.call(['patch', 'pvc', claimName, '-n', namespace, '-p', patch]);
  let touches = 0;
  await world.eventually(`${claimName} is being changed to ${name}`, async () => {
    const { status } = await kubectl.json<ChangingClaim>(`get pvc ${claimName} -n ${namespace}`);
    const change = status.modifyVolumeStatus;
    // Then it names no target.
    if (change?.status === 'Pending') {
      touches += 1;
      await kubectl.run(
        `annotate pvc ${claimName} -n ${namespace} --overwrite example.com/touched=${touches}`,
      );
      return false;
    }
    const isDone = change === undefined && status.currentVolumeAttributesClassName === name;
    return isDone || change?.targetVolumeAttributesClassName === name;
  });
}

function attributesClass(name: string, parameters: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name },
    driverName: 'diskplugin.csi.alibabacloud.com',
    parameters,
  });
}
