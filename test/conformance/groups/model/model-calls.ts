import type { CreateSnapshotRequest__Output } from '../../../../src/generated/csi/v1/CreateSnapshotRequest.ts';
import type { CreateVolumeRequest__Output } from '../../../../src/generated/csi/v1/CreateVolumeRequest.ts';
import type { ListSnapshotsRequest__Output } from '../../../../src/generated/csi/v1/ListSnapshotsRequest.ts';
import type { Snapshot } from '../../../../src/generated/csi/v1/Snapshot.ts';
import type { Defect } from './defects.ts';
import { demand, ModelGroups, type GroupRequest } from './model-groups.ts';
import { ModelStore } from './model-store.ts';

type ModelCall = (request: never) => object;

/** The calls of a driver that has everything in memory, by name. */
export function modelCalls(defects: ReadonlySet<Defect>): Readonly<Record<string, ModelCall>> {
  const store = new ModelStore();
  const groups = new ModelGroups(store, defects);
  const has = (defect: Defect) => defects.has(defect);
  return {
    GetPluginCapabilities: () => ({
      capabilities: has('nothing is announced') ? [] : [{ service: { type: 'GROUP_CONTROLLER_SERVICE' } }],
    }),
    ControllerGetCapabilities: () => ({
      capabilities: ['CREATE_DELETE_VOLUME', 'CREATE_DELETE_SNAPSHOT', 'LIST_SNAPSHOTS'].map((type) => ({
        rpc: { type },
      })),
    }),
    GroupControllerGetCapabilities: () => ({
      capabilities: has('nothing is announced')
        ? []
        : [{ rpc: { type: 'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT' } }],
    }),
    CreateVolume({ volumeContentSource }: CreateVolumeRequest__Output) {
      const snapshotId = volumeContentSource?.snapshot?.snapshotId;
      const source = snapshotId === undefined ? undefined : store.snapshots.get(snapshotId);
      const isUnknown =
        snapshotId !== undefined &&
        (source === undefined || (has('restore does not know members') && source.groupSnapshotId !== ''));
      demand(!isUnknown, 'NOT_FOUND', `no snapshot ${snapshotId ?? ''}`);
      return { volume: store.addVolume(has('restore forgets its source') ? null : volumeContentSource) };
    },
    DeleteVolume({ volumeId }: { readonly volumeId: string }) {
      store.volumes.delete(volumeId);
      return {};
    },
    CreateSnapshot({ sourceVolumeId }: CreateSnapshotRequest__Output) {
      return { snapshot: store.addSnapshot(sourceVolumeId, has('all are members') ? 'group-0' : '') };
    },
    DeleteSnapshot: ({ snapshotId }: { readonly snapshotId: string }) => groups.deleteMember(snapshotId),
    ListSnapshots: (request: ListSnapshotsRequest__Output) => ({ entries: listed(store, request, has) }),
    CreateVolumeGroupSnapshot: (request: {
      readonly name: string;
      readonly sourceVolumeIds: readonly string[];
    }) => groups.create(request.name, request.sourceVolumeIds),
    GetVolumeGroupSnapshot: (request: GroupRequest) => groups.get(request),
    DeleteVolumeGroupSnapshot: (request: GroupRequest) => groups.delete(request),
  };
}

function listed(
  store: ModelStore,
  { snapshotId, sourceVolumeId }: ListSnapshotsRequest__Output,
  has: (defect: Defect) => boolean,
): { snapshot: Snapshot }[] {
  return [...store.snapshots.values()]
    .filter((snapshot) => snapshotId === '' || snapshot.snapshotId === snapshotId)
    .filter((snapshot) => sourceVolumeId === '' || snapshot.sourceVolumeId === sourceVolumeId)
    .map((snapshot) => ({
      snapshot: has('the list of members forgets the group')
        ? { ...snapshot, groupSnapshotId: '' }
        : snapshot,
    }));
}
