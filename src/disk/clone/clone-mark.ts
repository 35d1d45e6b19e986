import type { Tag } from '../disk.ts';
import type { Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';

/** Every snapshot on the way of a clone carries it. */
export const cloneTag: Tag = { key: tagKeys.cloneSnapshot, value: 'true' };

/** Whether a snapshot is but a step on the way of a clone: nobody asked for it, it goes soon, and nobody may rely on it. */
export function isCloneSnapshot(snapshot: Snapshot): boolean {
  return snapshot.tags.get(cloneTag.key) === cloneTag.value;
}
