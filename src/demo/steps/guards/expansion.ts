import type { CsiAnswer } from '../../csi-connection.ts';
import type { ControllerExpandVolumeResponse__Output } from '../../../generated/csi/v1/ControllerExpandVolumeResponse.ts';
import { formatBytes } from '../../format.ts';
import { bytesPerGiB } from '../../questions.ts';
import { ask, type Stage } from '../../stage.ts';

/** What csi-resizer asks when a claim asks for more. */
export async function expand(
  stage: Stage,
  volumeId: string,
  sizeGiB: number,
): Promise<CsiAnswer<ControllerExpandVolumeResponse__Output>> {
  return await ask(stage, {
    method: 'ControllerExpandVolume',
    asked: { volume_id: volumeId, required_bytes: `${sizeGiB} GiB` },
    request: {
      volumeId,
      capacityRange: { requiredBytes: sizeGiB * bytesPerGiB },
      volumeCapability: { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } },
    },
    answered: ({ capacityBytes, nodeExpansionRequired }) => ({
      capacity_bytes: formatBytes(Number(capacityBytes)),
      node_expansion_required: `${nodeExpansionRequired}`,
    }),
  });
}

/** The ids in an event about a new snapshot, in the words of the product's documentation; empty in any other words. */
export function idsInSnapshotCreated(message: string): {
  readonly diskId: string;
  readonly snapshotId: string;
} {
  const wording =
    /^ControllerExpandVolume:: Snapshot create successful: snapshotName\[volume-expand-auto-snapshot-[\w.-]+-\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\], sourceId\[(d-\w+)\], snapshotId\[(s-\w+)\]$/;
  const [, diskId = '', snapshotId = ''] = wording.exec(message) ?? [];
  return { diskId, snapshotId };
}
