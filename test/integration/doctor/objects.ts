import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { driverName } from '../kube/set-up.ts';
import { clusterId } from './site.ts';

export function storageClass(name: string, parameters: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: driverName,
    parameters,
  };
}

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly args: readonly string[];
  readonly env?: readonly object[];
  readonly envFrom?: readonly object[];
}

/** The plugin as the chart starts it. */
export function pluginContainer(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name: 'plugin',
    image: 'registry.example/csi-datasafe:0.1.0',
    args: [
      ...['serve', '--endpoint=unix:///csi/csi.sock', `--driver-name=${driverName}`],
      '--feature-gates=EnableVolumeGroupSnapshots=true',
    ],
    env: [
      { name: 'REGION_ID', value: 'cn-hangzhou' },
      { name: 'CLUSTER_ID', value: clusterId },
      { name: 'VOLUME_DEL_AUTO_SNAP', value: 'true' },
    ],
    ...changes,
  };
}

/** A sidecar as the chart starts it. */
export function sidecar(name: string, version: string, ...args: string[]): ContainerSpec {
  return {
    name,
    image: `registry.k8s.io/sig-storage/${name}:${version}`,
    args: ['--csi-address=/csi/csi.sock', '--leader-election', '--timeout=150s', ...args],
  };
}

export const chartSidecars: readonly ContainerSpec[] = [
  sidecar('csi-provisioner', 'v6.3.0', '--extra-create-metadata', '--strict-topology'),
  sidecar('csi-attacher', 'v4.12.0'),
  sidecar('csi-resizer', 'v2.2.0', '--handle-volume-inuse-error=false'),
  sidecar(
    ...(['csi-snapshotter', 'v8.6.0'] as const),
    ...['--extra-create-metadata', '--feature-gates=CSIVolumeGroupSnapshot=true'],
  ),
];

export function deployment(
  name: string,
  containers: readonly ContainerSpec[] = [pluginContainer(), ...chartSidecars],
  replicas = 2,
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'kube-system' },
    spec: { replicas, selector: {}, template: { spec: { containers } } },
  };
}

export function csiDriverObject(attachRequired = true): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: driverName },
    spec: { attachRequired, podInfoOnMount: true },
  };
}

const kinds: Readonly<Record<string, readonly string[]>> = {
  'snapshot.storage.k8s.io': ['volumesnapshots', 'volumesnapshotcontents', 'volumesnapshotclasses'],
  'groupsnapshot.storage.k8s.io': [
    'volumegroupsnapshots',
    'volumegroupsnapshotcontents',
    'volumegroupsnapshotclasses',
  ],
};

/** The CRDs of snapshots and group snapshots. */
export function snapshotCrdObjects(groupVersion = 'v1'): KubeObject[] {
  return Object.entries(kinds).flatMap(([group, plurals]) =>
    plurals.map((plural) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { plural },
        versions: [
          { name: group.startsWith('group') ? groupVersion : 'v1', served: true },
          { name: 'v1alpha1', served: false },
        ],
      },
    })),
  );
}

export function groupClass(name: string): KubeObject {
  return {
    apiVersion: 'groupsnapshot.storage.k8s.io/v1',
    kind: 'VolumeGroupSnapshotClass',
    metadata: { name },
    driver: driverName,
    deletionPolicy: 'Delete',
  };
}

export function groupContent(groupId: string): KubeObject {
  return {
    apiVersion: 'groupsnapshot.storage.k8s.io/v1',
    kind: 'VolumeGroupSnapshotContent',
    metadata: { name: `content-${groupId}` },
    spec: { driver: driverName, deletionPolicy: 'Retain', source: { volumeHandles: [] } },
    status: { volumeGroupSnapshotHandle: groupId },
  };
}

/** A VolumeSnapshotContent and the VolumeSnapshot that it leads to, as the guard before a deletion makes them. */
export function protectionObjects(diskId: string, snapshotId: string, expiresAt: Date): KubeObject[] {
  const prefix = 'csi.alibabacloud.com';
  const marks = {
    labels: {
      'app.kubernetes.io/managed-by': 'csi-datasafe',
      [`${prefix}/protection`]: 'delete',
      [`${prefix}/cluster-id`]: clusterId,
    },
    annotations: {
      [`${prefix}/disk-id`]: diskId,
      [`${prefix}/snapshot-id`]: snapshotId,
      [`${prefix}/snapshot-expires-at`]: expiresAt.toISOString(),
    },
  };
  const name = `${diskId}-delprotect`;
  const apiVersion = 'snapshot.storage.k8s.io/v1';
  return [
    {
      apiVersion,
      kind: 'VolumeSnapshotContent',
      metadata: { name: `${name}-content`, ...marks },
      spec: {
        deletionPolicy: 'Retain',
        driver: driverName,
        source: { snapshotHandle: snapshotId },
        volumeSnapshotRef: { name, namespace: 'default' },
      },
    },
    {
      apiVersion,
      kind: 'VolumeSnapshot',
      metadata: { name, namespace: 'default', ...marks },
      spec: { source: { volumeSnapshotContentName: `${name}-content` } },
    },
  ];
}
