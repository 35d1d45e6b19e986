/** What the stories about snapshots of one volume have in common. */
import type { World } from '../system/story.ts';
import { snapshots } from './acts.ts';

/** Applies a VolumeSnapshot of the claim, as a user does. */
export async function applySnapshot(
  { kubectl, namespace }: World,
  name: string,
  claim: string,
): Promise<void> {
  await kubectl.apply(`
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  volumeSnapshotClassName: alibabacloud-disk-snapshot
  source: { persistentVolumeClaimName: ${claim} }
`);
}

export async function untilSnapshotReady({ waitFor }: World, name: string): Promise<void> {
  await waitFor(`volumesnapshot/${name}`, '{.status.readyToUse}=true');
}

/** Waits until the snapshot that protects a deleted disk can be restored from. */
export async function untilProtectionReady({ waitFor }: World, diskId: string): Promise<void> {
  await waitFor(`volumesnapshot/${diskId}-delprotect`, '{.status.readyToUse}=true', { namespace: 'default' });
}

/** Ids of the snapshots of this disk that ECS has. */
export async function snapshotsOfDisk(world: World, diskId: string): Promise<string[]> {
  return (await snapshots(world)).filter(({ sourceDiskId }) => sourceDiskId === diskId).map(({ id }) => id);
}
