/** The CSI questions that more than one step asks, with what is shown of them. */
import type { CreateVolumeRequest } from '../generated/csi/v1/CreateVolumeRequest.ts';
import type { ControllerGetVolumeResponse__Output } from '../generated/csi/v1/ControllerGetVolumeResponse.ts';
import type { ListSnapshotsResponse__Output } from '../generated/csi/v1/ListSnapshotsResponse.ts';
import type { ListVolumesResponse__Output } from '../generated/csi/v1/ListVolumesResponse.ts';
import type { Volume__Output } from '../generated/csi/v1/Volume.ts';
import { formatBytes } from './format.ts';
import { ask, askFor, type Question, type Stage } from './stage.ts';

export const bytesPerGiB = 1024 ** 3;

/** A volume with a file system for one node, as csi-provisioner asks for it. */
export function volumeRequest(name: string, sizeGiB: number) {
  return {
    name,
    capacityRange: { requiredBytes: sizeGiB * bytesPerGiB },
    volumeCapabilities: [{ mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } }],
  } satisfies CreateVolumeRequest;
}

/** @throws Error when the answer is no volume. */
export async function askForVolume(stage: Stage, request: CreateVolumeRequest): Promise<Volume__Output> {
  const source = request.volumeContentSource?.snapshot?.snapshotId;
  const parameters = Object.entries(request.parameters ?? {}).map(([key, value]) => `${key}=${value}`);
  const response = await askFor(stage, {
    method: 'CreateVolume',
    asked: {
      name: request.name ?? '',
      required_bytes: formatBytes(Number(request.capacityRange?.requiredBytes)),
      parameters: parameters.join('\n'),
      ...(source === undefined ? {} : { volume_content_source: `snapshot ${source}` }),
    },
    request,
    answered: ({ volume }) => (volume === null ? {} : volumeFields(volume)),
  });
  return response.volume ?? nothing('CreateVolume', 'volume');
}

function volumeFields(volume: Volume__Output) {
  const source = volume.contentSource?.snapshot?.snapshotId;
  const segments = volume.accessibleTopology.flatMap((topology) => Object.entries(topology.segments));
  return {
    volume_id: volume.volumeId,
    capacity_bytes: formatBytes(Number(volume.capacityBytes)),
    accessible_topology: segments.map(([key, value]) => `${key}=${value}`).join('\n'),
    ...(source === undefined ? {} : { content_source: `snapshot ${source}` }),
  };
}

/** What ControllerGetVolume tells, as text; the status in each place when it tells nothing. */
export interface VolumeNow {
  /** `20 GiB` */
  readonly capacity: string;
  /** The instances that hold the volume: ids, or `none`. */
  readonly nodeIds: string;
}

export async function askAboutVolume(stage: Stage, volumeId: string): Promise<VolumeNow> {
  const answer = await ask(stage, {
    method: 'ControllerGetVolume',
    request: { volumeId },
    asked: { volume_id: volumeId },
    answered: (response) => {
      const { capacity, nodeIds } = volumeNow(response);
      return { capacity_bytes: capacity, published_node_ids: nodeIds };
    },
  });
  return answer.response === undefined
    ? { capacity: answer.code, nodeIds: answer.code }
    : volumeNow(answer.response);
}

function volumeNow({ volume, status }: ControllerGetVolumeResponse__Output): VolumeNow {
  return {
    capacity: formatBytes(Number(volume?.capacityBytes ?? 0)),
    nodeIds: listed(status?.publishedNodeIds ?? []),
  };
}

/** The ids that ListVolumes gives, in order; `none`, or the status when there is no list. */
export async function askForVolumeIds(stage: Stage): Promise<string> {
  const answer = await ask(stage, {
    method: 'ListVolumes',
    request: {},
    asked: {},
    answered: (list) => ({ volume_ids: volumeIdsIn(list) }),
  });
  return answer.response === undefined ? answer.code : volumeIdsIn(answer.response);
}

function volumeIdsIn({ entries }: ListVolumesResponse__Output): string {
  return listed(entries.map(({ volume }) => volume?.volumeId ?? ''));
}

/** The ids that ListSnapshots gives, in order; `none`, or the status when there is no list. */
export async function askForSnapshotIds(stage: Stage): Promise<string> {
  const answer = await ask(stage, {
    method: 'ListSnapshots',
    request: {},
    asked: {},
    answered: (list) => ({ snapshot_ids: snapshotIdsIn(list) }),
  });
  return answer.response === undefined ? answer.code : snapshotIdsIn(answer.response);
}

function snapshotIdsIn({ entries }: ListSnapshotsResponse__Output): string {
  return listed(entries.map(({ snapshot }) => snapshot?.snapshotId ?? ''));
}

export function deletionOfVolume(volumeId: string): Question<'DeleteVolume'> {
  return { method: 'DeleteVolume', request: { volumeId }, asked: { volume_id: volumeId } };
}

export function deletionOfSnapshot(snapshotId: string): Question<'DeleteSnapshot'> {
  return { method: 'DeleteSnapshot', request: { snapshotId }, asked: { snapshot_id: snapshotId } };
}

/** Ids in order on one line. */
export function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : [...ids].sort().join(' ');
}

/** An answer that the standard does not allow. */
export function nothing(method: string, what: string): never {
  throw new Error(`${method} was answered with OK but without a ${what}`);
}
