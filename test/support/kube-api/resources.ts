/** A Kubernetes object as it goes over the wire. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** One type of object that the fake API server knows. */
export interface Resource {
  readonly apiVersion: string;
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** The fields beside apiVersion, kind and metadata. */
  readonly fields: readonly string[];
  readonly specFields: readonly string[];
  /** A status that an ordinary write leaves alone. */
  readonly hasStatus: boolean;
}

const snapshotApi = 'snapshot.storage.k8s.io/v1';

export const resources: readonly Resource[] = [
  {
    apiVersion: 'v1',
    plural: 'namespaces',
    kind: 'Namespace',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: ['finalizers'],
    hasStatus: true,
  },
  {
    apiVersion: 'v1',
    plural: 'nodes',
    kind: 'Node',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: ['providerID', 'taints', 'unschedulable'],
    hasStatus: true,
  },
  {
    apiVersion: 'v1',
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: [
      'accessModes',
      'capacity',
      'claimRef',
      'csi',
      'mountOptions',
      'nodeAffinity',
      'persistentVolumeReclaimPolicy',
      'storageClassName',
      'volumeAttributesClassName',
      'volumeMode',
    ],
    hasStatus: true,
  },
  {
    apiVersion: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    isNamespaced: true,
    fields: ['spec', 'status'],
    specFields: [
      'accessModes',
      'dataSource',
      'dataSourceRef',
      'resources',
      'selector',
      'storageClassName',
      'volumeAttributesClassName',
      'volumeMode',
      'volumeName',
    ],
    hasStatus: true,
  },
  {
    apiVersion: 'v1',
    plural: 'events',
    kind: 'Event',
    isNamespaced: true,
    fields: [
      'action',
      'count',
      'eventTime',
      'firstTimestamp',
      'involvedObject',
      'lastTimestamp',
      'message',
      'reason',
      'related',
      'reportingComponent',
      'reportingInstance',
      'series',
      'source',
      'type',
    ],
    specFields: [],
    hasStatus: false,
  },
  {
    apiVersion: snapshotApi,
    plural: 'volumesnapshots',
    kind: 'VolumeSnapshot',
    isNamespaced: true,
    fields: ['spec', 'status'],
    specFields: ['source', 'volumeSnapshotClassName'],
    hasStatus: true,
  },
  {
    apiVersion: snapshotApi,
    plural: 'volumesnapshotcontents',
    kind: 'VolumeSnapshotContent',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: [
      'deletionPolicy',
      'driver',
      'source',
      'sourceVolumeMode',
      'volumeSnapshotClassName',
      'volumeSnapshotRef',
    ],
    hasStatus: true,
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'volumeattachments',
    kind: 'VolumeAttachment',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: ['attacher', 'nodeName', 'source'],
    hasStatus: true,
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csinodes',
    kind: 'CSINode',
    isNamespaced: false,
    fields: ['spec'],
    specFields: ['drivers'],
    hasStatus: true,
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'storageclasses',
    kind: 'StorageClass',
    isNamespaced: false,
    fields: ['allowVolumeExpansion', 'parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'],
    specFields: [],
    hasStatus: true,
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csidrivers',
    kind: 'CSIDriver',
    isNamespaced: false,
    fields: ['spec'],
    specFields: ['attachRequired', 'podInfoOnMount'],
    hasStatus: true,
  },
  {
    apiVersion: 'apps/v1',
    plural: 'deployments',
    kind: 'Deployment',
    isNamespaced: true,
    fields: ['spec', 'status'],
    specFields: ['replicas', 'selector', 'strategy', 'template'],
    hasStatus: true,
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    plural: 'leases',
    kind: 'Lease',
    isNamespaced: true,
    fields: ['spec'],
    specFields: ['acquireTime', 'holderIdentity', 'leaseDurationSeconds', 'leaseTransitions', 'renewTime'],
    hasStatus: false,
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: ['group', 'names', 'scope', 'versions'],
    hasStatus: true,
  },
  {
    apiVersion: 'groupsnapshot.storage.k8s.io/v1',
    plural: 'volumegroupsnapshotclasses',
    kind: 'VolumeGroupSnapshotClass',
    isNamespaced: false,
    fields: ['deletionPolicy', 'driver', 'parameters'],
    specFields: [],
    hasStatus: true,
  },
  {
    apiVersion: 'groupsnapshot.storage.k8s.io/v1',
    plural: 'volumegroupsnapshotcontents',
    kind: 'VolumeGroupSnapshotContent',
    isNamespaced: false,
    fields: ['spec', 'status'],
    specFields: [
      'deletionPolicy',
      'driver',
      'source',
      'volumeGroupSnapshotClassName',
      'volumeGroupSnapshotRef',
    ],
    hasStatus: true,
  },
];

export function resourceNamed(plural: string): Resource | undefined {
  return resources.find((one) => one.plural === plural);
}
