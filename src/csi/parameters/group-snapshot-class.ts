import type { Tag } from '../../disk/disk.ts';
import { invalidArgument } from '../status.ts';
import { ParameterMap } from './parameter-map.ts';
import { userTags } from './user-tags.ts';

/** What a VolumeGroupSnapshotClass asks for. */
export interface GroupSnapshotClassParameters {
  readonly resourceGroupId: string | undefined;
  readonly tags: readonly Tag[];
  /** The names that csi-snapshotter adds with --extra-create-metadata. */
  readonly origin: { readonly name: string | undefined; readonly namespace: string | undefined };
}

const what = 'VolumeGroupSnapshotClass parameter';
const ours = ['resourceGroupId', 'snapshotTags/<key>'];

/** @throws StatusError INVALID_ARGUMENT that names the parameter. */
export function parseGroupSnapshotClass(
  parameters: Readonly<Record<string, string>>,
): GroupSnapshotClassParameters {
  const map = new ParameterMap(what, parameters);
  if ('retentionDays' in parameters) {
    throw invalidArgument(
      `${what} retentionDays is not possible: snapshot-consistent groups do not expire, so delete their VolumeGroupSnapshots when they are no longer needed`,
    );
  }
  const parsed = {
    resourceGroupId: map.text('resourceGroupId'),
    tags: userTags('snapshotTags', map.withPrefix('snapshotTags/')),
    origin: {
      name: map.text('csi.storage.k8s.io/volumegroupsnapshot/name'),
      namespace: map.text('csi.storage.k8s.io/volumegroupsnapshot/namespace'),
    },
  };
  map.withPrefix('csi.storage.k8s.io/');
  map.assertNothingLeft(ours);
  return parsed;
}
