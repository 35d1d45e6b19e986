import type { PendingEvent, Snapshot } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';
import { membersOf } from './snapshot-progress.ts';

export const dayMs = 24 * 3600 * 1000;

/** Fixes the bytes of the snapshot: those that its disk has at this moment of the clock. */
export function snapshotCut(state: EmulatorState, event: PendingEvent): void {
  const snapshot = state.snapshots.get(event.subjectId);
  if (snapshot !== undefined) {
    cut(state, snapshot, event.atMs);
  }
}

/** Cuts all members of a group with nothing in between. */
export function groupCut(state: EmulatorState, event: PendingEvent): void {
  const group = state.groups.get(event.subjectId);
  if (group !== undefined) {
    membersOf(state, group).forEach((member) => cut(state, member, event.atMs));
  }
}

function cut(state: EmulatorState, snapshot: Snapshot, atMs: number): void {
  if (snapshot.status !== 'progressing' || snapshot.cutAtMs !== null) {
    return;
  }
  const disk = state.disks.get(snapshot.sourceDiskId);
  if (disk === undefined || snapshot.outcome === 'failed-before-cut') {
    state.snapshots.update(snapshot.id, { status: 'failed', modifiedAtMs: atMs });
    return;
  }
  const dataId = snapshot.id;
  state.data.copy(dataId, disk.dataId);
  state.snapshots.update(snapshot.id, { dataId, cutAtMs: atMs, modifiedAtMs: atMs });
  if (snapshot.isInstantAccess) {
    state.schedule({
      what: 'snapshot-available',
      subjectId: snapshot.id,
      atMs: atMs + snapshot.availableAfterCutMs,
    });
  }
  state.schedule({ what: 'snapshot-finished', subjectId: snapshot.id, atMs: atMs + snapshot.uploadMs });
  if (snapshot.retentionDays !== null) {
    planExpiry(state, snapshot.id, atMs + snapshot.retentionDays * dayMs);
  }
}

export function planExpiry(state: EmulatorState, snapshotId: string, atMs: number): void {
  state.schedule({ what: 'snapshot-expired', subjectId: snapshotId, atMs });
}

export function snapshotAvailable(state: EmulatorState, event: PendingEvent): void {
  const snapshot = state.snapshots.get(event.subjectId);
  if (snapshot?.status === 'progressing' && snapshot.cutAtMs !== null && snapshot.isInstantAccess) {
    state.snapshots.update(snapshot.id, { isAvailable: true, modifiedAtMs: event.atMs });
  }
}

export function snapshotFinished(state: EmulatorState, event: PendingEvent): void {
  const snapshot = state.snapshots.get(event.subjectId);
  if (snapshot?.status === 'progressing' && snapshot.heldProgress === null && snapshot.cutAtMs !== null) {
    finishSnapshot(
      state,
      snapshot,
      snapshot.outcome === 'accomplished' ? 'accomplished' : 'failed',
      event.atMs,
    );
  }
}

/** Ends the upload one way or the other. */
export function finishSnapshot(
  state: EmulatorState,
  snapshot: Snapshot,
  status: 'accomplished' | 'failed',
  atMs: number,
): void {
  const isAvailable = status === 'accomplished';
  state.snapshots.update(snapshot.id, { status, isAvailable, heldProgress: null, modifiedAtMs: atMs });
}

/** Removes a snapshot whose retention time is over, unless that has been made longer meanwhile. */
export function snapshotExpired(state: EmulatorState, event: PendingEvent): void {
  const snapshot = state.snapshots.get(event.subjectId);
  const expiresAtMs = snapshot === undefined ? null : expiryOf(snapshot);
  if (snapshot !== undefined && expiresAtMs !== null && expiresAtMs <= event.atMs) {
    removeSnapshot(state, snapshot);
  }
}

/** When ECS removes the snapshot by itself; null for never or not yet known. */
export function expiryOf(snapshot: Snapshot): number | null {
  return snapshot.retentionDays === null || snapshot.cutAtMs === null
    ? null
    : snapshot.cutAtMs + snapshot.retentionDays * dayMs;
}

/** Takes a snapshot away, also out of its group; an empty group goes with its last member. */
export function removeSnapshot(state: EmulatorState, snapshot: Snapshot): void {
  state.snapshots.delete(snapshot.id);
  state.data.delete(snapshot.id);
  const group = state.groups.get(snapshot.groupId);
  if (group === undefined) {
    return;
  }
  const snapshotIds = group.snapshotIds.filter((id) => id !== snapshot.id);
  if (snapshotIds.length === 0) {
    state.groups.delete(group.id);
  } else {
    state.groups.update(group.id, { snapshotIds });
  }
}
