import type { z } from 'zod';
import type { Call } from '../../disk/call.ts';
import { DiskError, isDiskError } from '../../disk/disk-error.ts';
import type {
  DoctorCluster,
  SeenAttachment,
  SeenContainer,
  SeenDeployment,
  SeenVolume,
  SeenVolumes,
} from '../../disk/doctor/doctor-cluster.ts';
import { createKubeApi } from '../api.ts';
import type { Clock } from '../clock.ts';
import { openConnection, type KubeAccess } from '../connection.ts';
import { readExpansionState } from '../expansion-state.ts';
import { snapshotContents, type Metadata, type ResourceType } from '../objects.ts';
import { createObjectStore, listAll, type ObjectStore } from '../store.ts';
import { toClusterVolume } from '../volume-index.ts';
import { listEveryProtection } from './complete-protections.ts';
import { completeStore } from './complete-store.ts';
import {
  attachments,
  csiDrivers,
  csiNodes,
  customResources,
  deployments,
  doctorVolumes,
  groupApiVersions,
  groupClasses,
  groupContents,
  storageClasses,
} from './doctor-objects.ts';

export interface KubeDoctorOptions {
  readonly access: KubeAccess;
  readonly clock: Clock;
  readonly driverName: string;
  readonly clusterId: string | undefined;
}

export interface KubeDoctor extends DoctorCluster, AsyncDisposable {}

/** Reads what the doctor compares, 500 objects a request. @throws Error when the kubeconfig cannot be read. */
export function createKubeDoctor({ access, clock, ...settings }: KubeDoctorOptions): KubeDoctor {
  const connection = openConnection(access, clock);
  const api = createKubeApi({ connection, clock, requestTimeoutMs: 30_000, silenceMs: 100_000 });
  const store = completeStore(createObjectStore(api));
  const protectionSettings = { ...settings, protectionNamespace: 'default' };
  return {
    ...ofStorage(store, settings.driverName),
    ...ofGroups(store, settings.driverName),
    ...ofDeployment(store, settings.driverName),
    listProtections: (call) => listEveryProtection(store, protectionSettings, call),
    expansionState: (volume, sizeGiB, call) => readExpansionState(store, volume, sizeGiB, call),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

function ofStorage(store: ObjectStore, driverName: string) {
  return {
    async listVolumes(call: Call): Promise<SeenVolumes> {
      const all = await listAll(store, doctorVolumes, {}, call);
      const ours = all.flatMap((object): SeenVolume[] => {
        const volume = toClusterVolume(object, driverName);
        return volume === undefined
          ? []
          : [
              {
                ...volume,
                isBeingDeleted: object.metadata.deletionTimestamp != null,
                attributesClass: object.spec.volumeAttributesClassName ?? undefined,
              },
            ];
      });
      return { ours, mentioned: new Set(all.flatMap(({ spec }) => disksMentionedIn(spec))) };
    },
    async listAttachments(call: Call): Promise<SeenAttachment[]> {
      const all = await listAll(store, attachments, {}, call);
      return all.filter(({ spec }) => spec.attacher === driverName).flatMap(attachmentOf);
    },
    async listInstances(call: Call) {
      const all = await listAll(store, csiNodes, {}, call);
      return new Map(
        all.flatMap(({ metadata, spec }): [string, string][] => {
          const driver = spec.drivers?.find(({ name }) => name === driverName);
          return driver === undefined ? [] : [[metadata.name, driver.nodeID]];
        }),
      );
    },
    async listStorageClasses(call: Call) {
      const all = await listAll(store, storageClasses, {}, call);
      return all
        .filter(({ provisioner }) => provisioner === driverName)
        .map(({ metadata, parameters }) => ({
          name: metadata.name,
          parameters: new Map(Object.entries(parameters)),
        }));
    },
  };
}

/** In a volume handle, an option of a flex volume, an attribute, or wherever else. */
function disksMentionedIn(spec: unknown): string[] {
  return JSON.stringify(spec).match(/\bd-[0-9a-z]{1,64}\b/g) ?? [];
}

/** Written by csi-attacher: the id of the node as the driver knows it. */
const nodeIdAnnotation = 'csi.alpha.kubernetes.io/node-id';

function attachmentOf(object: z.infer<typeof attachments.schema>): SeenAttachment[] {
  const { metadata, spec, status } = object;
  const volumeName = spec.source.persistentVolumeName;
  return volumeName == null
    ? []
    : [
        {
          name: metadata.name,
          uid: metadata.uid,
          volumeName,
          nodeName: spec.nodeName,
          instanceId: metadata.annotations[nodeIdAnnotation],
          isAttached: status?.attached === true,
          isBeingDeleted: metadata.deletionTimestamp != null,
        },
      ];
}

function ofGroups(store: ObjectStore, driverName: string) {
  return {
    async listGroupClasses(call: Call) {
      const all = await listInSomeVersion(store, groupClasses, call);
      return all.filter(({ driver }) => driver === driverName).map(({ metadata }) => metadata.name);
    },
    async listSnapshotHandles(call: Call) {
      const all = await listAll(store, snapshotContents, {}, call);
      const ours = all.filter(({ spec }) => spec.driver === driverName);
      return new Set(
        ours.flatMap(({ spec, status }) => status?.snapshotHandle ?? spec.source.snapshotHandle ?? []),
      );
    },
    async listGroupHandles(call: Call) {
      const all = await listInSomeVersion(store, groupContents, call);
      const ours = all.filter(({ spec }) => spec.driver === driverName);
      return new Set(
        ours.flatMap(
          ({ spec, status }) =>
            status?.volumeGroupSnapshotHandle ??
            spec.source.groupSnapshotHandles?.volumeGroupSnapshotHandle ??
            [],
        ),
      );
    },
    async listSnapshotCrds(call: Call) {
      const all = await listAll(store, customResources, {}, call);
      return new Map(
        all
          .filter(({ spec }) => spec.group.endsWith('snapshot.storage.k8s.io'))
          .map(({ metadata, spec }): [string, string[]] => [
            metadata.name,
            spec.versions.filter(({ served }) => served).map(({ name }) => name),
          ]),
      );
    },
  };
}

function ofDeployment(store: ObjectStore, driverName: string) {
  return {
    async findDriver(call: Call) {
      const found = await store.find(csiDrivers, { name: driverName }, call);
      return found === undefined
        ? undefined
        : {
            // What the API server takes for granted.
            attachRequired: found.spec.attachRequired ?? true,
            podInfoOnMount: found.spec.podInfoOnMount ?? false,
          };
    },
    async listDeployments(call: Call): Promise<SeenDeployment[]> {
      const all = await listAll(store, deployments, {}, call);
      return all
        .map(({ metadata, spec }) => ({
          namespace: metadata.namespace ?? '',
          name: metadata.name,
          replicas: spec.replicas ?? 1,
          containers: spec.template.spec.containers.map(containerOf),
        }))
        .filter(({ replicas }) => replicas > 0);
    },
  };
}

type ContainerObject = z.infer<typeof deployments.schema>['spec']['template']['spec']['containers'][number];

function containerOf({ name, image, command, args, env, envFrom }: ContainerObject): SeenContainer {
  const variables = (env ?? []).map((one): [string, string | undefined] => [
    one.name,
    one.valueFrom == null ? (one.value ?? '') : undefined,
  ]);
  return {
    name,
    image: image ?? '',
    args: [...command, ...args],
    env: new Map(variables),
    hasMoreEnv: (envFrom ?? []).length > 0,
  };
}

/** Those of the first version that is served. @throws DiskError `unsupported` when none of them is. */
async function listInSomeVersion<T extends { readonly metadata: Metadata }>(
  store: ObjectStore,
  type: Omit<ResourceType<T>, 'apiVersion'>,
  call: Call,
): Promise<T[]> {
  for (const apiVersion of groupApiVersions) {
    try {
      return await listAll(store, { ...type, apiVersion }, {}, call);
    } catch (error) {
      if (!isDiskError(error, 'unsupported')) {
        throw error;
      }
    }
  }
  const versions = groupApiVersions.join(' or ');
  throw new DiskError('unsupported', `this cluster serves no ${type.plural} of ${versions}`);
}
