import type { DescribeSnapshotGroupsResponseBodySnapshotGroupsSnapshotGroup } from '@alicloud/ecs20140526';
import type { GroupMember, SnapshotGroup } from '../disk/groups/snapshot-group.ts';
import { unreadableAnswer } from './ecs-request.ts';
import { UnreadableEntry } from './read-entries.ts';
import type { SdkFields } from './sdk-types.ts';
import { tagMap, textOrUndefined } from './sdk-types.ts';
import { snapshotStatusOf } from './to-snapshot.ts';

/** A group as the SDK hands it over. */
export type SdkSnapshotGroup = SdkFields<DescribeSnapshotGroupsResponseBodySnapshotGroupsSnapshotGroup>;

type SdkMember = NonNullable<NonNullable<SdkSnapshotGroup['snapshots']>['snapshot']>[number];

/** Reads one group of an answer; throws a DiskError of kind `outcome-unknown` when what every group has is missing. */
export function toSnapshotGroup(group: SdkSnapshotGroup): SnapshotGroup {
  const id = textOrUndefined(group.snapshotGroupId);
  if (id === undefined) {
    throw unreadableAnswer('DescribeSnapshotGroups', 'describe snapshot group without id');
  }
  return {
    id,
    name: textOrUndefined(group.name),
    status: snapshotStatusOf(group.status),
    members: (group.snapshots?.snapshot ?? []).map((member) => memberOf(id, member)),
    // Elsewhere ECS calls these two TagKey and TagValue.
    tags: tagMap((group.tags?.tag ?? []).map(({ key, value }) => ({ tagKey: key, tagValue: value }))),
  };
}

function memberOf(groupId: string, member: SdkMember): GroupMember {
  const snapshotId = textOrUndefined(member.snapshotId);
  const sourceDiskId = textOrUndefined(member.sourceDiskId);
  if (snapshotId === undefined || sourceDiskId === undefined) {
    throw new UnreadableEntry('DescribeSnapshotGroups', 'describe snapshot group', groupId);
  }
  return { snapshotId, sourceDiskId, available: member.available ?? false };
}
