/** What the people in the stories do again and again. */
import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { World } from '../system/story.ts';

export interface Claim extends KubeObject {
  readonly spec: { readonly volumeName?: string; readonly storageClassName: string };
  readonly status: {
    readonly phase: string;
    readonly capacity?: { readonly storage: string };
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface Volume extends KubeObject {
  readonly spec: {
    readonly csi: {
      readonly volumeHandle: string;
      readonly volumeAttributes?: Readonly<Record<string, string>>;
    };
    readonly capacity: { readonly storage: string };
    readonly nodeAffinity?: unknown;
  };
}

/** A disk as the emulator's account has it. */
export interface EcsDisk {
  readonly id: string;
  readonly name: string;
  readonly zoneId: string;
  readonly sizeGiB: number;
  readonly category: string;
  readonly status: string;
  readonly instanceIds: readonly string[];
}

export interface EcsSnapshot {
  readonly id: string;
  readonly name: string;
  readonly sourceDiskId: string;
}

export interface ClaimWish {
  readonly name: string;
  readonly storageClass: string;
  readonly size?: string;
  readonly namespace?: string;
  readonly snapshot?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Applies a claim. */
export async function applyClaim(world: World, wish: ClaimWish): Promise<void> {
  const { name, storageClass, size = '20Gi', namespace = world.namespace, snapshot, labels = {} } = wish;
  const source =
    snapshot === undefined
      ? ''
      : `
  dataSource: { apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: ${snapshot} }`;
  await world.kubectl.apply(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name}, namespace: ${namespace}, labels: ${JSON.stringify(labels)} }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ${storageClass}
  resources: { requests: { storage: ${size} } }${source}
`);
}

/** Waits until the claim is bound. @returns the disk behind it. */
export async function boundDisk(
  world: World,
  claimName: string,
  namespace = world.namespace,
): Promise<string> {
  await world.waitFor(`pvc/${claimName}`, '{.status.phase}=Bound', { namespace });
  return (await volumeOf(world, claimName, namespace)).spec.csi.volumeHandle;
}

export async function volumeOf(
  world: World,
  claimName: string,
  namespace = world.namespace,
): Promise<Volume> {
  const claim = await world.kubectl.json<Claim>(`get pvc ${claimName} -n ${namespace}`);
  return await world.kubectl.json<Volume>(`get pv ${claim.spec.volumeName ?? ''}`);
}

export async function disks({ ecs }: World): Promise<EcsDisk[]> {
  return (await ecs.control<{ disks: EcsDisk[] }>('GET', '/state')).disks;
}

export async function snapshots({ ecs }: World): Promise<EcsSnapshot[]> {
  return (await ecs.control<{ snapshots: EcsSnapshot[] }>('GET', '/state')).snapshots;
}

/** A pod that uses the claim. Its node is chosen by the scheduler; nothing runs in it, for lack of a kubelet. */
export async function usePod(
  world: World,
  { name, claim, zone }: { name: string; claim: string; zone?: string },
): Promise<void> {
  const where = zone === undefined ? '' : `\n  nodeSelector: { topology.kubernetes.io/zone: ${zone} }`;
  await world.kubectl.apply(`
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${world.namespace} }
spec:${where}
  containers: [{ name: app, image: app, volumeMounts: [{ name: data, mountPath: /data }] }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: ${claim} } }]
`);
}

/** A pod uses the claim, so that it is bound, and its disk attached to the node of the pod. @returns the disk. */
export async function attachedDisk(
  world: World,
  claimName: string,
  // All in one zone, as a group snapshot needs them.
  zone = world.nodes[0]?.zoneId ?? '',
): Promise<string> {
  await usePod(world, { name: `uses-${claimName}`, claim: claimName, zone });
  const diskId = await boundDisk(world, claimName);
  await world.ecs.attach(diskId);
  return diskId;
}

/** The pod that used the claim is gone, and its disk free. */
export async function detachedDisk(world: World, claimName: string, diskId: string): Promise<void> {
  await world.kubectl.run(`delete pod uses-${claimName} -n ${world.namespace} --grace-period=0 --force`);
  await world.ecs.detach(diskId);
  await world.eventually(`disk ${diskId} is detached`, async () => {
    return (await disks(world)).some(({ id, instanceIds }) => id === diskId && instanceIds.length === 0);
  });
}

/** Plays the kubelet once the disk has grown: the file system has, too. */
export async function growFileSystem(world: World, claimName: string, size: string): Promise<void> {
  await world.event(`PersistentVolumeClaim/${claimName}`, 'FileSystemResizeRequired');
  const status = { capacity: { storage: size }, conditions: [], allocatedResourceStatuses: null };
  await world.kubectl.call([
    ...['patch', 'pvc', claimName, '-n', world.namespace, '--subresource=status', '--type=merge'],
    ...['--patch', JSON.stringify({ status })],
  ]);
}

/** Asks for more space, as the product document does. */
export async function requestSize(world: World, claimName: string, size: string): Promise<void> {
  await world.kubectl.call([
    ...['patch', 'pvc', claimName, '-n', world.namespace, '-p'],
    JSON.stringify({ spec: { resources: { requests: { storage: size } } } }),
  ]);
}

/** Deletes a claim and waits until its disk is gone as well. */
export async function deleteClaim(world: World, claimName: string, diskId: string): Promise<void> {
  await world.kubectl.run(`delete pvc ${claimName} -n ${world.namespace} --wait=false`);
  await world.eventually(
    `disk ${diskId} is gone`,
    async () => {
      return (await disks(world)).every(({ id }) => id !== diskId);
    },
    120_000,
  );
}

/** Known bytes: a fresh pattern for each call. */
export function someData(seed: string, bytes = 256 * 1024): Buffer {
  return Buffer.alloc(bytes, `${seed}|${Math.random().toString(36).slice(2)}|`);
}

/** Compares the first bytes of a disk with what was written there. */
export async function expectData({ ecs, say }: World, diskId: string, data: Buffer): Promise<void> {
  const found = await ecs.readDisk(diskId, 0, data.length);
  expect(
    found.equals(data),
    `the first ${data.length} bytes of ${diskId} are those that were written`,
  ).to.equal(true);
  say(`the first ${data.length} bytes of ${diskId} are those that were written`);
}
