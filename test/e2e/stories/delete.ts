import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { Story } from '../system/story.ts';
import { applyClaim, attachedDisk, deleteClaim, detachedDisk, expectData, snapshots, someData } from './acts.ts';

const example = (name: string) =>
  readFileSync(new URL(`../../../deploy/examples/datasafe/${name}`, import.meta.url), 'utf8');

interface Content extends KubeObject {
  readonly spec: { readonly deletionPolicy: string; readonly source: { readonly snapshotHandle: string } };
}

export const deleteByMistake: Story = {
  title: 'delete by mistake: <disk>-delprotect is ready in default, and restores the data in the namespace of the claim',
  async tell(world) {
    const { kubectl, ecs, namespace } = world;
    await applyClaim(world, { name: 'essd-pvc', storageClass: 'alicloud-datasafe-essd', size: '30Gi' });
    const diskId = await attachedDisk(world, 'essd-pvc');
    const data = someData('record.txt');
    await ecs.writeDisk(diskId, 0, data);
    await detachedDisk(world, 'essd-pvc', diskId);
    await deleteClaim(world, 'essd-pvc', diskId);

    const snapshot = `${diskId}-delprotect`;
    const contentName = `${diskId}-delprotect-content`;
    await world.waitFor(`volumesnapshot/${snapshot}`, '{.status.readyToUse}=true', { namespace: 'default' });
    const table = await kubectl.run('get volumesnapshot -n default');
    // The columns of the product document: name, ready, source content, size, content.
    expect(table).to.match(new RegExp(`${snapshot}\\s+true\\s+${contentName}\\s+30Gi\\s+${contentName}`));
    const content = await kubectl.json<Content>(`get volumesnapshotcontent ${contentName}`);
    expect(content.spec.deletionPolicy).to.equal('Retain');
    expect(content.metadata.annotations).to.include({
      'csi.alibabacloud.com/claim-namespace': namespace,
      'csi.alibabacloud.com/claim-name': 'essd-pvc',
      'csi.alibabacloud.com/size': '30Gi',
    });

    // Restoring, as the document does it: a second content and VolumeSnapshot, in the namespace of the application.
    const handle = content.spec.source.snapshotHandle;
    const filled = example('restore.yaml')
      .replaceAll('autosnapshot', namespace)
      .replaceAll('s-2zegw6gmuc866xgc****', handle)
      .replaceAll('datasafe-volumesnapshotcontent', `datasafe-volumesnapshotcontent-${namespace}`);
    await kubectl.apply(filled);
    const restored = await attachedDisk(world, 'essd-pvc');
    expect(restored).not.to.equal(diskId);
    await expectData(world, restored, data);

    // Deleting the way back by hand never deletes the snapshot itself: the policy is Retain.
    await kubectl.run(`delete volumesnapshot ${snapshot} -n default`);
    await kubectl.run(`delete volumesnapshotcontent ${contentName}`);
    expect((await snapshots(world)).map(({ id }) => id)).to.include(handle);
  },
};

export const deleteRefused: Story = {
  title: 'delete without a snapshot to be had: the disk stays and an event says why, until there is room again',
  async tell(world) {
    const { ecs, kubectl, namespace } = world;
    await applyClaim(world, { name: 'data', storageClass: 'alicloud-datasafe-essd' });
    const diskId = await attachedDisk(world, 'data');
    await ecs.writeDisk(diskId, 0, someData('data'));
    await detachedDisk(world, 'data', diskId);
    await ecs.addFault({ action: 'CreateSnapshot', effect: { type: 'error', code: 'QuotaExceed.Snapshot' } });
    const volume = (await kubectl.json<{ spec: { volumeName: string } }>(`get pvc data -n ${namespace}`)).spec
      .volumeName;

    await kubectl.run(`delete pvc data -n ${namespace}`);
    await world.event(`PersistentVolume/${volume}`, 'DeleteRefused');
    expect(await ecs.requests('DeleteDisk').then((all) => all.filter((one) => one.parameters['DiskId'] === diskId)))
      .to.be.empty;

    await ecs.clearFaults();
    await kubectl.run(`wait pv/${volume} --for=delete --timeout=120s`);
    await world.waitFor(`volumesnapshot/${diskId}-delprotect`, '{.status.readyToUse}=true', {
      namespace: 'default',
    });
  },
};
