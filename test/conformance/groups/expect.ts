import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { VolumeGroupSnapshot__Output } from '../../../src/generated/csi/v1/VolumeGroupSnapshot.ts';

/** Expects the call to end in this status, with a text that says something. */
export async function expectStatus(call: Promise<unknown>, code: GrpcStatus): Promise<void> {
  let answer = 'OK';
  try {
    await call;
  } catch (error) {
    const { code: found, details } = error as ServiceError;
    answer = GrpcStatus[found];
    expect(details, `the text of ${answer}`).to.not.equal('');
  }
  expect(answer).to.equal(GrpcStatus[code]);
}

/**
 * What the standard asks of every OK answer: the group's id and creation time, each source volume once, each with a
 * snapshot of its own, and all of them marked as members; ready only if all of them are.
 */
export function expectComplete(group: VolumeGroupSnapshot__Output, volumeIds: readonly string[]): void {
  const { groupSnapshotId, snapshots, creationTime, readyToUse } = group;
  expect(groupSnapshotId, 'group_snapshot_id').to.not.equal('');
  expect(Number(creationTime?.seconds ?? 0), 'creation_time of the group').to.be.greaterThan(0);
  const sources = snapshots.map(({ sourceVolumeId }) => sourceVolumeId);
  expect(sources.sort(), 'source volumes of the snapshots').to.deep.equal([...volumeIds].sort());
  const ids = snapshots.map(({ snapshotId }) => snapshotId);
  expect(ids, 'snapshot ids').to.not.include('');
  expect(new Set(ids).size, 'different snapshot ids').to.equal(volumeIds.length);
  for (const snapshot of snapshots) {
    expect(snapshot.groupSnapshotId, `group id of ${snapshot.snapshotId}`).to.equal(groupSnapshotId);
    const seconds = Number(snapshot.creationTime?.seconds ?? 0);
    expect(seconds, `creation_time of ${snapshot.snapshotId}`).to.be.greaterThan(0);
    expect(Number(snapshot.sizeBytes), `size_bytes of ${snapshot.snapshotId}`).to.be.greaterThan(0);
  }
  const areReady = snapshots.every((snapshot) => snapshot.readyToUse);
  expect(readyToUse && !areReady, 'a group is ready, and a member of it is not').to.equal(false);
}

/** `volume -> snapshot`, in order: what must never change. */
export function pairsOf({ snapshots }: VolumeGroupSnapshot__Output): string[] {
  return snapshots.map(({ sourceVolumeId, snapshotId }) => `${sourceVolumeId} -> ${snapshotId}`).sort();
}

export function idsOf({ snapshots }: VolumeGroupSnapshot__Output): string[] {
  return snapshots.map(({ snapshotId }) => snapshotId);
}
