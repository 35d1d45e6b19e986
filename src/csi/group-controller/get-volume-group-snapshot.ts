import { readGroup } from '../../disk/groups/read-group.ts';
import { isSnapshotGroupId } from '../../disk/groups/snapshot-group.ts';
import type { GetVolumeGroupSnapshotRequest__Output as Request } from '../../generated/csi/v1/GetVolumeGroupSnapshotRequest.ts';
import type { GetVolumeGroupSnapshotResponse as Response } from '../../generated/csi/v1/GetVolumeGroupSnapshotResponse.ts';
import { notFound } from '../status.ts';
import { toCsiGroupSnapshot } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import type { GroupControllerParts } from './group-controller-parts.ts';

/**
 * One group with its members, whoever made it: that is how groups are imported. One that has lost members is never ready, as
 * csi-snapshotter looks at nothing else; those that are left can be imported and restored, each for itself.
 */
export function createGetVolumeGroupSnapshot(parts: GroupControllerParts): UnaryRpc<Request, Response> {
  return async (request, call) => {
    const groupId = requireText(request.groupSnapshotId, 'group_snapshot_id');
    const snapshotIds = request.snapshotIds.map((id) => requireText(id, 'snapshot_ids'));
    if (!isSnapshotGroupId(groupId)) {
      throw notFound(`group snapshot ${groupId} does not exist: ids of groups look like ssg-2ze0example`);
    }
    const group = await readGroup(parts.cloud, groupId, snapshotIds, call);
    if (group.gap !== undefined) {
      parts.warn({ groupId, requestId: call.requestId }, `${group.gap}; it never becomes ready`);
    }
    return { groupSnapshot: toCsiGroupSnapshot(group) };
  };
}
