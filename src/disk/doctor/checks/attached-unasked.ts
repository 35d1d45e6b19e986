import type { Disk } from '../../disk.ts';
import type { Check } from '../check.ts';
import type { SeenVolume } from '../doctor-cluster.ts';
import type { Finding } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { instanceOf } from './instance-of.ts';

/** A disk on an instance although Kubernetes asks for it there no more. */
export const attachedUnasked: Check = {
  name: 'attached-unasked',
  finds: 'disks of volumes on an instance where no VolumeAttachment asks for them',
  reads: 'attachments of disks with VolumeAttachments and CSINodes',
  mend: 'detach the disk from that instance',
  async examine(looks) {
    const candidates = await strays(looks, await looks.disks());
    if (candidates.length === 0) {
      return [];
    }
    // Looked at again after the VolumeAttachments: what was just being detached is gone by now.
    const ids = candidates.map(({ disk }) => disk.id);
    const again = new Map((await looks.cloud.findDisks(ids, looks.call)).map((disk) => [disk.id, disk]));
    return (await strays(looks, again)).map((stray) => findingOf(stray, looks));
  },
};

/** Nobody knows any more which instance the node was: it may be any. */
const anyInstance = '*';

interface Stray {
  readonly disk: Disk;
  readonly volume: SeenVolume;
  readonly instanceId: string;
}

async function strays(looks: Looks, disks: ReadonlyMap<string, Disk>): Promise<Stray[]> {
  const volumes = await looks.volumes();
  const asked = await askedFor(looks);
  return volumes.flatMap((volume) => {
    const disk = disks.get(volume.diskId);
    const isAsked = (instanceId: string) => asked.has(`${volume.diskId} ${instanceId}`);
    return disk === undefined || isAsked(anyInstance)
      ? []
      : disk.attachments
          .filter(({ instanceId }) => !isAsked(instanceId))
          .map(({ instanceId }) => ({ disk, volume, instanceId }));
  });
}

/** `disk instance` of every VolumeAttachment, also one that is only wanted or about to go. */
async function askedFor(looks: Looks): Promise<ReadonlySet<string>> {
  const diskOf = new Map((await looks.volumes()).map(({ name, diskId }) => [name, diskId]));
  const instances = await looks.instances();
  return new Set(
    (await looks.attachments()).flatMap((attachment) => {
      const diskId = diskOf.get(attachment.volumeName);
      return diskId === undefined ? [] : [`${diskId} ${instanceOf(attachment, instances) ?? anyInstance}`];
    }),
  );
}

function findingOf({ disk, volume, instanceId }: Stray, { regionId }: Looks): Finding {
  const whose = volume.claim === undefined ? '' : `, claim ${volume.claim.namespace}/${volume.claim.name}`;
  return {
    what: `disk ${disk.id} (volume ${volume.name}${whose}) is on instance ${instanceId}, where no VolumeAttachment asks for it`,
    ids: [disk.id, instanceId, volume.name],
    why: 'a late request of a process that was killed, or somebody by hand, put it there; until it is detached, no pod on another node gets it, and it can be written to behind the back of Kubernetes',
    mend: [
      `see on the instance that nothing uses the disk (serial number ${disk.serialNumber ?? 'unknown'}), then: aliyun ecs DetachDisk --RegionId ${regionId} --InstanceId ${instanceId} --DiskId ${disk.id}`,
    ],
  };
}
