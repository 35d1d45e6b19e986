import { expect } from 'chai';
import type { Story, World } from '../system/story.ts';
import {
  applyWrittenClaim,
  attachedDisk,
  boundDisk,
  expectData,
  groups,
  runPod,
  snapshots,
  someData,
  untilAttached,
  untilDetached,
} from './acts.ts';
import {
  byClaim,
  claimOf,
  contentName,
  example,
  generateClaims,
  groupsOf,
  inNamespace,
  retainingClass,
  retainingClassName,
  untilGroupReady,
  type GroupContent,
} from './group-acts.ts';
import { untilStopped } from './stateful-set.ts';

export const groupOfStatefulSet: Story = {
  title:
    'group snapshot of the MySQL StatefulSet: ready, mapped to its claims, one volume and all volumes restored',
  interruption: { moments: [{ action: 'CreateSnapshotGroup' }, { action: 'CreateDisk', skip: 2 }] },
  async tell(world) {
    const { kubectl, namespace } = world;
    await kubectl.run(`apply -n ${namespace} -f -`, example('mysql.yaml'));
    const contents = new Map<string, Buffer>();
    for (const index of [0, 1]) {
      const diskId = await runningReplica(world, index);
      const data = someData(`mysql-${index}`);
      contents.set(`data-mysql-${index}`, data);
      await world.ecs.writeDisk(diskId, 0, data);
    }

    await kubectl.apply(example('group-snapshot-class-demo.yaml'));
    await kubectl.apply(inNamespace(world, example('group-snapshot-demo.yaml')));
    const snapshotOf = byClaim(await untilGroupReady(world, 'group-snapshot-demo'));
    expect(await kubectl.run(`get vgs group-snapshot-demo -n ${namespace}`)).to.match(
      /group-snapshot-demo\s+true/,
    );
    expect([...snapshotOf.keys()].sort()).to.deep.equal([...contents.keys()]);
    const description = await kubectl.run(`describe vgsc ${await contentName(world, 'group-snapshot-demo')}`);
    expect(description).to.match(/Volume Group Snapshot Handle:\s+ssg-\w+/);

    // Option 1 of the document: one volume, beside the old one.
    const one = example('disk-mysql-0-copy.yaml').replace(
      /snapshot-name-of-data-mysql-0/,
      snapshotOf.get('data-mysql-0') ?? '',
    );
    await kubectl.run(`apply -n ${namespace} -f -`, one);
    const copy = await attachedDisk(world, 'disk-mysql-0-copy');
    expect(await kubectl.run(`get pvc disk-mysql-0-copy -n ${namespace}`)).to.match(
      /disk-mysql-0-copy\s+Bound\s+\S+\s+20Gi\s+RWO\s+alicloud-disk-essd/,
    );
    await expectData(world, copy, contents.get('data-mysql-0') ?? Buffer.of());

    // Option 2: all volumes, in place of the old ones.
    await kubectl.run(`scale sts mysql -n ${namespace} --replicas=0`);
    await untilStopped(world, 'mysql');
    for (const index of [1, 0]) {
      await untilDetached(world, await boundDisk(world, `data-mysql-${index}`));
    }
    await kubectl.run(`delete pvc data-mysql-0 data-mysql-1 -n ${namespace} --timeout=60s`);
    const { file } = await generateClaims(world, 'group-snapshot-demo');
    await kubectl.run(`apply -f ${file}`);
    const labelled = await kubectl.run(`get pvc -n ${namespace} -l app=mysql -o name`);
    expect(labelled.trim().split('\n').sort(), 'the next group snapshot finds them').to.deep.equal(
      [...contents.keys()].map((claim) => `persistentvolumeclaim/${claim}`),
    );
    await kubectl.run(`scale sts mysql -n ${namespace} --replicas=2`);
    for (const index of [0, 1]) {
      const diskId = await runningReplica(world, index);
      await expectData(world, diskId, contents.get(`data-mysql-${index}`) ?? Buffer.of());
    }
  },
};

export const groupPolicies: Story = {
  title: 'group snapshot deleted: with Delete the ECS group and its snapshots go, with Retain they stay',
  interruption: { moments: [{ action: 'CreateSnapshotGroup' }, { action: 'DeleteSnapshotGroup' }] },
  async tell(world) {
    const { kubectl, namespace } = world;
    await kubectl.apply(retainingClass);
    for (const name of ['one', 'two']) {
      await applyWrittenClaim(world, claimOf(name));
    }
    const handles: Record<string, string> = {};
    for (const [name, groupClass] of [
      ['with-delete', 'alibabacloud-disk-group-snapshot'],
      ['with-retain', retainingClassName],
    ] as const) {
      const wish = inNamespace(world, example('group-snapshot-demo.yaml'))
        // A backup tool of the user holds on to them, too.
        .replace('name: group-snapshot-demo', `name: ${name}\n  finalizers: [example.com/backup-tool]`)
        .replace('group-snapshot-class-demo', groupClass);
      await kubectl.apply(wish);
      await untilGroupReady(world, name);
      const content = await kubectl.json<GroupContent>(`get vgsc ${await contentName(world, name)}`);
      handles[name] = content.status?.volumeGroupSnapshotHandle ?? '';
    }
    expect(Object.keys(await groups(world))).to.include.members(Object.values(handles));

    const retained = (await groups(world))[handles['with-retain'] ?? ''] ?? [];
    await kubectl.run(`delete vgs with-delete with-retain -n ${namespace} --wait=false`);
    for (const name of ['with-delete', 'with-retain']) {
      const done = '[{"op":"remove","path":"/metadata/finalizers/0"}]';
      await kubectl.run(`patch vgs ${name} -n ${namespace} --type=json --patch ${done}`);
      await kubectl.run(`wait vgs/${name} -n ${namespace} --for=delete --timeout=90s`);
    }
    await world.eventually('the group with the policy Delete is gone from ECS', async () => {
      return !Object.keys(await groups(world)).includes(handles['with-delete'] ?? '');
    });
    expect(Object.keys(await groups(world))).to.include(handles['with-retain']);
    expect(retained).to.have.lengthOf(2);
    expect((await snapshots(world)).map(({ id }) => id)).to.include.members(retained);
    const { items } = await kubectl.json<{ items: GroupContent[] }>('get vgsc');
    const isOf = (name: string) => (content: GroupContent) =>
      content.status?.volumeGroupSnapshotHandle === handles[name];
    const kept = items.find(isOf('with-retain'));
    expect(kept).not.to.equal(undefined);
    const deleted = items.filter(isOf('with-delete'));
    expect(deleted, 'the content goes with the policy Delete').to.deep.equal([]);
  },
};

export const groupAcrossZones: Story = {
  title:
    'group snapshot of disks in two zones: refused with an event that names the disk and its claim; nothing is made',
  interruption: { moments: [] },
  async tell(world) {
    const { kubectl, namespace, nodes } = world;
    const zones = [...new Set(nodes.map(({ zoneId }) => zoneId))];
    const diskIds: string[] = [];
    for (const [index, name] of ['here', 'there'].entries()) {
      diskIds.push((await applyWrittenClaim(world, claimOf(name), zones[index])).diskId);
    }
    const wish = example('group-snapshot-demo.yaml').replace(
      'group-snapshot-class-demo',
      'alibabacloud-disk-group-snapshot',
    );
    await kubectl.apply(inNamespace(world, wish));
    const content = await world.eventually('the content is there', async () => {
      const { items } = await kubectl.json<{ items: GroupContent[] }>('get vgsc');
      return items.find(({ spec }) => spec.volumeGroupSnapshotRef.namespace === namespace)?.metadata.name;
    });
    const message = await world.eventually('the content says why', async () => {
      const { status } = await kubectl.json<GroupContent>(`get vgsc ${content}`);
      return status?.error?.message?.includes('one zone') === true ? status.error.message : undefined;
    });
    expect(message).to.include(`claim ${namespace}/`);
    if (!world.isInterrupted) {
      // Said once, and lost with a sidecar that ends just then.
      await world.event(`VolumeGroupSnapshotContent/${content}`, 'GroupSnapshotCreationFailed', 'one zone');
    }
    await world.event('PersistentVolumeClaim/there', 'GroupSnapshotRefused');
    // It is refused again and again, and each time it is looked for first.
    const { metadata } = await kubectl.json(`get vgs group-snapshot-demo -n ${namespace}`);
    const wanted = { Name: `alibabacloud-disk-${metadata.uid ?? ''}` };
    await world.interruptAt({ action: 'DescribeSnapshotGroups', match: wanted, isUntagged: true });
    expect(await groupsOf(world, diskIds)).to.deep.equal([]);
    await kubectl.run(`delete vgs group-snapshot-demo -n ${namespace} --timeout=60s`);
  },
};

/** Waits for a pod of the StatefulSet, and plays the kubelet: it runs. @returns the disk of its claim. */
async function runningReplica(world: World, index: number): Promise<string> {
  const { kubectl, namespace } = world;
  const pod = `mysql-${index}`;
  await world.eventually(
    `pod ${pod} is there`,
    async () => (await kubectl.run(`get pod ${pod} -n ${namespace}`)) !== '',
  );
  const diskId = await boundDisk(world, `data-${pod}`);
  await untilAttached(world, diskId);
  await runPod(world, pod);
  return diskId;
}
