import { isDiskId } from '../../disk/disk.ts';
import { IdListing } from '../../disk/id-listing.ts';
import { ownerTag } from '../../disk/tags.ts';
import type { ListVolumesRequest__Output } from '../../generated/csi/v1/ListVolumesRequest.ts';
import type { ListVolumesResponse } from '../../generated/csi/v1/ListVolumesResponse.ts';
import { nextTokenOf, pageRequestFrom } from '../pagination.ts';
import { toCsiVolume } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { volumeStatusOf } from '../volume-status.ts';
import type { ControllerParts } from './controller-parts.ts';

/** Pages that follow each other this closely share one reading of all ids. */
const reuseMs = 30_000;

/** Lists the volumes of this cluster, in the order of their ids. */
export function createListVolumes(
  parts: ControllerParts,
): UnaryRpc<ListVolumesRequest__Output, ListVolumesResponse> {
  const owner = ownerTag(parts.clusterId);
  const listing = new IdListing((call) => parts.cloud.listDiskIds(owner, call), parts.now, reuseMs);
  return async (request, call) => {
    const { limit, afterId } = pageRequestFrom(request.maxEntries, request.startingToken, isDiskId);
    const page =
      afterId === undefined
        ? await listing.firstPage(limit, call)
        : await listing.nextPage(afterId, limit, call);
    const disks = await parts.cloud.findDisks(page.ids, call);
    const entries = disks.map((disk) => ({ volume: toCsiVolume(disk), status: volumeStatusOf(disk) }));
    return { entries, nextToken: nextTokenOf(page) };
  };
}
