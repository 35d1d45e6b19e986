import type { Attachment, Disk } from '../../disk.ts';
import type { Check } from '../check.ts';
import type { SeenAttachment, SeenVolume } from '../doctor-cluster.ts';
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
    const seen = { volumes: await looks.volumes(), attachments: await looks.attachments() };
    const candidates = strays({ ...seen, instances: await looks.instances() }, await looks.disks());
    if (candidates.length === 0) {
      return [];
    }
    // The disks again, and after them who asks for them: a disk that has moved meanwhile is where it is asked for by now.
    const ids = candidates.map(({ disk }) => disk.id);
    const disks = new Map((await looks.cloud.findDisks(ids, looks.call)).map((disk) => [disk.id, disk]));
    const again = strays(await whatIsAskedNow(looks), disks);
    const before = new Set(candidates.map(stayOf));
    return again.filter((stray) => before.has(stayOf(stray))).map((stray) => findingOf(stray, looks));
  },
};

/** Nobody knows any more which instance the node was: it may be any. */
const anyInstance = '*';

interface Asked {
  readonly volumes: readonly SeenVolume[];
  readonly attachments: readonly SeenAttachment[];
  readonly instances: ReadonlyMap<string, string>;
}

interface Stray {
  readonly disk: Disk;
  readonly volume: SeenVolume;
  readonly attachment: Attachment;
}

/** One stay of a disk at an instance: when it comes there anew, somebody else may have asked for it. */
function stayOf({ disk, attachment: { instanceId, attachedAt } }: Stray): string {
  return `${disk.id} ${instanceId} ${attachedAt?.toISOString() ?? ''}`;
}

async function whatIsAskedNow({ cluster, call }: Looks): Promise<Asked> {
  return {
    attachments: await cluster.listAttachments(call),
    instances: await cluster.listInstances(call),
    // After the VolumeAttachments: they name volumes that were there before them.
    volumes: (await cluster.listVolumes(call)).ours,
  };
}

function strays(asked: Asked, disks: ReadonlyMap<string, Disk>): Stray[] {
  const pairs = askedPairs(asked);
  return asked.volumes.flatMap((volume) => {
    const disk = disks.get(volume.diskId);
    const isAsked = (instanceId: string) => pairs.has(`${volume.diskId} ${instanceId}`);
    return disk === undefined || isAsked(anyInstance)
      ? []
      : disk.attachments
          .filter(({ instanceId }) => !isAsked(instanceId))
          .map((attachment) => ({ disk, volume, attachment }));
  });
}

/** `disk instance` of every VolumeAttachment, also one that is only wanted or about to go. */
function askedPairs({ volumes, attachments, instances }: Asked): ReadonlySet<string> {
  const diskOf = new Map(volumes.map(({ name, diskId }) => [name, diskId]));
  return new Set(
    attachments.flatMap((attachment) => {
      const diskId = diskOf.get(attachment.volumeName);
      return diskId === undefined ? [] : [`${diskId} ${instanceOf(attachment, instances) ?? anyInstance}`];
    }),
  );
}

function findingOf({ disk, volume, attachment: { instanceId } }: Stray, { regionId }: Looks): Finding {
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
