import type { Call } from '../../disk/call.ts';
import { groupIdsOfMembers } from '../../disk/groups/membership.ts';
import type { Snapshot } from '../../disk/snapshot.ts';
import type { ControllerParts } from './controller-parts.ts';

/**
 * The living group of each snapshot that is a member of one. With the gate shut there are no groups to tell of:
 * snapshot-controller fails over a group id when its own gate is shut.
 */
export async function groupIdsOf(
  { cloud, groupSnapshots }: ControllerParts,
  snapshots: readonly Snapshot[],
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  return groupSnapshots ? await groupIdsOfMembers(cloud, snapshots, call) : new Map<string, string>();
}

export async function groupIdOf(
  parts: ControllerParts,
  snapshot: Snapshot,
  call: Call,
): Promise<string | undefined> {
  return (await groupIdsOf(parts, [snapshot], call)).get(snapshot.id);
}
