import { randomUUID } from 'node:crypto';
import type { Check } from '../../../src/disk/doctor/check.ts';
import type { DoctorParts } from '../../../src/disk/doctor/looks.ts';
import { examine } from '../../../src/disk/doctor/examine.ts';
import type { CheckResult } from '../../../src/disk/doctor/finding.ts';
import type { NewDisk, Tag } from '../../../src/disk/disk.ts';
import { systemClock } from '../../../src/ecs/clock.ts';
import { createKubeDoctor } from '../../../src/kube/doctor/kube-doctor.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { startKubeApi, type KubeApi, type KubeObject } from '../../support/kube-api/kube-api.ts';
import { aCall, connect, newDisk, newSnapshot, ownerTag, regionId } from '../ecs/set-up.ts';
import { driverName, volumeObject } from '../kube/set-up.ts';

export { aCall, driverName, ownerTag, regionId };

export const clusterId = ownerTag.value;
export const hourMs = 3_600_000;

/** An emulator, a stand-in for the Kubernetes API, and the doctor between them. */
export interface Site extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly api: KubeApi;
  readonly cloud: ReturnType<typeof connect>;
  /** What the doctor is made of. */
  readonly parts: DoctorParts;
  /** What one check says; two hours from now, unless another time is given. */
  examine(check: Check, changes?: Partial<DoctorParts>): Promise<CheckResult>;
  /** A disk of this cluster that can be used. */
  makeDisk(changes?: Partial<NewDisk>): Promise<string>;
  /** A disk of this cluster with its PersistentVolume `pv-<disk>`. */
  makeVolume(changes?: Partial<NewDisk>, more?: object): Promise<string>;
  /** Attaches a disk behind the back of Kubernetes. @returns the instance. */
  attach(diskId: string): Promise<string>;
  /** Puts a VolumeAttachment of the volume to the node of the instance, and that node. */
  putAttachment(diskId: string, instanceId: string, more?: AttachmentMore): Promise<void>;
  /** A finished snapshot of the free disk, which is written to first, with these tags beside that of the cluster. */
  makeSnapshot(
    diskId: string,
    tags: readonly Tag[],
    more?: { readonly retentionDays?: number; readonly owner?: Tag },
  ): Promise<string>;
  put(...objects: readonly KubeObject[]): Promise<void>;
  /** Refuses these actions of ECS to everybody. */
  denyActions(...actions: string[]): Promise<void>;
  /** ECS answers every look with nothing, as it does to those who have no right to see a resource. */
  hideEverything(): Promise<void>;
}

export interface AttachmentMore {
  /** `pv-<disk>` by default. */
  readonly volumeName?: string;
  readonly attached?: boolean;
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export async function startSite(): Promise<Site> {
  const emulator = await startEmulator();
  await emulator.configure({ createDiskMs: 0, cutMs: 0, uploadMs: 0 });
  const api = await startKubeApi();
  const cloud = connect({ endpoint: emulator.endpoint });
  const cluster = createKubeDoctor({
    access: { mode: 'kubeconfig', path: api.kubeconfig },
    clock: systemClock,
    driverName,
    clusterId,
  });
  const parts = { cloud, cluster, driverName, regionId, clusterId, now: () => Date.now() + 2 * hourMs };
  const ramPolicy = (policy: object) =>
    emulator.configure({ ramPolicies: [{ accessKeyId: 'emulator-access-key', ...policy }] });
  const makeDisk = async (changes: Partial<NewDisk> = {}) => {
    const diskId = await cloud.createDisk(newDisk({ name: `disk-${randomUUID()}`, ...changes }), aCall());
    await cloud.waitForDisk(diskId, (disk) => disk?.status === 'Available', aCall());
    return diskId;
  };
  return {
    emulator,
    api,
    cloud,
    parts,
    makeDisk,
    async examine(check, changes = {}) {
      const [result] = (await examine({ ...parts, ...changes }, [check], [], aCall())).results;
      if (result === undefined) {
        throw new Error(`no result of ${check.name}`);
      }
      return result;
    },
    async makeVolume(changes, more = {}) {
      const diskId = await makeDisk(changes);
      await api.put(volumeObject(diskId, `pv-${diskId}`, more));
      return diskId;
    },
    async attach(diskId) {
      await emulator.attach(diskId);
      const disk = await cloud.findDisk(diskId, aCall());
      return disk?.attachments[0]?.instanceId ?? '';
    },
    async putAttachment(
      diskId,
      instanceId,
      { attached = true, volumeName = `pv-${diskId}`, ...metadata } = {},
    ) {
      await api.put(csiNode(instanceId));
      await api.put({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        metadata: { name: `csi-${diskId}-${instanceId}`, ...metadata },
        spec: {
          attacher: driverName,
          nodeName: `node-${instanceId}`,
          source: { persistentVolumeName: volumeName },
        },
        status: { attached },
      });
    },
    async makeSnapshot(diskId, tags, { retentionDays, owner = ownerTag } = {}) {
      await emulator.attach(diskId);
      await emulator.writeDisk(diskId, 0, Buffer.from(diskId));
      await emulator.detach(diskId);
      const wish = newSnapshot(diskId, { retentionDays, tags: [owner, ...tags] });
      const id = await cloud.createSnapshot(wish, aCall());
      await cloud.waitForSnapshot(id, (snapshot) => snapshot?.status === 'accomplished', aCall());
      return id;
    },
    async put(...objects) {
      for (const object of objects) {
        await api.put(object);
      }
    },
    denyActions: (...deniedActions) => ramPolicy({ deniedActions }),
    hideEverything: () => ramPolicy({ isInvisible: true }),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      cloud.close();
      await api[Symbol.asyncDispose]();
      await emulator[Symbol.asyncDispose]();
    },
  };
}

function csiNode(instanceId: string): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: `node-${instanceId}` },
    spec: { drivers: [{ name: driverName, nodeID: instanceId }] },
  };
}

/** What has no finding, and was looked at. */
export function silent(check: Check): CheckResult {
  return { check: check.name, findings: [], notLooked: [] };
}

/** What a PersistentVolume of this driver says of its disk. */
export function csiOf(volumeHandle: string, volumeAttributes: Readonly<Record<string, string>>): object {
  return { driver: 'diskplugin.csi.alibabacloud.com', volumeHandle, volumeAttributes };
}
