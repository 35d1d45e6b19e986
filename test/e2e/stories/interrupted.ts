import { expect } from 'chai';
import type { Story, World } from '../system/story.ts';
import {
  applyClaim,
  attachedDisk,
  boundDisk,
  detachedDisk,
  disks,
  growFileSystem,
  requestSize,
  someData,
  untilAttached,
  usePod,
  volumeOf,
} from './acts.ts';

/** Who is killed in the middle, and what is left to be said of it. */
interface Victim {
  readonly title: string;
  readonly kill: (world: World) => Promise<void>;
}

const sidecars = ['csi-provisioner', 'csi-attacher', 'csi-resizer', 'csi-snapshotter'];

const victims: readonly Victim[] = [
  {
    title: 'kill -9 of the plugin in both replicas',
    kill: async ({ product }) => void (await Promise.all(product.replicas.map((pod) => pod.kill('plugin')))),
  },
  {
    title: 'kill -9 of every sidecar in both replicas',
    kill: async ({ product }) =>
      void (await Promise.all(product.replicas.flatMap((pod) => sidecars.map((name) => pod.kill(name))))),
  },
  {
    title: 'kill -9 of the API server',
    kill: ({ controlPlane }) => controlPlane.restartApiServer(),
  },
];

/** One story for each victim: five things are under way at ECS when it dies, and each comes to its end once. */
export const interrupted: readonly Story[] = victims.map(({ title, kill }) => ({
  title: `${title} while claims are provisioned, expanded, deleted, snapshotted in a group and attached: all of it completes, once`,
  interruption: { noneBecause: 'somebody is killed in it anyway' },
  async tell(world) {
    const { ecs, kubectl, namespace } = world;
    const ids = await prepare(world);
    const held = await Promise.all([
      hold(world, 'CreateDisk', {}),
      hold(world, 'CreateSnapshot', { DiskId: ids.growing }),
      hold(world, 'CreateSnapshot', { DiskId: ids.doomed }),
      hold(world, 'CreateSnapshotGroup', {}),
      hold(world, 'AttachDisk', { DiskId: ids.idle }),
    ]);
    await applyClaim(world, { name: 'fresh', storageClass: `e2e-${namespace}` });
    await requestSize(world, 'growing', '30Gi');
    await kubectl.run(`delete pvc doomed -n ${namespace} --wait=false`);
    await kubectl.apply(groupOf(namespace));
    await usePod(world, { name: 'wakes', claim: 'idle' });
    await Promise.all(held.map((rule) => ecs.waitForFault(rule)));
    world.say(`five requests are under way: ${title}`);
    await kill(world);

    const fresh = await boundDisk(world, 'fresh');
    const { name } = (await volumeOf(world, 'fresh')).metadata;
    expect((await disks(world)).filter((disk) => disk.name === name || disk.id === fresh)).to.have.lengthOf(
      1,
    );
    await growFileSystem(world, 'growing', '30Gi');
    await world.waitFor(`volumesnapshot/${ids.doomed}-delprotect`, '{.status.readyToUse}=true', {
      namespace: 'default',
    });
    await world.eventually('the deleted disk is gone', async () => {
      return (await disks(world)).every(({ id }) => id !== ids.doomed);
    });
    await world.waitFor('vgs/both', '{.status.readyToUse}=true');
    await untilAttached(world, ids.idle);
    await expectEachOnce(world, ids);
  },
}));

interface Ids {
  readonly growing: string;
  readonly doomed: string;
  readonly left: string;
  readonly idle: string;
}

async function prepare(world: World): Promise<Ids> {
  await world.kubectl.apply(`
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: e2e-${world.namespace} }
provisioner: diskplugin.csi.alibabacloud.com
parameters: { type: cloud_essd }
volumeBindingMode: Immediate
`);
  const usedDisk = async (name: string, storageClass: string) => {
    await applyClaim(world, { name, storageClass, labels: { group: name === 'growing' ? 'no' : 'both' } });
    const diskId = await attachedDisk(world, name);
    await world.ecs.writeDisk(diskId, 0, someData(name));
    return diskId;
  };
  const growing = await usedDisk('growing', 'alicloud-datasafe-essd');
  const doomed = await usedDisk('doomed', 'alicloud-datasafe-essd');
  await detachedDisk(world, 'doomed', doomed);
  // Not of the group: it is being deleted.
  await world.kubectl.run(`label pvc doomed group=no --overwrite -n ${world.namespace}`);
  const left = await usedDisk('left', 'alicloud-disk-essd');
  await usedDisk('right', 'alicloud-disk-essd');
  await applyClaim(world, { name: 'idle', storageClass: `e2e-${world.namespace}` });
  const idle = await boundDisk(world, 'idle');
  return { growing, doomed, left, idle };
}

/** The next such request is held for three seconds before ECS carries it out. @returns the id of the rule. */
function hold({ ecs }: World, action: string, match: Readonly<Record<string, string>>): Promise<string> {
  return ecs.addFault({ action, match, effect: { type: 'delay', ms: 3_000 }, times: 1 });
}

function groupOf(namespace: string): string {
  return `
apiVersion: groupsnapshot.storage.k8s.io/v1
kind: VolumeGroupSnapshot
metadata: { name: both, namespace: ${namespace} }
spec:
  volumeGroupSnapshotClassName: alibabacloud-disk-group-snapshot
  source: { selector: { matchLabels: { group: both } } }
`;
}

/** Whatever was sent twice has been made once. */
async function expectEachOnce({ ecs }: World, { doomed, left }: Ids): Promise<void> {
  const { snapshots } = await ecs.control<{
    snapshots: { sourceDiskId: string; groupId?: string; name: string }[];
  }>('GET', '/state');
  expect(snapshots.filter(({ sourceDiskId }) => sourceDiskId === doomed)).to.have.lengthOf(1);
  expect(snapshots.filter(({ sourceDiskId }) => sourceDiskId === left)).to.have.lengthOf(1);
}
