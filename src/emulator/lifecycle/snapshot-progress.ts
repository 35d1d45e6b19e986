import type { Snapshot, SnapshotGroup } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';

/** How far the upload is, in whole percent; 100 only when accomplished. */
export function snapshotPercent(snapshot: Snapshot, nowMs: number): number {
  if (snapshot.status === 'accomplished') {
    return 100;
  }
  if (snapshot.heldProgress !== null) {
    return snapshot.heldProgress;
  }
  if (snapshot.cutAtMs === null) {
    return 0;
  }
  const share = snapshot.uploadMs === 0 ? 1 : (nowMs - snapshot.cutAtMs) / snapshot.uploadMs;
  return Math.min(Math.max(Math.floor(share * 100), 0), 99);
}

export function groupStatus(members: readonly Snapshot[]): Snapshot['status'] {
  if (members.some(({ status }) => status === 'failed')) {
    return 'failed';
  }
  return members.every(({ status }) => status === 'accomplished') ? 'accomplished' : 'progressing';
}

export function membersOf(state: EmulatorState, group: SnapshotGroup): Snapshot[] {
  return group.snapshotIds.map((id) => state.snapshots.get(id)).filter((snapshot) => snapshot !== undefined);
}

/** The snapshots of a disk that are not finished. */
export function unfinishedSnapshots(state: EmulatorState, diskId: string): Snapshot[] {
  return state.snapshotsByDisk.rows(diskId).filter(({ status }) => status === 'progressing');
}
