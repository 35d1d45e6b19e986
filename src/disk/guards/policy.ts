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
  return readExpandPolicy(
    disk.tags.get(tagKeys.expandPolicy) ?? volume?.attributes.get(attributes.expand) ?? '',
  );
}

function readExpandPolicy(text: string): Policy<ExpandPolicy> {
  if (text === '') {
    return { value: 'closed' };
  }
  const value = expandPolicies.find((policy) => policy === text);
  return value === undefined ? { invalid: text } : { value };
}

/** For how many days the snapshot before a deletion is kept; `undefined` when none was asked for. */
export function deleteRetentionOf(disk: Disk, volume: ClusterVolume | undefined): Policy<number | undefined> {
  return readRetention(
    disk.tags.get(tagKeys.deleteSnapshotRetentionDays) ??
      volume?.attributes.get(attributes.deleteRetention) ??
      '',
  );
}

function readRetention(text: string): Policy<number | undefined> {
  if (text === '') {
    return { value: undefined };
  }
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= maxRetentionDays ? { value: days } : { invalid: text };
}

/**
 * The attributes of several volumes of one disk as those of one: of each, what the first says that has it, and of what
 * asks for protection the strongest, since each of them may count on it.
 */
export function mergeAttributes(all: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, string> {
  const merged = new Map(all.toReversed().flatMap((one) => [...one]));
  for (const [key, strengthOf] of [
    [attributes.expand, expandStrength],
    [attributes.deleteRetention, retentionStrength],
  ] as const) {
    const [strongest] = all
      .flatMap((one) => one.get(key) ?? [])
      .toSorted((a, b) => strengthOf(b) - strengthOf(a));
    if (strongest !== undefined) {
      merged.set(key, strongest);
    }
  }
  return merged;
}

/** What means nothing brings a warning, but no snapshot: less than any policy that makes one. */
function expandStrength(text: string): number {
  const policy = readExpandPolicy(text);
  return 'invalid' in policy ? 1 : { closed: 0, besteffort: 2, forced: 3 }[policy.value];
}

/** What means nothing stops the deletion: more than any number of days. */
function retentionStrength(text: string): number {
  const policy = readRetention(text);
  return 'invalid' in policy ? Number.POSITIVE_INFINITY : (policy.value ?? 0);
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
