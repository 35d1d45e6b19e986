import { isOn } from '../../disk.ts';
import type { Check } from '../check.ts';
import type { SeenAttachment, SeenVolume } from '../doctor-cluster.ts';
import type { Finding } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { instanceOf } from './instance-of.ts';

/** Kubernetes believes that a node has a disk, and it has not. */
export const attachedInNameOnly: Check = {
  name: 'attached-in-name-only',
  finds: 'VolumeAttachments that say attached while ECS shows the disk elsewhere or free',
  reads: 'VolumeAttachments and CSINodes with attachments of disks',
  mend: 'delete the pod and its VolumeAttachment, so that the disk is attached again',
  async examine(looks) {
    const candidates = await pairsOf(looks, await looks.attachments());
    const missing = await notOnTheirInstance(looks, candidates);
    if (missing.length === 0) {
      return [];
    }
    // Looked at again after the disks: what was just being detached is marked for deletion, or gone, by now.
    const again = new Set(
      (await looks.cluster.listAttachments(looks.call))
        .filter((attachment) => attachment.isAttached && !attachment.isBeingDeleted)
        .map(({ uid }) => uid),
    );
    return missing.filter(({ attachment }) => again.has(attachment.uid)).map(findingOf);
  },
};

interface Pair {
  readonly attachment: SeenAttachment;
  readonly volume: SeenVolume;
  readonly instanceId: string;
}

async function pairsOf(looks: Looks, attachments: readonly SeenAttachment[]): Promise<Pair[]> {
  const volumes = new Map((await looks.volumes()).map((volume) => [volume.name, volume]));
  const instances = await looks.instances();
  return attachments
    .filter(({ isAttached, isBeingDeleted }) => isAttached && !isBeingDeleted)
    .flatMap((attachment) => {
      const volume = volumes.get(attachment.volumeName);
      const instanceId = instanceOf(attachment, instances);
      return volume === undefined || instanceId === undefined ? [] : [{ attachment, volume, instanceId }];
    });
}

/** Disks that ECS does not show are another check's. */
async function notOnTheirInstance(looks: Looks, pairs: readonly Pair[]): Promise<Pair[]> {
  const disks = await looks.disks();
  const suspects = pairs.filter(({ volume, instanceId }) => {
    const disk = disks.get(volume.diskId);
    return disk !== undefined && !isOn(disk, instanceId);
  });
  // The first look at the disks may be older than that at the VolumeAttachments.
  const ids = [...new Set(suspects.map(({ volume }) => volume.diskId))];
  const again = ids.length === 0 ? [] : await looks.cloud.findDisks(ids, looks.call);
  const now = new Map(again.map((disk) => [disk.id, disk]));
  return suspects.filter(({ volume, instanceId }) => {
    const disk = now.get(volume.diskId);
    return disk !== undefined && !isOn(disk, instanceId);
  });
}

function findingOf({ attachment, volume, instanceId }: Pair): Finding {
  const { name, nodeName } = attachment;
  return {
    what: `VolumeAttachment ${name} says that disk ${volume.diskId} (volume ${volume.name}) is on node ${nodeName} (instance ${instanceId}), but ECS does not show it there`,
    ids: [volume.diskId, instanceId, volume.name, name],
    why: 'somebody has detached the disk by hand: a pod on that node reads and writes nothing, or does not start, and csi-attacher attaches nothing that it takes for attached',
    mend: [
      `delete the pods on node ${nodeName} that use the volume, so that the node unmounts it`,
      `kubectl delete volumeattachment ${name}`,
      'the VolumeAttachment is made anew with the next pod, and the disk attached',
    ],
  };
}
