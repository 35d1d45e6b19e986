import { expect } from 'chai';
import { nothingWasDenied, refusedInstallation, untilReady, untilSaid } from './acts.ts';
import type { BareCluster, ClusterStory } from '../system/bare-cluster.ts';
import { applySnapshotCrds } from '../system/snapshot-crds.ts';
import type { World } from '../system/story.ts';
import { eventually } from '../system/wait.ts';
import {
  applyClaim,
  applyWrittenClaim,
  attachedDisk,
  boundDisk,
  expectData,
  groups,
  snapshots,
  someData,
} from '../stories/acts.ts';
import { byClaim, claimOf, example, inNamespace, untilGroupReady } from '../stories/group-acts.ts';

const groupApi = 'groupsnapshot.storage.k8s.io';

export const onlyV1beta2: ClusterStory = {
  title:
    'a cluster whose group snapshots are v1beta1 only is refused with advice; with v1beta2, a group is made, one member restored, and the group deleted',
  async tell(cluster) {
    const { kubectl } = cluster.controlPlane;
    const crds = (versions: readonly string[]) =>
      applySnapshotCrds(kubectl, cluster.place.programs, versions);
    await crds(['v1beta1']);
    await untilServed(cluster, 'v1beta1');
    expect(refusedInstallation(cluster))
      .to.include(`does not serve ${groupApi}/v1 or v1beta2 (only v1beta1)`)
      .and.include('featureGates.EnableVolumeGroupSnapshots=false');

    await crds(['v1beta2']);
    await untilServed(cluster, 'v1beta2');
    const product = await cluster.install([]);
    const world = await cluster.world(product);
    const groupClass = await kubectl.json('get volumegroupsnapshotclass alibabacloud-disk-group-snapshot');
    expect(groupClass.apiVersion).to.equal(`${groupApi}/v1beta2`);
    await groupSnapshot(world);

    // Somebody puts CRDs of another version in.
    await crds(['v1beta1']);
    await untilSaid(world, product, `the cluster serves ${groupApi} as v1beta1 only`);
    await applyClaim(world, { name: 'meanwhile', storageClass: 'alicloud-disk-essd' });
    await attachedDisk(world, 'meanwhile');
    await crds(['v1beta2']);
    await untilReady(world, product);
    await nothingWasDenied(cluster);
  },
};

async function groupSnapshot(world: World): Promise<void> {
  const { kubectl, ecs, namespace } = world;
  const contents = new Map<string, Buffer>();
  for (const name of ['one', 'two']) {
    const { data } = await applyWrittenClaim(world, claimOf(name));
    contents.set(name, data);
  }
  const wish = inNamespace(world, example('group-snapshot-demo.yaml'))
    .replace(`${groupApi}/v1`, `${groupApi}/v1beta2`)
    .replace('group-snapshot-class-demo', 'alibabacloud-disk-group-snapshot');
  await kubectl.apply(wish);
  const snapshotOf = byClaim(await untilGroupReady(world, 'group-snapshot-demo'));
  const [groupId = '', ...others] = Object.keys(await groups(world));
  expect(others).to.deep.equal([]);
  expect(await kubectl.run('get vgsc -o yaml')).to.include(groupId);

  await ecs.writeDisk(await boundDisk(world, 'one'), 0, someData('later'));
  await applyClaim(world, {
    ...{ name: 'restored', storageClass: 'alicloud-disk-essd' },
    snapshot: snapshotOf.get('one') ?? '',
  });
  await expectData(world, await attachedDisk(world, 'restored'), contents.get('one') ?? Buffer.of());

  await kubectl.run(`delete vgs group-snapshot-demo -n ${namespace} --timeout=90s`);
  await world.eventually('the group is gone from ECS', async () => {
    return Object.keys(await groups(world)).length === 0 && (await snapshots(world)).length === 0;
  });
}

/** A change of the CRDs is not seen at once by those who ask what is served. */
async function untilServed({ controlPlane: { kubectl } }: BareCluster, version: string): Promise<void> {
  await eventually(`${groupApi} is served as ${version} only`, async () => {
    const { versions } = JSON.parse(await kubectl.run(`get --raw /apis/${groupApi}`)) as {
      versions: { version: string }[];
    };
    return versions.map((one) => one.version).join() === version;
  });
}
