/** What the people in the stories do again and again. */
import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { World } from '../system/story.ts';

export interface Claim extends KubeObject {
  readonly spec: { readonly volumeName?: string };
  readonly status: {
    readonly phase: string;
    readonly capacity?: { readonly storage: string };
    readonly currentVolumeAttributesClassName?: string;
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
    readonly volumeAttributesClassName?: string;
  };
}

/** A disk as the emulator's account has it. */
export interface EcsDisk {
  readonly id: string;
  readonly name: string;
  readonly zoneId: string;
  readonly sizeGiB: number;
  readonly category: string;
  readonly performanceLevel: string;
  readonly status: string;
  readonly instanceIds: readonly string[];
}

export interface EcsSnapshot {
  readonly id: string;
  readonly name: string;
  readonly sourceDiskId: string;
  /** Empty unless it is a member of a group. */
  readonly groupId: string;
  readonly retentionDays: number | null;
}

export interface ClaimWish {
  readonly name: string;
  readonly storageClass: string;
  readonly size?: string;
  readonly namespace?: string;
  readonly snapshot?: string;
  /** Another claim, to be cloned. */
  readonly cloneOf?: string;
  readonly attributesClass?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Applies a claim. */
export async function applyClaim(world: World, wish: ClaimWish): Promise<void> {
  const { name, storageClass, size = '20Gi', namespace = world.namespace, labels = {} } = wish;
  const source = JSON.stringify(sourceOf(wish));
  await world.kubectl.apply(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name}, namespace: ${namespace}, labels: ${JSON.stringify(labels)} }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ${storageClass}
  resources: { requests: { storage: ${size} } }
  dataSource: ${source}
  volumeAttributesClassName: ${wish.attributesClass ?? 'null'}
`);
}

function sourceOf({ snapshot, cloneOf }: ClaimWish): object | null {
  if (snapshot !== undefined) {
    return { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: snapshot };
  }
  return cloneOf === undefined ? null : { kind: 'PersistentVolumeClaim', name: cloneOf };
}

/** Waits until the claim is bound. @returns the disk behind it. */
export async function boundDisk(
  world: World,
  claimName: string,
  namespace = world.namespace,
): Promise<string> {
  for (let trial = 1; ; trial += 1) {
    try {
      await world.waitFor(`pvc/${claimName}`, '{.status.phase}=Bound', { namespace, seconds: 20 });
      return (await volumeOf(world, claimName, namespace)).spec.csi.volumeHandle;
    } catch (error) {
      if (trial === 5) {
        throw error;
      }
      await rescheduleLostPods(world, claimName, namespace);
    }
  }
}

interface UsingPod extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly volumes: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
}

/**
 * Where the API server has just died, the scheduler may give a pod a node because of an older claim of the same name, which was
 * bound. It does not look again, and nobody provisions the new claim: whoever owns the pod has to make it anew.
 */
async function rescheduleLostPods({ kubectl, say }: World, claimName: string, namespace: string) {
  const claim = await kubectl.json<Claim>(`get pvc ${claimName} -n ${namespace}`);
  if (claim.metadata.annotations?.['volume.kubernetes.io/selected-node'] !== undefined) {
    return;
  }
  const { items } = await kubectl.json<{ items: UsingPod[] }>(`get pods -n ${namespace}`);
  const isLost = ({ spec }: UsingPod) =>
    spec.nodeName !== undefined &&
    spec.volumes.some(({ persistentVolumeClaim: it }) => it?.claimName === claimName);
  for (const { metadata } of items.filter(isLost)) {
    say(`${metadata.name} has a node, but its claim has none: made anew`);
    await kubectl.run(`delete pod ${metadata.name} -n ${namespace} --grace-period=0 --force`);
    const applied = metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
    if (applied !== undefined) {
      await kubectl.apply(applied);
    }
  }
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

/** The ids of the members of each group at ECS, by the id of the group. */
export async function groups({ ecs }: World): Promise<Record<string, readonly string[]>> {
  const state = await ecs.control<{ groups: { id: string; snapshotIds: string[] }[] }>('GET', '/state');
  return Object.fromEntries(state.groups.map(({ id, snapshotIds }) => [id, snapshotIds]));
}

/** A pod that uses the claim. Its node is chosen by the scheduler; nothing runs in it, for lack of a kubelet. */
export async function usePod(
  world: World,
  { name, claim, zone, node }: { name: string; claim: string; zone?: string; node?: string },
): Promise<void> {
  const wanted = { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': node };
  const where = `\n  nodeSelector: ${JSON.stringify(wanted)}`;
  await world.kubectl.apply(`
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${world.namespace} }
spec:${where}
  containers: [{ name: app, image: app, volumeMounts: [{ name: data, mountPath: /data }] }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: ${claim} } }]
`);
}

/** A pod uses the claim: the scheduler gives it a node, and its disk is attached there. @returns the disk. */
export async function attachedDisk(
  world: World,
  claimName: string,
  // All in one zone, as a group snapshot needs them.
  zone = world.nodes[0]?.zoneId ?? '',
): Promise<string> {
  await usePod(world, { name: `uses-${claimName}`, claim: claimName, zone });
  const diskId = await boundDisk(world, claimName);
  await untilAttached(world, diskId);
  return diskId;
}

/**
 * Applies a claim that a pod uses, and writes to its disk.
 * @returns the disk, and what is now at its beginning.
 */
export async function applyWrittenClaim(
  world: World,
  wish: ClaimWish,
  zone?: string,
): Promise<{ diskId: string; data: Buffer }> {
  await applyClaim(world, wish);
  const diskId = await attachedDisk(world, wish.name, zone);
  const data = someData(wish.name);
  await world.ecs.writeDisk(diskId, 0, data);
  return { diskId, data };
}

/** Waits until ECS shows the disk in use. @returns the instance that has it. */
export async function untilAttached(world: World, diskId: string): Promise<string> {
  return await world.eventually(`disk ${diskId} is attached`, async () => {
    const disk = (await disks(world)).find(({ id }) => id === diskId);
    return disk?.status === 'In_use' ? disk.instanceIds[0] : undefined;
  });
}

export async function untilDetached(world: World, diskId: string): Promise<void> {
  await world.eventually(`disk ${diskId} is detached`, async () => {
    return (await disks(world)).some(({ id, status }) => id === diskId && status === 'Available');
  });
}

/** The pod that used the claim is gone (its node had no kubelet to end it), and so its disk is free. */
export async function detachedDisk(world: World, claimName: string, diskId: string): Promise<void> {
  await world.kubectl.run(`delete pod uses-${claimName} -n ${world.namespace} --grace-period=0 --force`);
  await untilDetached(world, diskId);
}

/** Plays the kubelet once the disk has grown: the file system has, too. */
export async function growFileSystem(world: World, claimName: string, size: string): Promise<void> {
  await world.eventually(
    `csi-resizer says that the file system of ${claimName} is to grow`,
    async () => {
      const { status } = await world.kubectl.json<Claim>(`get pvc ${claimName} -n ${world.namespace}`);
      return status.conditions?.some(({ type }) => type === 'FileSystemResizePending');
    },
    120_000,
  );
  // A sidecar that ends with the plugin takes with it the events that it has not sent.
  if (!world.isInterrupted) {
    await world.event(`PersistentVolumeClaim/${claimName}`, 'FileSystemResizeRequired');
  }
  const status = { capacity: { storage: size }, conditions: [], allocatedResourceStatuses: null };
  await world.kubectl.call([
    ...['patch', 'pvc', claimName, '-n', world.namespace, '--subresource=status', '--type=merge'],
    ...['--patch', JSON.stringify({ status })],
  ]);
}

/** Plays the kubelet: the containers of the pod run. */
export async function runPod({ kubectl, namespace }: World, pod: string): Promise<void> {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await kubectl.call([
    ...['patch', 'pod', pod, '-n', namespace, '--subresource=status', '--type=merge'],
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
