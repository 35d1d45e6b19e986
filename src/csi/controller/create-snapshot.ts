import type { Tag } from '../../disk/disk.ts';
import { originTags, tagKeys, toTagValue } from '../../disk/tags.ts';
import { takeSnapshot } from '../../disk/take-snapshot.ts';
import type { CreateSnapshotRequest__Output } from '../../generated/csi/v1/CreateSnapshotRequest.ts';
import type { CreateSnapshotResponse } from '../../generated/csi/v1/CreateSnapshotResponse.ts';
import { parseSnapshotClass, type SnapshotClassParameters } from '../parameters/snapshot-class.ts';
import { toCsiSnapshot } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { checkMap, requireText } from '../validate.ts';
import type { ControllerParts } from './controller-parts.ts';
import { groupIdOf } from './member-group.ts';
import { requireVolumeId } from './require-volume.ts';

/** Takes a snapshot and answers once it is cut; `ready_to_use` tells when it can be restored. */
export function createCreateSnapshot(
  parts: ControllerParts,
): UnaryRpc<CreateSnapshotRequest__Output, CreateSnapshotResponse> {
  return async (request, call) => {
    const name = requireText(request.name, 'name');
    requireText(request.sourceVolumeId, 'source_volume_id');
    const parameters = parseSnapshotClass(checkMap(request.parameters, 'parameters'));
    const diskId = requireVolumeId(request.sourceVolumeId, 'source_volume_id');
    const { retentionDays, resourceGroupId } = parameters;
    const tags = snapshotTags(parameters, parts.clusterId);
    return await parts.lock.run([`snapshot name ${name}`], async () => {
      const snapshotRequest = { key: name, diskId, retentionDays, resourceGroupId, tags };
      const snapshot = await takeSnapshot(parts, snapshotRequest, call);
      return { snapshot: toCsiSnapshot(snapshot, await groupIdOf(parts, snapshot, call)) };
    });
  };
}

function snapshotTags({ tags, origin }: SnapshotClassParameters, clusterId: string | undefined): Tag[] {
  const own: [string, string | undefined][] = [
    [tagKeys.forceDelete, 'true'],
    [tagKeys.snapshotName, origin.name],
    [tagKeys.snapshotNamespace, origin.namespace],
  ];
  const ownTags = own.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toTagValue(value) }],
  );
  return [...originTags(clusterId), ...tags, ...ownTags];
}
