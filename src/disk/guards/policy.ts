import { diskCategories } from '../categories.ts';
import type { ClusterVolume } from '../cluster.ts';
import type { Disk, Tag } from '../disk.ts';
import { tagKeys } from '../tags.ts';

/** What `volumeExpandAutoSnapshot` may say. */
export const expandPolicies = ['forced', 'besteffort', 'closed'] as const;
export type ExpandPolicy = (typeof expandPolicies)[number];

/** The range of RetentionDays at ECS. */
export const maxRetentionDays = 65_536;

/** Names of the StorageClass parameters, which are kept in the attributes of the PersistentVolume. */
const attributes = {
  expand: 'volumeExpandAutoSnapshot',
  deleteRetention: 'volumeDeleteSnapshotRetentionDays',
} as const;

/** A policy, or the text that was found in its place and means nothing. */
export type Policy<Value> = { readonly value: Value } | { readonly invalid: string };

/** The policy before an expansion; first found: tag of the disk, attribute of the volume, `closed`. */
export function expandPolicyOf(disk: Disk, volume: ClusterVolume | undefined): Policy<ExpandPolicy> {
  const text = disk.tags.get(tagKeys.expandPolicy) ?? volume?.attributes.get(attributes.expand) ?? '';
  if (text === '') {
    return { value: 'closed' };
  }
  const value = expandPolicies.find((policy) => policy === text);
  return value === undefined ? { invalid: text } : { value };
}

/** For how many days the snapshot before a deletion is kept; `undefined` when none was asked for. */
export function deleteRetentionOf(disk: Disk, volume: ClusterVolume | undefined): Policy<number | undefined> {
  const text =
    disk.tags.get(tagKeys.deleteSnapshotRetentionDays) ??
    volume?.attributes.get(attributes.deleteRetention) ??
    '';
  if (text === '') {
    return { value: undefined };
  }
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= maxRetentionDays ? { value: days } : { invalid: text };
}

/** Whether a disk with these tags, of one of these categories, may come to be deleted behind a snapshot only. */
export function wantsProtection(categories: readonly string[], tags: readonly Tag[]): boolean {
  const days = tags.find(({ key }) => key === tagKeys.deleteSnapshotRetentionDays)?.value ?? '';
  return days !== '' && categories.some((category) => diskCategories.get(category)?.instantAccess === true);
}

/**
 * Whether a snapshot of the disk can be restored from within seconds. A category that we do not know may be one of those:
 * whether it has snapshots is for ECS to say, before the disk is touched.
 */
export function hasInstantAccess(disk: Disk): boolean {
  return diskCategories.get(disk.category)?.instantAccess !== false;
}
