import { removeGroup } from '../../disk/groups/remove-group.ts';
import { isSnapshotGroupId } from '../../disk/groups/snapshot-group.ts';
import type { DeleteVolumeGroupSnapshotRequest__Output as Request } from '../../generated/csi/v1/DeleteVolumeGroupSnapshotRequest.ts';
import type { DeleteVolumeGroupSnapshotResponse as Response } from '../../generated/csi/v1/DeleteVolumeGroupSnapshotResponse.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import type { GroupControllerParts } from './group-controller-parts.ts';

/** Deletes a group with all its members, named or not. An id that no group can have counts as deleted. */
export function createDeleteVolumeGroupSnapshot(parts: GroupControllerParts): UnaryRpc<Request, Response> {
  return async (request, call) => {
    const groupId = requireText(request.groupSnapshotId, 'group_snapshot_id');
    const snapshotIds = request.snapshotIds.map((id) => requireText(id, 'snapshot_ids'));
    if (isSnapshotGroupId(groupId)) {
      const keys = [`group snapshot ${groupId}`, ...snapshotIds.map((id) => `snapshot ${id}`)];
      await parts.lock.run(keys, () => removeGroup(parts, { groupId, snapshotIds }, call));
    }
    return {};
  };
}
