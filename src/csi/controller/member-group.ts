import type { Call } from '../../disk/call.ts';
import type { Tag } from '../../disk/disk.ts';
import { groupsOfMembers, idsOfMembersTagged } from '../../disk/groups/membership.ts';
import type { SnapshotGroup } from '../../disk/groups/snapshot-group.ts';
import type { Snapshot } from '../../disk/snapshot.ts';
import type { ControllerParts } from './controller-parts.ts';

/**
 * The living group of each snapshot that is a member of one. With the gate shut there are no groups to tell of:
 * snapshot-controller fails over a group id when its own gate is shut.
 */
export async function groupsOf(
  { cloud, groupSnapshots }: ControllerParts,
  snapshots: readonly Snapshot[],
  call: Call,
): Promise<ReadonlyMap<string, SnapshotGroup>> {
  return groupSnapshots ? await groupsOfMembers(cloud, snapshots, call) : new Map<string, SnapshotGroup>();
}

export async function groupIdOf(
  parts: ControllerParts,
  snapshot: Snapshot,
  call: Call,
): Promise<string | undefined> {
  return (await groupsOf(parts, [snapshot], call)).get(snapshot.id)?.id;
}

/** Every snapshot of the owner, sorted: those that carry the tag, and the members of groups that do. */
export async function ownSnapshotIds(
  { cloud, groupSnapshots }: ControllerParts,
  owner: Tag,
  call: Call,
): Promise<string[]> {
  const tagged = await cloud.listSnapshotIds(owner, call);
  const members = groupSnapshots ? await idsOfMembersTagged(cloud, owner, call) : [];
  return [...new Set([...tagged, ...members])].sort();
}

/** Those of the snapshots that are the owner's, by their own tag or by that of their group. */
export async function ownOf(
  parts: ControllerParts,
  owner: Tag,
  snapshots: readonly Snapshot[],
  call: Call,
): Promise<Snapshot[]> {
  const isOwn = (tags: ReadonlyMap<string, string> | undefined) => tags?.get(owner.key) === owner.value;
  const others = snapshots.filter(({ tags }) => !isOwn(tags));
  const groups = await groupsOf(parts, others, call);
  return snapshots.filter(({ id, tags }) => isOwn(tags) || isOwn(groups.get(id)?.tags));
}
