import type { Call } from '../../disk/call.ts';
import { isCloneSnapshot } from '../../disk/clone/clone-mark.ts';
import { isDiskId } from '../../disk/disk.ts';
import { IdListing, pageOf, type IdPage } from '../../disk/id-listing.ts';
import { isCut, isSnapshotId, type Snapshot } from '../../disk/snapshot.ts';
import { hidden } from '../../disk/waiting.ts';
import { ownerTag } from '../../disk/tags.ts';
import type { ListSnapshotsRequest__Output } from '../../generated/csi/v1/ListSnapshotsRequest.ts';
import type { ListSnapshotsResponse } from '../../generated/csi/v1/ListSnapshotsResponse.ts';
import { nextTokenOf, pageRequestFrom, type PageRequest } from '../pagination.ts';
import { toCsiSnapshot } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { checkText } from '../validate.ts';
import type { ControllerParts } from './controller-parts.ts';
import { groupsOf, ownOf, ownSnapshotIds } from './member-group.ts';

/** Pages that follow each other this closely share one reading of all ids. */
const reuseMs = 30_000;

/** A page, and the snapshots on it. */
interface SnapshotPage extends IdPage {
  readonly snapshots: readonly Snapshot[];
}

/**
 * Lists snapshots that are cut: one by its id (whoever made it: that is how snapshots are imported), this cluster's of
 * one volume, or all of this cluster's; the latter two without those that come and go with a clone.
 */
export function createListSnapshots(
  parts: ControllerParts,
): UnaryRpc<ListSnapshotsRequest__Output, ListSnapshotsResponse> {
  const owner = ownerTag(parts.clusterId);
  const listing = new IdListing((call) => ownSnapshotIds(parts, owner, call), parts.now, reuseMs);

  const all = async ({ limit, afterId }: PageRequest, call: Call): Promise<SnapshotPage> => {
    const page =
      afterId === undefined
        ? await listing.firstPage(limit, call)
        : await listing.nextPage(afterId, limit, call);
    const found = await parts.cloud.findSnapshots(page.ids, call);
    return { ...page, snapshots: found.filter((snapshot) => !isCloneSnapshot(snapshot)) };
  };

  const ofDisk = async (
    diskId: string,
    { limit, afterId }: PageRequest,
    call: Call,
  ): Promise<SnapshotPage> => {
    const found = isDiskId(diskId) ? await parts.cloud.findSnapshotsOfDisk(diskId, call) : [];
    const own = await ownOf(parts, owner, found, call);
    const ours = own.filter((snapshot) => !isCloneSnapshot(snapshot));
    const page = pageOf(ours.map(({ id }) => id).sort(), afterId, limit);
    return { ...page, snapshots: ours.filter(({ id }) => page.ids.includes(id)) };
  };

  return async (request, call) => {
    const pageRequest = pageRequestFrom(request.maxEntries, request.startingToken, isSnapshotId);
    const snapshotId = checkText(request.snapshotId, 'snapshot_id');
    const diskId = checkText(request.sourceVolumeId, 'source_volume_id');
    if (snapshotId !== '') {
      const found = isSnapshotId(snapshotId) ? await findOrProveAbsent(parts, snapshotId, call) : undefined;
      const matches = found !== undefined && (diskId === '' || found.sourceDiskId === diskId);
      return { entries: await entriesOf(parts, matches ? [found] : [], call) };
    }
    const page = diskId === '' ? await all(pageRequest, call) : await ofDisk(diskId, pageRequest, call);
    return { entries: await entriesOf(parts, page.snapshots, call), nextToken: nextTokenOf(page) };
  };
}

/** To an importer an empty list says that there is no such snapshot: it must be true. */
async function findOrProveAbsent(
  { cloud }: ControllerParts,
  snapshotId: string,
  call: Call,
): Promise<Snapshot | undefined> {
  const found = await cloud.findSnapshot(snapshotId, call);
  if (found === undefined && !(await cloud.isSnapshotProvenAbsent(snapshotId, call))) {
    throw hidden('snapshot', snapshotId);
  }
  return found;
}

/** The standard lists a snapshot from its cut on. */
async function entriesOf(parts: ControllerParts, snapshots: readonly Snapshot[], call: Call) {
  const listed = snapshots.filter(isCut);
  const groups = await groupsOf(parts, listed, call);
  return listed.map((snapshot) => ({ snapshot: toCsiSnapshot(snapshot, groups.get(snapshot.id)?.id) }));
}
