import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { Story } from '../system/story.ts';
import {
  applyClaim,
  applyWrittenClaim,
  attachedDisk,
  expectData,
  groups,
  snapshots,
  someData,
} from './acts.ts';
import {
  claimOf,
  contentName,
  example,
  groupsOf,
  inNamespace,
  retainingClass,
  retainingClassName,
  untilGroupReady,
  type GroupContent,
} from './group-acts.ts';
import { applySnapshot, snapshotsOfDisk, untilSnapshotReady } from './snapshot-acts.ts';

interface SnapshotContent extends KubeObject {
  readonly status: { readonly snapshotHandle: string };
}

export const snapshotTakenOver: Story = {
  title:
    'A snapshot that is there already becomes a VolumeSnapshot by hand: a claim is restored from it, and it goes with it',
  interruption: {
    moments: [{ action: 'CreateSnapshot' }, { action: 'CreateDisk', skip: 1 }, { action: 'DeleteSnapshot' }],
  },
  async tell(world) {
    const { kubectl, ecs, namespace } = world;
    const { diskId, data } = await applyWrittenClaim(world, {
      name: 'data',
      storageClass: 'alicloud-disk-essd',
    });
    await applySnapshot(world, 'first', 'data');
    await untilSnapshotReady(world, 'first');

    // Kubernetes forgets the snapshot, ECS keeps it.
    const path = '{.status.boundVolumeSnapshotContentName}';
    const name = await kubectl.run(`get volumesnapshot first -n ${namespace} -o jsonpath=${path}`);
    const content = await kubectl.json<SnapshotContent>(`get volumesnapshotcontent ${name}`);
    await kubectl.call([
      ...['patch', 'volumesnapshotcontent', name, '--type=merge'],
      ...['--patch', JSON.stringify({ spec: { deletionPolicy: 'Retain' } })],
    ]);
    await kubectl.run(`delete volumesnapshot first -n ${namespace} --timeout=60s`);
    await kubectl.run(`delete volumesnapshotcontent ${name} --timeout=60s`);
    const kept = [content.status.snapshotHandle];
    expect(await snapshotsOfDisk(world, diskId)).to.deep.equal(kept);

    await ecs.writeDisk(diskId, 0, someData('later'));
    await kubectl.apply(importedSnapshot(namespace, content.status.snapshotHandle));
    await untilSnapshotReady(world, 'imported');
    await applyClaim(world, { name: 'restored', storageClass: 'alicloud-disk-essd', snapshot: 'imported' });
    await expectData(world, await attachedDisk(world, 'restored'), data);
    expect(await snapshotsOfDisk(world, diskId)).to.deep.equal(kept);

    await kubectl.run(`delete volumesnapshot imported -n ${namespace} --timeout=90s`);
    await world.eventually(
      'the snapshot is gone from ECS',
      async () => (await snapshotsOfDisk(world, diskId)).length === 0,
    );
  },
};

export const groupTakenOver: Story = {
  title:
    'A group that is there already becomes a VolumeGroupSnapshot by hand, and with Delete it and its snapshots go with it',
  interruption: {
    moments: [{ action: 'CreateSnapshotGroup' }, { action: 'DeleteSnapshotGroup' }],
  },
  async tell(world) {
    const { kubectl, namespace } = world;
    await kubectl.apply(retainingClass);
    const diskIds: string[] = [];
    for (const name of ['one', 'two']) {
      const { diskId } = await applyWrittenClaim(world, claimOf(name));
      diskIds.push(diskId);
    }
    const wish = example('group-snapshot-demo.yaml').replace('group-snapshot-class-demo', retainingClassName);
    await kubectl.apply(inNamespace(world, wish));
    await untilGroupReady(world, 'group-snapshot-demo');
    const name = await contentName(world, 'group-snapshot-demo');
    const content = await kubectl.json<GroupContent>(`get vgsc ${name}`);
    const handle = content.status?.volumeGroupSnapshotHandle ?? '';
    expect(await groupsOf(world, diskIds), 'one wish, one group').to.deep.equal([handle]);
    const members = (await groups(world))[handle] ?? [];
    expect(members).to.have.lengthOf(2);

    await kubectl.run(`delete vgs group-snapshot-demo -n ${namespace} --timeout=90s`);
    await kubectl.run(`delete vgsc ${name} --wait=false`);
    expect(Object.keys(await groups(world))).to.include(handle);
    await kubectl.apply(importedGroup(namespace, handle, members));
    await world.waitFor('vgs/imported', '{.status.readyToUse}=true');

    await kubectl.run(`delete vgs imported -n ${namespace} --timeout=90s`);
    await world.eventually('the group is gone from ECS', async () => {
      return !Object.keys(await groups(world)).includes(handle);
    });
    expect((await snapshots(world)).map(({ id }) => id)).not.to.include.members(members);
  },
};

function importedSnapshot(namespace: string, handle: string): string {
  return `
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotContent
metadata: { name: imported-${namespace} }
spec:
  deletionPolicy: Delete
  driver: diskplugin.csi.alibabacloud.com
  source: { snapshotHandle: ${handle} }
  volumeSnapshotRef: { name: imported, namespace: ${namespace} }
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: { name: imported, namespace: ${namespace} }
spec:
  source: { volumeSnapshotContentName: imported-${namespace} }
`;
}

function importedGroup(namespace: string, handle: string, members: readonly string[]): string {
  return `
apiVersion: groupsnapshot.storage.k8s.io/v1
kind: VolumeGroupSnapshotContent
metadata: { name: imported-${namespace} }
spec:
  deletionPolicy: Delete
  driver: diskplugin.csi.alibabacloud.com
  source:
    groupSnapshotHandles:
      volumeGroupSnapshotHandle: ${handle}
      volumeSnapshotHandles: ${JSON.stringify(members)}
  volumeGroupSnapshotRef: { name: imported, namespace: ${namespace} }
---
apiVersion: groupsnapshot.storage.k8s.io/v1
kind: VolumeGroupSnapshot
metadata: { name: imported, namespace: ${namespace} }
spec:
  source: { volumeGroupSnapshotContentName: imported-${namespace} }
`;
}
