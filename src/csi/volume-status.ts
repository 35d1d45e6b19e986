import type { Disk } from '../disk/disk.ts';
import type { VolumeCondition } from '../generated/csi/v1/VolumeCondition.ts';

/** Where a volume is, and whether it is well. */
export interface VolumeStatus {
  readonly publishedNodeIds: string[];
  readonly volumeCondition: VolumeCondition;
}

/** The status of a volume, from what ECS says of its disk. */
export function volumeStatusOf(disk: Disk): VolumeStatus {
  return {
    publishedNodeIds: disk.attachments.map(({ instanceId }) => instanceId),
    volumeCondition: conditionOf(disk),
  };
}

function conditionOf(disk: Disk): VolumeCondition {
  if (disk.lockReasons.length > 0) {
    const reasons = disk.lockReasons.join(', ');
    return {
      abnormal: true,
      message: `ECS has locked disk ${disk.id} (${reasons}); see its page in the ECS console`,
    };
  }
  if (disk.status === 'ReIniting') {
    return { abnormal: true, message: `disk ${disk.id} is being initialised anew or rolled back` };
  }
  if (disk.status === 'Unknown') {
    return { abnormal: true, message: `disk ${disk.id} is in a state that this version does not know` };
  }
  return { abnormal: false, message: `disk ${disk.id} is ${disk.status}` };
}
