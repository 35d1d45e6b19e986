import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot__Output } from '../../../src/generated/csi/v1/Snapshot.ts';
import type { VolumeGroupSnapshot__Output } from '../../../src/generated/csi/v1/VolumeGroupSnapshot.ts';
import { invoke, type CsiClient } from '../../support/csi-client.ts';
import { undecided } from '../../support/volumes.ts';

/** The time limit that csi-snapshotter sets for a call unless it is told another one. */
const callLimitMs = 60_000;
const patienceMs = 120_000;

/** One CreateVolumeGroupSnapshot call. What it answers with must be complete. */
export async function createGroupOnce(
  client: CsiClient,
  name: string,
  sourceVolumeIds: readonly string[],
  timeLimitMs = callLimitMs,
): Promise<VolumeGroupSnapshot__Output> {
  const request = { name, sourceVolumeIds: [...sourceVolumeIds] };
  const { groupSnapshot } = await invoke(
    client.groupController,
    'CreateVolumeGroupSnapshot',
    request,
    timeLimitMs,
  );
  const group = groupSnapshot ?? expect.fail('OK without a group');
  expectCompleteGroup(group, sourceVolumeIds);
  return group;
}

/** CreateVolumeGroupSnapshot as csi-snapshotter repeats it; every status on the way must be an undecided one. */
export async function createGroup(
  client: CsiClient,
  name: string,
  volumeIds: readonly string[],
): Promise<VolumeGroupSnapshot__Output> {
  return await untilDecided(() => createGroupOnce(client, name, volumeIds));
}

/** Repeats while the status is one after which every sidecar asks again. @throws any other status. */
export async function untilDecided<T>(attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const { code } = error as ServiceError;
      if (!undecided.includes(GrpcStatus[code]) || Date.now() > giveUpAt) {
        throw error;
      }
      await sleep(25);
    }
  }
}

/** The only answer that csi-snapshotter can do with: every volume, with all that is told of it, and ready. */
export function expectCompleteGroup(
  { groupSnapshotId, snapshots, creationTime, readyToUse }: VolumeGroupSnapshot__Output,
  volumeIds: readonly string[],
): void {
  expect(groupSnapshotId).to.match(/^ssg-/);
  expect(readyToUse, `${groupSnapshotId} is ready`).to.equal(true);
  expect(Number(creationTime?.seconds)).to.be.greaterThan(0);
  expect(snapshots.map(({ sourceVolumeId }) => sourceVolumeId).sort()).to.deep.equal([...volumeIds].sort());
  expect(new Set(snapshots.map(({ snapshotId }) => snapshotId)).size).to.equal(volumeIds.length);
  for (const member of snapshots) {
    expect(member.groupSnapshotId).to.equal(groupSnapshotId);
    expect(member.snapshotId).to.match(/^s-/);
    expect(member.readyToUse).to.equal(true);
    expect(Number(member.sizeBytes)).to.be.greaterThan(0);
    expect(Number(member.creationTime?.seconds)).to.be.greaterThan(0);
  }
}

/** The member of this volume. */
export function memberOf({ snapshots }: VolumeGroupSnapshot__Output, volumeId: string): Snapshot__Output {
  const found = snapshots.find(({ sourceVolumeId }) => sourceVolumeId === volumeId);
  return found ?? expect.fail(`no snapshot of ${volumeId}`);
}

export async function deleteGroup(client: CsiClient, group: VolumeGroupSnapshot__Output): Promise<void> {
  const { groupSnapshotId } = group;
  const snapshotIds = group.snapshots.map(({ snapshotId }) => snapshotId);
  await untilDecided(() =>
    invoke(client.groupController, 'DeleteVolumeGroupSnapshot', { groupSnapshotId, snapshotIds }),
  );
}

/** Runs the work for every item, so many at a time. @returns the results in the order of the items. */
export async function forEachOf<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
