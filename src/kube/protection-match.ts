import type { DeleteProtection, RecordedProtection } from '../disk/cluster.ts';
import { DiskError } from '../disk/disk-error.ts';
import type { ContentObject, Metadata, SnapshotObject } from './objects.ts';
import { annotationOf, ourLabels, protectionNames, type ProtectionSettings } from './protection-objects.ts';

type Marked = Pick<Metadata, 'labels' | 'annotations'>;

/** Whether this plugin, in this cluster, made the object. */
export function isOurs({ labels }: Marked, settings: ProtectionSettings): boolean {
  return Object.entries(ourLabels(settings)).every(([key, value]) => labels[key] === value);
}

/** An object that holds our place. */
export interface FoundObject {
  /** `VolumeSnapshotContent d-1-delprotect-content` */
  readonly title: string;
  readonly metadata: Marked;
  /** The ECS snapshot it leads to. */
  readonly snapshotId: string | undefined;
  /** Whether everything but the snapshot is as we make it. */
  readonly isShaped: boolean;
}

/**
 * Compares an object of our name with the protection: `same` leads to the snapshot, `older` to a former one of this disk.
 * @throws DiskError `conflict` for an object that is not ours, or leads elsewhere.
 */
export function compareObject(
  found: FoundObject,
  protection: DeleteProtection,
  settings: ProtectionSettings,
): 'same' | 'older' {
  const { title, metadata, snapshotId } = found;
  if (!isOurs(metadata, settings)) {
    const remedy = 'see what it leads to, set its content to deletionPolicy Retain, and remove it';
    throw new DiskError('conflict', `${title} was not made by this plugin for this cluster: ${remedy}`);
  }
  if (!found.isShaped || metadata.annotations[annotationOf.diskId] !== protection.diskId) {
    throw changed(title);
  }
  if (snapshotId === protection.snapshotId) {
    return 'same';
  }
  const cutAt = Date.parse(metadata.annotations[annotationOf.cutAt] ?? '');
  if (cutAt > protection.cutAt.getTime()) {
    const newer = snapshotId ?? 'no snapshot';
    const message = `${title} leads to ${newer}, which is newer than ${protection.snapshotId}`;
    throw new DiskError('conflict', `${message}: remove it if that snapshot is not wanted`);
  }
  return 'older';
}

/**
 * Looks whether the answer to a create is what was to be made: a webhook may have changed it on its way in.
 * @throws DiskError `conflict`
 */
export function assertAsMade(
  found: FoundObject,
  protection: DeleteProtection,
  settings: ProtectionSettings,
): void {
  // What leads to a former snapshot is replaced where it is found; what was made just now is of nobody's past.
  if (compareObject(found, protection, settings) !== 'same') {
    throw changed(found.title);
  }
}

function changed(title: string): DiskError {
  const what = 'leads elsewhere or does not keep its snapshot';
  const remedy = 'see what it leads to, set its content to deletionPolicy Retain, and remove it';
  return new DiskError(
    'conflict',
    `${title} was changed, by somebody or by a webhook, and ${what}: ${remedy}`,
  );
}

/** The content as it is compared. */
export function contentAsFound({ metadata, spec }: ContentObject, settings: ProtectionSettings): FoundObject {
  const { name } = spec.volumeSnapshotRef;
  const isShaped =
    spec.driver === settings.driverName &&
    // With another policy the snapshot would go with its objects, such as those of a namespace that is removed.
    spec.deletionPolicy === 'Retain' &&
    `${name ?? ''}-content` === metadata.name &&
    spec.volumeSnapshotRef.namespace != null;
  return {
    title: `VolumeSnapshotContent ${metadata.name}`,
    metadata,
    snapshotId: spec.source.snapshotHandle ?? undefined,
    isShaped,
  };
}

/** The VolumeSnapshot as it is compared; which snapshot it was made for stands in its annotations. */
export function snapshotAsFound({ metadata, spec }: SnapshotObject): FoundObject {
  return {
    title: `VolumeSnapshot ${metadata.namespace ?? ''}/${metadata.name}`,
    metadata,
    snapshotId: metadata.annotations[annotationOf.snapshotId],
    isShaped: spec.source.volumeSnapshotContentName === `${metadata.name}-content`,
  };
}

/** The record that a content holds; `undefined` when it names no disk or no snapshot. */
export function recordOfContent({ metadata, spec }: ContentObject): RecordedProtection | undefined {
  const { snapshotHandle } = spec.source;
  const { namespace } = spec.volumeSnapshotRef;
  return snapshotHandle == null || namespace == null
    ? undefined
    : recordOfFound(metadata, snapshotHandle, namespace);
}

/** The record that a VolumeSnapshot holds whose content may be gone. */
export function recordOfSnapshot({ metadata }: SnapshotObject): RecordedProtection | undefined {
  const snapshotId = metadata.annotations[annotationOf.snapshotId];
  return snapshotId === undefined || metadata.namespace == null
    ? undefined
    : recordOfFound(metadata, snapshotId, metadata.namespace);
}

/** The record of a protection that was just made. */
export function recordOf(protection: DeleteProtection, namespace: string): RecordedProtection {
  const { diskId, snapshotId, expiresAt } = protection;
  const names = protectionNames(diskId);
  return {
    diskId,
    snapshotId,
    contentName: names.content,
    snapshotName: names.snapshot,
    namespace,
    expiresAt,
  };
}

/** The record that marked objects hold; `undefined` when they name no disk. */
export function recordOfFound(
  { annotations }: Marked,
  snapshotId: string,
  namespace: string,
): RecordedProtection | undefined {
  const diskId = annotations[annotationOf.diskId];
  if (diskId === undefined) {
    return undefined;
  }
  const expiresAt = new Date(annotations[annotationOf.expiresAt] ?? '');
  return {
    diskId,
    snapshotId,
    contentName: `${diskId}-delprotect-content`,
    snapshotName: `${diskId}-delprotect`,
    namespace,
    expiresAt: Number.isNaN(expiresAt.getTime()) ? undefined : expiresAt,
  };
}
