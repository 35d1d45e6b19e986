import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { Story } from '../system/story.ts';
import {
  applyWrittenClaim,
  attachedDisk,
  deleteClaim,
  detachedDisk,
  disks,
  expectData,
  snapshots,
  volumeOf,
} from './acts.ts';
import { untilProtectionReady } from './snapshot-acts.ts';

const example = (name: string) =>
  readFileSync(new URL(`../../../deploy/examples/datasafe/${name}`, import.meta.url), 'utf8');

interface Content extends KubeObject {
  readonly spec: { readonly deletionPolicy: string; readonly source: { readonly snapshotHandle: string } };
}

export const deleteByMistake: Story = {
  title:
    'delete by mistake: <disk>-delprotect is ready in default, and restores the data in the namespace of the claim',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'DeleteDisk' }, { action: 'CreateDisk', skip: 1 }],
  },
  async tell(world) {
    const { kubectl, namespace } = world;
    const { diskId, data } = await applyWrittenClaim(world, {
      name: 'essd-pvc',
      storageClass: 'alicloud-datasafe-essd',
      size: '30Gi',
    });
    await detachedDisk(world, 'essd-pvc', diskId);
    await deleteClaim(world, 'essd-pvc', diskId);

    const snapshot = `${diskId}-delprotect`;
    const contentName = `${diskId}-delprotect-content`;
    await untilProtectionReady(world, diskId);
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
    const taken = (await snapshots(world)).filter(({ sourceDiskId }) => sourceDiskId === diskId);
    expect(
      taken.map(({ id }) => id),
      'one deletion, one snapshot',
    ).to.deep.equal([handle]);
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
  title:
    'delete without a snapshot to be had: the disk stays and an event says why, until there is room again',
  interruption: { moments: [{ action: 'CreateSnapshot' }, { action: 'DeleteDisk' }] },
  async tell(world) {
    const { ecs, kubectl, namespace } = world;
    const { diskId } = await applyWrittenClaim(world, {
      name: 'data',
      storageClass: 'alicloud-datasafe-essd',
    });
    await detachedDisk(world, 'data', diskId);
    await ecs.addFault({ action: 'CreateSnapshot', effect: { type: 'error', code: 'QuotaExceed.Snapshot' } });
    const volume = (await kubectl.json<{ spec: { volumeName: string } }>(`get pvc data -n ${namespace}`)).spec
      .volumeName;

    await kubectl.run(`delete pvc data -n ${namespace}`);
    await world.event(`PersistentVolume/${volume}`, 'DeleteRefused');
    const deletions = await ecs.requests('DeleteDisk');
    expect(deletions.map(({ parameters }) => parameters['DiskId'])).not.to.include(diskId);

    await ecs.clearFaults();
    await kubectl.run(`wait pv/${volume} --for=delete --timeout=120s`);
    await untilProtectionReady(world, diskId);
  },
};

export const deleteStoppedByStranger: Story = {
  title:
    'delete where an object of somebody else has the name of the record: the disk stays until that is out of the way',
  interruption: { moments: [{ action: 'CreateSnapshot' }, { action: 'DeleteDisk' }] },
  async tell(world) {
    const { kubectl, namespace } = world;
    const { diskId } = await applyWrittenClaim(world, {
      name: 'data',
      storageClass: 'alicloud-datasafe-essd',
    });
    await detachedDisk(world, 'data', diskId);
    await kubectl.apply(`
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: { name: ${diskId}-delprotect, namespace: default }
spec: { source: { persistentVolumeClaimName: something-else } }
`);
    const volume = (await volumeOf(world, 'data')).metadata.name;
    await kubectl.run(`delete pvc data -n ${namespace}`);
    await world.event(`PersistentVolume/${volume}`, 'DeleteRefused', `${diskId}-delprotect`);
    expect((await disks(world)).map(({ id }) => id)).to.include(diskId);

    await kubectl.run(`delete volumesnapshot ${diskId}-delprotect -n default`);
    await kubectl.run(`wait pv/${volume} --for=delete --timeout=120s`);
    await untilProtectionReady(world, diskId);
  },
};

export const protectionExpires: Story = {
  title: 'a protection expires: ECS ends the snapshot after its days, and the objects that led to it go too',
  interruption: { moments: [{ action: 'CreateSnapshot' }, { action: 'DeleteDisk' }] },
  async tell(world) {
    const { ecs, kubectl } = world;
    const { diskId } = await applyWrittenClaim(world, {
      name: 'data',
      storageClass: 'alicloud-datasafe-essd',
    });
    await detachedDisk(world, 'data', diskId);
    await deleteClaim(world, 'data', diskId);
    const name = `${diskId}-delprotect`;
    await untilProtectionReady(world, diskId);

    // Its three days are over at ECS, for this one alone. In Kubernetes the date in the record is set back.
    const [snapshot] = (await snapshots(world)).filter(({ sourceDiskId }) => sourceDiskId === diskId);
    expect(snapshot?.retentionDays).to.equal(3);
    await ecs.control('POST', `/snapshots/${snapshot?.id ?? ''}`, { status: 'expired' });
    const expired = `csi.alibabacloud.com/snapshot-expires-at=${new Date(Date.now() - 1_000).toISOString()}`;
    await kubectl.run(`annotate volumesnapshot ${name} -n default --overwrite ${expired}`);
    await kubectl.run(`annotate volumesnapshotcontent ${name}-content --overwrite ${expired}`);
    await kubectl.run(`wait volumesnapshot/${name} -n default --for=delete --timeout=90s`);
    await kubectl.run(`wait volumesnapshotcontent/${name}-content --for=delete --timeout=30s`);
    expect((await snapshots(world)).map(({ sourceDiskId }) => sourceDiskId)).not.to.include(diskId);
  },
};
