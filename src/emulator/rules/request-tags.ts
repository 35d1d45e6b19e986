import { tags } from '../parameters/repeated.ts';
import type { RawParameters } from '../parameters/schema.ts';
import type { Snapshot, Tag } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';

type Tags = readonly Tag[];

/**
 * The tags of everything that a request is about, thing by thing: what it makes or looks for by tags, each resource that it
 * names, the disk of each snapshot, and both of each member of a group.
 */
export function tagsOfRequest(state: EmulatorState, raw: RawParameters): Tags[] {
  const ids = [...raw.values()].flatMap(idsIn);
  return [writtenTags(raw), ...ids.flatMap((id) => tagsOfResource(state, id))];
}

/** Read without any check: what is wrong with them, the action says. */
function writtenTags(raw: RawParameters): Tags {
  try {
    return tags().read(raw, 'Tag');
  } catch {
    return [];
  }
}

/** A value is an id, or a list of ids in JSON. */
function idsIn(value: string): string[] {
  if (!value.startsWith('[')) {
    return [value];
  }
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

function tagsOfResource(state: EmulatorState, id: string): Tags[] {
  const snapshot = state.snapshots.get(id);
  const group = state.groups.get(id);
  const members = (group?.snapshotIds ?? []).map((memberId) => state.snapshots.get(memberId));
  const named = [state.disks.get(id), state.instances.get(id), group].filter((one) => one !== undefined);
  return [
    ...named.map((one) => one.tags),
    ...[snapshot, ...members].flatMap((one) => (one === undefined ? [] : tagsOfSnapshot(state, one))),
  ];
}

function tagsOfSnapshot(state: EmulatorState, snapshot: Snapshot): Tags[] {
  const disk = state.disks.get(snapshot.sourceDiskId);
  return disk === undefined ? [snapshot.tags] : [snapshot.tags, disk.tags];
}
