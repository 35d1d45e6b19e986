/** A snapshot, and the claim that it is to be restored into. */
export interface SnapshotRestore {
  readonly snapshotId: string;
  /** Of the claim, such as `30Gi`. */
  readonly size: string;
  readonly namespace: string;
  readonly claim: string;
  /** Where none is named: the default class. */
  readonly storageClass?: string | undefined;
  readonly volumeMode: string;
  readonly driverName: string;
}

const apiVersion = 'snapshot.storage.k8s.io/v1';

/** A VolumeSnapshotContent that leads to the snapshot, the VolumeSnapshot bound to it, and the claim made from that. */
export function objectsToRestore(restore: SnapshotRestore): object[] {
  const { snapshotId, namespace, claim, storageClass, volumeMode } = restore;
  // Without the claim, whose name may be as long as a name can be: two claims may be restored from one VolumeSnapshot.
  const name = `restore-${snapshotId}`;
  const contentName = `${namespace}-${name}`;
  return [
    {
      apiVersion,
      kind: 'VolumeSnapshotContent',
      metadata: { name: contentName },
      spec: {
        // Deleting these objects must never delete the snapshot.
        deletionPolicy: 'Retain',
        driver: restore.driverName,
        source: { snapshotHandle: snapshotId },
        sourceVolumeMode: volumeMode,
        volumeSnapshotRef: { apiVersion, kind: 'VolumeSnapshot', name, namespace },
      },
    },
    {
      apiVersion,
      kind: 'VolumeSnapshot',
      metadata: { name, namespace },
      spec: { source: { volumeSnapshotContentName: contentName } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        volumeMode,
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        resources: { requests: { storage: restore.size } },
        dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name },
      },
    },
  ];
}
