import { expect } from 'chai';
import { nothingWasDenied, refusedInstallation, untilReady, untilSaid } from './acts.ts';
import type { ClusterStory } from '../system/bare-cluster.ts';
import { upgradeProduct } from '../system/product.ts';
import { applySnapshotCrds } from '../system/snapshot-crds.ts';
import type { World } from '../system/story.ts';
import {
  applyClaim,
  applyWrittenClaim,
  attachedDisk,
  deleteClaim,
  detachedDisk,
  disks,
  expectData,
  growFileSystem,
  requestSize,
  volumeOf,
} from '../stories/acts.ts';
import { snapshotsOfDisk } from '../stories/snapshot-acts.ts';

/** As deploy/README.md has it for such a cluster. */
const withoutSnapshots = [
  'volumeSnapshotClasses.alibabacloud-disk-snapshot.enabled=false',
  'featureGates.EnableVolumeGroupSnapshots=false',
  'volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot.enabled=false',
];
const missing = 'the cluster does not serve snapshot.storage.k8s.io';

export const withoutSnapshotCrds: ClusterStory = {
  title:
    'a cluster without the snapshot CRDs: said in log, /readyz and an event; volumes work, guarded expansions too; protected disks stay until the CRDs are there',
  async tell(cluster) {
    const { kubectl } = cluster.controlPlane;
    const refusal = refusedInstallation(cluster);
    expect(refusal)
      .to.include('does not serve snapshot.storage.k8s.io/v1')
      .and.include('install the snapshot CRDs');
    for (const value of withoutSnapshots) {
      expect(refusal).to.include(value);
    }

    const product = await cluster.install(withoutSnapshots, ({ status }) => status !== 0);
    const world = await cluster.world(product);
    await untilSaid(world, product, missing);

    await plainVolume(world);
    await guardedExpansion(world);

    const { diskId, data } = await applyWrittenClaim(world, {
      name: 'orders',
      storageClass: 'alicloud-datasafe-essd',
      size: '30Gi',
    });
    await detachedDisk(world, 'orders', diskId);
    const volume = (await volumeOf(world, 'orders')).metadata.name;
    await kubectl.run(`delete pvc orders -n ${world.namespace}`);
    const reason = await world.event(`PersistentVolume/${volume}`, 'DeleteRefused', 'install the CRDs');
    expect(reason).to.include(diskId).and.include('the deletion goes on by itself');
    const asked = await world.ecs.requests('DeleteDisk');
    expect(asked.map(({ parameters }) => parameters['DiskId'])).not.to.include(diskId);
    const taken = await snapshotsOfDisk(world, diskId);
    expect(taken, 'its snapshot is made all the same').to.have.lengthOf(1);

    await applySnapshotCrds(kubectl, cluster.place.programs, ['v1']);
    await world.eventually(
      'the disk is gone',
      async () => (await disks(world)).every(({ id }) => id !== diskId),
      150_000,
    );
    await kubectl.run(`wait pv/${volume} --for=delete --timeout=60s`);
    expect(await snapshotsOfDisk(world, diskId), 'the same snapshot').to.deep.equal(taken);
    const snapshot = `${diskId}-delprotect`;
    await world.waitFor(`volumesnapshot/${snapshot}`, '{.status.readyToUse}=true', {
      namespace: 'default',
      seconds: 150,
    });
    await untilReady(world, product);

    const from = { storageClass: 'alicloud-disk-essd', size: '30Gi', snapshot, namespace: 'default' };
    await applyClaim(world, { name: 'orders', ...from });
    await expectData(world, await attachedDisk({ ...world, namespace: 'default' }, 'orders'), data);

    // What was left out comes with an upgrade.
    upgradeProduct(cluster.place, cluster.ecs, []);
    await kubectl.run('get volumesnapshotclass alibabacloud-disk-snapshot');
    await nothingWasDenied(cluster);
  },
};

async function plainVolume(world: World): Promise<void> {
  const { diskId } = await applyWrittenClaim(world, { name: 'plain', storageClass: 'alicloud-disk-essd' });
  await detachedDisk(world, 'plain', diskId);
  await deleteClaim(world, 'plain', diskId);
}

async function guardedExpansion(world: World): Promise<void> {
  const { diskId, data } = await applyWrittenClaim(world, {
    name: 'grows',
    storageClass: 'alicloud-datasafe-essd',
  });
  await requestSize(world, 'grows', '40Gi');
  await world.event('PersistentVolumeClaim/grows', 'SnapshotCreated');
  await growFileSystem(world, 'grows', '40Gi');
  await world.eventually(
    'the snapshot of the expansion is released',
    async () => (await snapshotsOfDisk(world, diskId)).length === 0,
  );
  expect((await disks(world)).find(({ id }) => id === diskId)).to.include({ sizeGiB: 40 });
  await expectData(world, diskId, data);
}
