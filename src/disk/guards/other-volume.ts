import type { ClusterVolume } from '../cluster.ts';
import { DiskError } from '../disk-error.ts';

/**
 * Refuses to delete a disk for the sake of one of its volumes while another one is bound to a claim: somebody has made
 * that one by hand, and would lose his data with the volume that he has left behind. Kubernetes asks for the deletion of
 * none that is bound, so the one that is asked for is another.
 * @throws DiskError `in-use`
 */
export function assertNoOtherVolume(diskId: string, volume: ClusterVolume | undefined): void {
  const [bound] = volume?.boundAmongSeveral?.toSorted() ?? [];
  if (bound !== undefined) {
    const message = `disk ${diskId} is not deleted: several PersistentVolumes stand for it, and ${bound} is bound to a claim; set the reclaim policy of the others to Retain and remove them`;
    throw new DiskError('in-use', message);
  }
}
