import { isoSeconds } from '../clock.ts';
import type { Tag } from '../state/entities.ts';

/** Tags as DescribeDisks, DescribeSnapshots and DescribeInstances write them. */
export function tagKeyTags(tags: readonly Tag[]): object {
  return { Tag: tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })) };
}

/** Tags as DescribeSnapshotGroups writes them. */
export function keyTags(tags: readonly Tag[]): object {
  return { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
}

/** A time that may not have come yet: empty until then. */
export function timeOrEmpty(ms: number | null): string {
  return ms === null ? '' : isoSeconds(ms);
}
