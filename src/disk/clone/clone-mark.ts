import type { Disk, Tag } from '../disk.ts';
import type { Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';

/** What the tag says that every snapshot on the way of a clone carries. */
const marks = {
  /** Goes once the clone is complete. */
  step: 'true',
  /** Stays until an instance has had the clone: before, it is the only copy from which the clone can be had back. */
  wayBack: 'way-back',
  /** On the way of nothing any more: the protection of a clone that was deleted. */
  takenOver: 'false',
} as const;

export const cloneTags = {
  step: { key: tagKeys.cloneSnapshot, value: marks.step },
  wayBack: { key: tagKeys.cloneSnapshot, value: marks.wayBack },
  takenOver: { key: tagKeys.cloneSnapshot, value: marks.takenOver },
} as const satisfies Record<string, Tag>;

/** Whether a snapshot is but a step on the way of a clone: nobody asked for it, it goes soon, and nobody may rely on it. */
export function isCloneSnapshot(snapshot: Snapshot): boolean {
  const mark = snapshot.tags.get(tagKeys.cloneSnapshot);
  return mark === marks.step || mark === marks.wayBack;
}

/** Whether the disk is the clone for which the snapshot was taken. */
export function isTakenFor(snapshot: Snapshot, disk: Disk): boolean {
  return disk.tags.get(tagKeys.diskKey) === snapshot.tags.get(tagKeys.cloneFor);
}

/**
 * Whether the clone is done with the snapshot that was taken for it. Once it is, it is for ever: the mark is there from the
 * first moment, and what an instance has had, it has had. So who sees that it is not knows that nobody has decided to remove
 * it. Only the mark counts, not the policy, which comes and goes.
 *
 * But for a multi-attach clone of which ECS says only beside each instance that it was attached: free again, it seems never to
 * have been. If the keeper has not seen it in use, its snapshot is kept on, though nobody may need it. If it has, and is about
 * to remove it, a look right before that sees when it has become the protection of the clone.
 */
export function isDoneWith(snapshot: Snapshot, clone: Disk): boolean {
  return snapshot.tags.get(tagKeys.cloneSnapshot) !== marks.wayBack || clone.wasEverAttached;
}
