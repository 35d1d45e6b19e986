import type { Tag } from '../../disk/disk.ts';
import { ParameterMap } from './parameter-map.ts';
import { userTags } from './user-tags.ts';

/** What a VolumeSnapshotClass asks for. */
export interface SnapshotClassParameters {
  readonly retentionDays: number | undefined;
  readonly resourceGroupId: string | undefined;
  readonly tags: readonly Tag[];
  /** The names that csi-snapshotter adds with --extra-create-metadata. */
  readonly origin: { readonly name: string | undefined; readonly namespace: string | undefined };
}

/** ECS makes every snapshot of an ESSD instantly available now, so these have nothing left to say. */
const withoutEffect = ['snapshotType', 'instantAccessRetentionDays', 'instantAccess', 'forceDelete'];
const ours = ['retentionDays', 'resourceGroupId', 'snapshotTags/<key>'];

/** @throws StatusError INVALID_ARGUMENT that names the parameter and its allowed values. */
export function parseSnapshotClass(parameters: Readonly<Record<string, string>>): SnapshotClassParameters {
  const map = new ParameterMap('VolumeSnapshotClass parameter', parameters);
  const retentionDays = map.integer('retentionDays', 0, 65_536);
  const parsed = {
    // 0 has always meant "for ever".
    retentionDays: retentionDays === 0 ? undefined : retentionDays,
    resourceGroupId: map.text('resourceGroupId'),
    tags: userTags('snapshotTags', map.withPrefix('snapshotTags/')),
    origin: {
      name: map.text('csi.storage.k8s.io/volumesnapshot/name'),
      namespace: map.text('csi.storage.k8s.io/volumesnapshot/namespace'),
    },
  };
  map.skip(...withoutEffect);
  map.withPrefix('csi.storage.k8s.io/');
  map.assertNothingLeft([...ours, ...withoutEffect]);
  return parsed;
}
