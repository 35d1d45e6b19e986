import type { Call } from '../call.ts';
import type { Cluster } from '../cluster.ts';
import { DiskError } from '../disk-error.ts';

/** The attribute in which a PersistentVolume keeps the region of its disk; the existing driver writes it too. */
export const regionAttribute =
  'csi.alibabacloud.com/label-prefix/topology.diskplugin.csi.alibabacloud.com/region';

/**
 * Refuses to work on a disk whose volume says that it lives in another region. In the wrong region every disk is proven
 * absent, so a deletion would count as done while the disk lives on.
 * @throws DiskError `unreadable`
 */
export async function assertOwnRegion(
  cluster: Cluster,
  regionId: string,
  diskId: string,
  call: Call,
): Promise<void> {
  const volume = await cluster.findVolume(diskId, call);
  const region = volume?.attributes.get(regionAttribute);
  if (region !== undefined && region !== regionId) {
    const message = `disk ${diskId} is in region ${region}, but this plugin works in ${regionId}; start it with --region ${region}`;
    throw new DiskError('unreadable', message);
  }
}
