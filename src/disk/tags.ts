import { createHash } from 'node:crypto';
import type { Tag } from './disk.ts';

/** Tag keys on disks and snapshots. The first block is shared with the Go driver, whose resources keep working. */
export const tagKeys = {
  cluster: 'ack.aliyun.com',
  createdBy: 'createdby',
  kubernetes: 'k8s.aliyun.com',
  diskKey: 'csi.alibabacloud.com/volume-name',
  forceDelete: 'force.delete.snapshot.k8s.aliyun.com',
  deleteSnapshotRetentionDays: 'csi.alibabacloud.com/volume-delete-autosnapshot-retentiondays',
  expandPolicy: 'csi.alibabacloud.com/volume-expand-autosnapshot',
  guard: 'csi.alibabacloud.com/guard',
  guardIntent: 'csi.alibabacloud.com/guard-intent',
  guardRound: 'csi.alibabacloud.com/guard-round',
  guardOutcome: 'csi.alibabacloud.com/guard-outcome',
  /** On a disk that is a clone: the disk that was cloned. */
  clonedFrom: 'csi.alibabacloud.com/cloned-from',
  /** On the snapshot by way of which a disk is cloned: the key of the new disk. */
  cloneFor: 'csi.alibabacloud.com/clone-for',
  /** On the same snapshot: by this one they are listed. */
  cloneSnapshot: 'csi.alibabacloud.com/clone-snapshot',
  pvcName: 'kubernetes.io/created-for/pvc/name',
  pvcNamespace: 'kubernetes.io/created-for/pvc/namespace',
  pvName: 'kubernetes.io/created-for/pv/name',
  snapshotName: 'csi.alibabacloud.com/snapshot/name',
  snapshotNamespace: 'csi.alibabacloud.com/snapshot/namespace',
  groupSnapshotName: 'csi.alibabacloud.com/group-snapshot/name',
  groupSnapshotNamespace: 'csi.alibabacloud.com/group-snapshot/namespace',
  groupDisks: 'csi.alibabacloud.com/group-snapshot/disks',
  groupOutcome: 'csi.alibabacloud.com/group-snapshot/outcome',
} as const;

const createdByValue = 'alibabacloud-csi-plugin';
const maxTagLength = 128;

/** The tag that marks what this cluster owns; without a cluster id, what this driver made anywhere. */
export function ownerTag(clusterId: string | undefined): Tag {
  return clusterId === undefined
    ? { key: tagKeys.createdBy, value: createdByValue }
    : { key: tagKeys.cluster, value: clusterId };
}

/**
 * Whether a resource is this cluster's to clean up. Without a cluster id: of no cluster in particular. Those of clusters with an
 * id carry the tag of the driver too, and whether somebody needs them, only their cluster knows.
 */
export function isOwn(tags: ReadonlyMap<string, string>, clusterId: string | undefined): boolean {
  const owner = ownerTag(clusterId);
  return tags.get(owner.key) === owner.value && tags.get(tagKeys.cluster) === clusterId;
}

/** Whether a resource belongs to this cluster, or to no cluster in particular. */
export function isOursOrNobodys(tags: ReadonlyMap<string, string>, clusterId: string | undefined): boolean {
  const owner = tags.get(tagKeys.cluster);
  return owner === undefined || clusterId === undefined || owner === clusterId;
}

/** Tags of every resource we make. */
export function originTags(clusterId: string | undefined): Tag[] {
  const tags = [{ key: tagKeys.createdBy, value: createdByValue }];
  return clusterId === undefined ? tags : [...tags, { key: tagKeys.cluster, value: clusterId }];
}

/**
 * A text as ECS takes it for a tag value: at most 128 characters, no `aliyun`/`acs:` at the start, no URL. A text that
 * does not fit keeps a readable beginning, where it may, and ends in a hash, so that different texts stay different.
 */
export function toTagValue(text: string): string {
  if (isTagValue(text)) {
    return text;
  }
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 40);
  const beginning = text.slice(0, maxTagLength - hash.length - 1);
  return isAllowedValue(beginning) ? `${beginning}.${hash}` : `sha256.${hash}`;
}

function isAllowedValue(text: string): boolean {
  return !/^(aliyun|acs:)/i.test(text) && !/https?:\/\//i.test(text) && isPrintable(text);
}

function isPrintable(text: string): boolean {
  return !/\p{Cc}/u.test(text) && text.isWellFormed();
}

/** Whether ECS takes the text, as it is, as the value of a tag. */
export function isTagValue(text: string): boolean {
  return text.length <= maxTagLength && isAllowedValue(text);
}

/** Whether ECS takes the text as the key of a tag that a user sets. */
export function isUserTagKey(key: string): boolean {
  return key !== '' && isTagValue(key);
}

/**
 * Keys that only this driver sets: a user tag must not forge a disk's origin, or strip its protection. In any case of
 * letters, since ECS refuses keys that differ in nothing else.
 */
export function isReservedTagKey(key: string): boolean {
  const lowerCase = key.toLowerCase();
  const reserved: readonly string[] = Object.values(tagKeys);
  return (
    reserved.includes(lowerCase) ||
    lowerCase.startsWith('csi.alibabacloud.com/') ||
    lowerCase.startsWith('kubernetes.io/')
  );
}
