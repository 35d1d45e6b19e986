import type { Call } from '../call.ts';
import type { Tag } from '../disk.ts';
import { DiskError } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { hidden } from '../waiting.ts';
import type { GroupCloud } from './group-calls.ts';
import type { SnapshotGroup } from './snapshot-group.ts';

const mark = /\bCreated_from_(ssg-[0-9a-z]{1,64})\b/g;

/**
 * The groups that a snapshot says it was made by, in its name or description: ECS writes that, and a user can too, so each
 * has to be asked whether it knows the snapshot.
 */
export function groupIdsMarkedOn({ name, description }: Snapshot): string[] {
  const texts = [name ?? '', description ?? ''];
  return [...new Set(texts.flatMap((text) => [...text.matchAll(mark)].map(([, groupId = '']) => groupId)))];
}

/** The living group of each snapshot that is a member of one. Snapshots without a mark cost nothing. */
export async function groupsOfMembers(
  cloud: GroupCloud,
  snapshots: readonly Snapshot[],
  call: Call,
): Promise<Map<string, SnapshotGroup>> {
  const marked = snapshots.map((snapshot) => ({ id: snapshot.id, groupIds: groupIdsMarkedOn(snapshot) }));
  const groupIds = [...new Set(marked.flatMap(({ groupIds }) => groupIds))];
  const groups = groupIds.length === 0 ? [] : await cloud.findSnapshotGroups(groupIds, call);
  const pairs = groups.flatMap((group) =>
    marked.filter(({ id }) => hasMember(group, id)).map(({ id }): [string, SnapshotGroup] => [id, group]),
  );
  return new Map(pairs);
}

/** The ids of the members of all groups that carry the tag: the members themselves need not carry it. */
export async function idsOfMembersTagged(cloud: GroupCloud, tag: Tag, call: Call): Promise<string[]> {
  const groups = await cloud.findSnapshotGroupsByTag(tag, call);
  return groups.flatMap(({ members }) => members.map(({ snapshotId }) => snapshotId));
}

function hasMember(group: SnapshotGroup, snapshotId: string): boolean {
  return group.members.some((member) => member.snapshotId === snapshotId);
}

/**
 * Refuses to touch a member of a living group by itself: without it, the others are no consistent whole any more. A member
 * whose group is proven to be gone is a snapshot like others.
 * @throws DiskError `invalid`; `unreadable` when ECS hides the group.
 */
export async function assertNoMember(cloud: GroupCloud, snapshot: Snapshot, call: Call): Promise<void> {
  for (const groupId of groupIdsMarkedOn(snapshot)) {
    const group = await cloud.findSnapshotGroup(groupId, call);
    if (group === undefined && !(await cloud.isSnapshotGroupProvenAbsent(groupId, call))) {
      throw hidden('snapshot group', groupId);
    }
    if (group !== undefined && hasMember(group, snapshot.id)) {
      const message = `snapshot ${snapshot.id} is a member of snapshot group ${groupId} and is deleted with the whole group only; delete its VolumeGroupSnapshot`;
      throw new DiskError('invalid', message);
    }
  }
}
