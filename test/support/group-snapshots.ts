import type { VolumeGroupSnapshot__Output } from '../../src/generated/csi/v1/VolumeGroupSnapshot.ts';
import { invoke, type CsiClient } from './csi-client.ts';
import type { Emulator } from './emulator.ts';
import { createUsedVolume } from './volumes.ts';

/** The flag that opens the gate of group snapshots. */
export const groupsOn = ['--feature-gates', 'EnableVolumeGroupSnapshots=true'];

/** Volumes whose disks were attached and written to, in the order of their names. */
export async function createUsedVolumes(
  client: CsiClient,
  emulator: Emulator,
  names: readonly string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    ids.push(await createUsedVolume(client, emulator, name));
  }
  return ids;
}

export interface GroupWish {
  readonly parameters?: Record<string, string>;
  readonly timeLimitMs?: number;
}

/** CreateVolumeGroupSnapshot as csi-snapshotter sends it. */
export async function createGroup(
  client: CsiClient,
  name: string,
  sourceVolumeIds: string[],
  { parameters = {}, timeLimitMs }: GroupWish = {},
): Promise<VolumeGroupSnapshot__Output> {
  const request = { name, sourceVolumeIds, parameters };
  const { groupSnapshot } = await invoke(
    client.groupController,
    'CreateVolumeGroupSnapshot',
    request,
    timeLimitMs,
  );
  return groupSnapshot ?? neverEmpty();
}

/** GetVolumeGroupSnapshot as csi-snapshotter sends it for an imported group. */
export async function getGroup(
  client: CsiClient,
  groupSnapshotId: string,
  snapshotIds: string[] = [],
): Promise<VolumeGroupSnapshot__Output> {
  const request = { groupSnapshotId, snapshotIds };
  const { groupSnapshot } = await invoke(client.groupController, 'GetVolumeGroupSnapshot', request);
  return groupSnapshot ?? neverEmpty();
}

/** DeleteVolumeGroupSnapshot as csi-snapshotter sends it. */
export async function deleteGroup(
  client: CsiClient,
  groupSnapshotId: string,
  snapshotIds: string[] = [],
): Promise<void> {
  await invoke(client.groupController, 'DeleteVolumeGroupSnapshot', { groupSnapshotId, snapshotIds });
}

function neverEmpty(): never {
  throw new Error('an answer without group_snapshot, at which csi-snapshotter panics');
}
