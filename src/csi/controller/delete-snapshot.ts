import { assertNoMember } from '../../disk/groups/membership.ts';
import { removeSnapshot } from '../../disk/remove-snapshot.ts';
import { isSnapshotId } from '../../disk/snapshot.ts';
import type { DeleteSnapshotRequest__Output } from '../../generated/csi/v1/DeleteSnapshotRequest.ts';
import type { DeleteSnapshotResponse } from '../../generated/csi/v1/DeleteSnapshotResponse.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import type { ControllerParts } from './controller-parts.ts';

/** Deletes a snapshot, unless it is a member of a living group. An id that no snapshot can have counts as deleted. */
export function createDeleteSnapshot(
  parts: ControllerParts,
): UnaryRpc<DeleteSnapshotRequest__Output, DeleteSnapshotResponse> {
  return async (request, call) => {
    const snapshotId = requireText(request.snapshotId, 'snapshot_id');
    if (isSnapshotId(snapshotId)) {
      await parts.lock.run([`snapshot ${snapshotId}`], () =>
        removeSnapshot(parts, snapshotId, call, (snapshot) => assertNoMember(parts.cloud, snapshot, call)),
      );
    }
    return {};
  };
}
