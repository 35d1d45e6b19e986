import { DiskError } from '../../disk/disk-error.ts';
import { isCut, isSnapshotId } from '../../disk/snapshot.ts';
import { hidden } from '../../disk/waiting.ts';
import type { GetSnapshotRequest__Output } from '../../generated/csi/v1/GetSnapshotRequest.ts';
import type { GetSnapshotResponse } from '../../generated/csi/v1/GetSnapshotResponse.ts';
import { notFound } from '../status.ts';
import { toCsiSnapshot } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { requireText } from '../validate.ts';
import type { ControllerParts } from './controller-parts.ts';
import { groupIdOf } from './member-group.ts';

/** One snapshot, whoever made it. */
export function createGetSnapshot(
  parts: ControllerParts,
): UnaryRpc<GetSnapshotRequest__Output, GetSnapshotResponse> {
  return async (request, call) => {
    const snapshotId = requireText(request.snapshotId, 'snapshot_id');
    if (!isSnapshotId(snapshotId)) {
      throw notFound(`snapshot ${snapshotId} does not exist: ids of snapshots look like s-2ze0example`);
    }
    const snapshot = await parts.cloud.findSnapshot(snapshotId, call);
    if (snapshot === undefined) {
      const isAbsent = await parts.cloud.isSnapshotProvenAbsent(snapshotId, call);
      throw isAbsent ? notFound(`snapshot ${snapshotId} does not exist`) : hidden('snapshot', snapshotId);
    }
    if (!isCut(snapshot)) {
      throw new DiskError('busy', `snapshot ${snapshotId} is not cut yet; ECS is still at it`);
    }
    return { snapshot: toCsiSnapshot(snapshot, await groupIdOf(parts, snapshot, call)) };
  };
}
