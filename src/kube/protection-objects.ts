import type { DeleteProtection } from '../disk/cluster.ts';
import { DiskError } from '../disk/disk-error.ts';

/** What all protections of one plugin have in common. */
export interface ProtectionSettings {
  readonly driverName: string;
  /** Tells our objects from those of another cluster with the same account. */
  readonly clusterId: string | undefined;
  /** The namespace of the VolumeSnapshots; `claim` for that of the claim, where it still exists. */
  readonly protectionNamespace: string;
}

/** The namespace that the product document names, and the one that is always there. */
export const fallbackNamespace = 'default';

const prefix = 'csi.alibabacloud.com';
export const managedBy = {
  'app.kubernetes.io/managed-by': 'csi-datasafe',
  [`${prefix}/protection`]: 'delete',
};

/** Where the object came from, as labels where the value fits into one; the claim stands in the annotations too. */
export const labelOf = {
  diskId: `${prefix}/disk-id`,
  clusterId: `${prefix}/cluster-id`,
  claimNamespace: `${prefix}/claim-namespace`,
  claimName: `${prefix}/claim-name`,
} as const;

export const annotationOf = {
  diskId: `${prefix}/disk-id`,
  snapshotId: `${prefix}/snapshot-id`,
  cutAt: `${prefix}/snapshot-cut-at`,
  expiresAt: `${prefix}/snapshot-expires-at`,
  size: `${prefix}/size`,
  volume: `${prefix}/persistent-volume`,
  storageClass: `${prefix}/storage-class`,
  volumeMode: `${prefix}/volume-mode`,
} as const;

interface NewMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface NewSnapshotContent {
  readonly apiVersion: 'snapshot.storage.k8s.io/v1';
  readonly kind: 'VolumeSnapshotContent';
  readonly metadata: NewMetadata;
  readonly spec: {
    readonly deletionPolicy: 'Retain';
    readonly driver: string;
    readonly source: { readonly snapshotHandle: string };
    readonly sourceVolumeMode?: string;
    readonly volumeSnapshotRef: { readonly name: string; readonly namespace: string };
  };
}

export interface NewSnapshot {
  readonly apiVersion: 'snapshot.storage.k8s.io/v1';
  readonly kind: 'VolumeSnapshot';
  readonly metadata: NewMetadata & { readonly namespace: string };
  readonly spec: { readonly source: { readonly volumeSnapshotContentName: string } };
}

/** The names of the two objects of a disk. @throws DiskError `invalid` when the id makes no name of an object. */
export function protectionNames(diskId: string): { readonly snapshot: string; readonly content: string } {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(diskId)) {
    throw new DiskError('invalid', `disk id ${JSON.stringify(diskId)} makes no name of a Kubernetes object`);
  }
  return { snapshot: `${diskId}-delprotect`, content: `${diskId}-delprotect-content` };
}

/** The content: it holds the ECS snapshot, and keeps it whatever becomes of the objects. */
export function newContent(
  protection: DeleteProtection,
  namespace: string,
  settings: ProtectionSettings,
): NewSnapshotContent {
  const names = protectionNames(protection.diskId);
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: names.content, ...origin(protection, settings) },
    spec: {
      deletionPolicy: 'Retain',
      driver: settings.driverName,
      source: { snapshotHandle: protection.snapshotId },
      ...(protection.volume === undefined ? {} : { sourceVolumeMode: protection.volume.volumeMode }),
      volumeSnapshotRef: { name: names.snapshot, namespace },
    },
  };
}

/** The VolumeSnapshot that a claim names to be restored. */
export function newSnapshot(
  protection: DeleteProtection,
  namespace: string,
  settings: ProtectionSettings,
): NewSnapshot {
  const names = protectionNames(protection.diskId);
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name: names.snapshot, namespace, ...origin(protection, settings) },
    spec: { source: { volumeSnapshotContentName: names.content } },
  };
}

/** The labels by which the protections of this cluster are found. */
export function ourLabels({ clusterId }: ProtectionSettings): Record<string, string> {
  return isLabelValue(clusterId) ? { ...managedBy, [labelOf.clusterId]: clusterId } : { ...managedBy };
}

/** The same, as the label selector of a list. */
export function ourSelector(settings: ProtectionSettings): string {
  return Object.entries(ourLabels(settings))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function origin(protection: DeleteProtection, settings: ProtectionSettings) {
  const { diskId, volume } = protection;
  const claim = {
    [labelOf.claimNamespace]: volume?.claim?.namespace,
    [labelOf.claimName]: volume?.claim?.name,
  };
  const ofVolume = {
    [annotationOf.volume]: volume?.name,
    [annotationOf.storageClass]: volume?.storageClass,
    [annotationOf.volumeMode]: volume?.volumeMode,
  };
  const ofSnapshot = {
    [annotationOf.diskId]: diskId,
    [annotationOf.snapshotId]: protection.snapshotId,
    [annotationOf.cutAt]: protection.cutAt.toISOString(),
    [annotationOf.expiresAt]: protection.expiresAt?.toISOString(),
    [annotationOf.size]: `${protection.sizeGiB}Gi`,
  };
  return {
    labels: withValues({ ...ourLabels(settings), [labelOf.diskId]: diskId, ...claim }, isLabelValue),
    annotations: withValues({ ...ofSnapshot, ...ofVolume, ...claim }, isText),
  };
}

function withValues(
  texts: Readonly<Record<string, string | undefined>>,
  accept: (value: string | undefined) => value is string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) => (accept(value) ? [[key, value] as const] : [])),
  );
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

/** Names of objects may be longer than a label; those are left to the annotations. */
function isLabelValue(value: string | undefined): value is string {
  return value !== undefined && /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(value);
}
