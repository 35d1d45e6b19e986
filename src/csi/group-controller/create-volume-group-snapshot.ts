import type { Tag } from '../../disk/disk.ts';
import { takeGroup } from '../../disk/groups/take-group.ts';
import { originTags, tagKeys, toTagValue } from '../../disk/tags.ts';
import type { CreateVolumeGroupSnapshotRequest__Output as Request } from '../../generated/csi/v1/CreateVolumeGroupSnapshotRequest.ts';
import type { CreateVolumeGroupSnapshotResponse as Response } from '../../generated/csi/v1/CreateVolumeGroupSnapshotResponse.ts';
import { requireVolumeId } from '../controller/require-volume.ts';
import {
  parseGroupSnapshotClass,
  type GroupSnapshotClassParameters,
} from '../parameters/group-snapshot-class.ts';
import { invalidArgument } from '../status.ts';
import { toCsiGroupSnapshot } from '../to-csi.ts';
import type { UnaryRpc } from '../unary.ts';
import { checkMap, requireText } from '../validate.ts';
import type { GroupControllerParts } from './group-controller-parts.ts';

/** Takes snapshots of several volumes at one moment; answers once all of them are there and can be restored, or not at all. */
export function createCreateVolumeGroupSnapshot(parts: GroupControllerParts): UnaryRpc<Request, Response> {
  return async (request, call) => {
    const name = requireText(request.name, 'name');
    const diskIds = distinctDiskIds(request.sourceVolumeIds);
    const parameters = parseGroupSnapshotClass(checkMap(request.parameters, 'parameters'));
    const { resourceGroupId } = parameters;
    const tags = groupTags(parameters, parts.clusterId);
    // Not the volumes as well: ECS keeps apart what must not happen during a cut, and a volume whose expansion waits for
    // minutes would keep its whole group from being snapshotted.
    return await parts.lock.run([`group snapshot name ${name}`], async () => {
      const taken = await takeGroup(parts, { key: name, diskIds, resourceGroupId, tags }, call);
      return { groupSnapshot: toCsiGroupSnapshot({ ...taken, isReady: true }) };
    });
  };
}

function distinctDiskIds(volumeIds: readonly string[]): string[] {
  if (volumeIds.length === 0) {
    throw invalidArgument('source_volume_ids is missing: name the volumes of the group');
  }
  const twice = volumeIds.find((id, index) => volumeIds.indexOf(id) !== index);
  if (twice !== undefined) {
    throw invalidArgument(`source_volume_ids names ${twice} twice; name each volume once`);
  }
  return volumeIds.map((id) => requireVolumeId(id, 'source_volume_ids'));
}

function groupTags({ tags, origin }: GroupSnapshotClassParameters, clusterId: string | undefined): Tag[] {
  const own: [string, string | undefined][] = [
    [tagKeys.groupSnapshotName, origin.name],
    [tagKeys.groupSnapshotNamespace, origin.namespace],
  ];
  const ownTags = own.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toTagValue(value) }],
  );
  return [...originTags(clusterId), ...tags, ...ownTags];
}
