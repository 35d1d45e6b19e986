import { isDiskId } from '../../disk.ts';
import { regionAttribute } from '../../guards/own-region.ts';
import type { Check } from '../check.ts';
import type { SeenVolume } from '../doctor-cluster.ts';
import type { Finding, NotLooked, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { doubtOnAbsence, type Place } from '../place.ts';
import { provenAbsent } from './proven-absent.ts';

/** A volume whose data is gone. */
export const volumeWithoutDisk: Check = {
  name: 'volume-without-disk',
  finds: 'PersistentVolumes whose disk is proven to be gone',
  reads:
    'PersistentVolumes with disks; a disk that ECS does not show is gone only when UntagResources says so',
  mend: 'restore a snapshot of the disk, and remove claim and volume',
  async examine(looks) {
    const disks = await looks.disks();
    const volumes = (await looks.volumes()).filter(({ isBeingDeleted }) => !isBeingDeleted);
    const unseen = volumes.filter(({ diskId }) => !disks.has(diskId));
    if (unseen.length === 0) {
      return [];
    }
    const place = await looks.place();
    const doubt = doubtOnAbsence(place, looks);
    if (doubt !== undefined) {
      return [{ at: disksOf(unseen), ...doubt }];
    }
    const isRegionKnown = ({ attributes }: SeenVolume) =>
      place.otherRegions.length === 0 || attributes.has(regionAttribute);
    const unknown = unseen.filter((volume) => !isRegionKnown(volume));
    return [
      ...(await provenLost(unseen.filter(isRegionKnown), looks)),
      ...(unknown.length === 0 ? [] : [unknownRegion(unknown, place)]),
    ];
  },
};

async function provenLost(unseen: readonly SeenVolume[], looks: Looks): Promise<Remark[]> {
  const ids = unseen.map(({ diskId }) => diskId).filter(isDiskId);
  const proofs = await provenAbsent('disk', ids, (id) => looks.cloud.isDiskProvenAbsent(id, looks.call));
  const gone = new Set(proofs.gone);
  const lost = unseen.filter(({ diskId }) => gone.has(diskId) || !isDiskId(diskId));
  return [...(await stillThere(looks, lost)).map((one) => findingOf(one, looks)), ...proofs.notLooked];
}

/** Those that nobody deletes meanwhile: a volume loses its disk before it goes itself. */
async function stillThere(looks: Looks, lost: readonly SeenVolume[]): Promise<readonly SeenVolume[]> {
  if (lost.length === 0) {
    return lost;
  }
  const { ours } = await looks.cluster.listVolumes(looks.call);
  const kept = new Set(ours.filter(({ isBeingDeleted }) => !isBeingDeleted).map(({ uid }) => uid));
  return lost.filter(({ uid }) => kept.has(uid));
}

function disksOf(volumes: readonly SeenVolume[]): string {
  return `the disks of ${volumes.length} PersistentVolumes, such as ${volumes[0]?.diskId ?? ''} of ${volumes[0]?.name ?? ''}`;
}

/** In the wrong region every disk is proven to be absent. */
function unknownRegion(volumes: readonly SeenVolume[], { otherRegions }: Place): NotLooked {
  return {
    at: disksOf(volumes),
    because: `they do not say their region, and other disks of this cluster are in ${otherRegions.join(', ')}`,
    mend: ['run the doctor for each of the regions: a disk that none of them shows is gone'],
  };
}

function findingOf(volume: SeenVolume, { regionId }: Looks): Finding {
  const { name, diskId, claim } = volume;
  const whose = claim === undefined ? 'no claim' : `claim ${claim.namespace}/${claim.name}`;
  return {
    what: `PersistentVolume ${name} (${whose}) stands for disk ${diskId}, which does not exist in region ${regionId}`,
    ids: [diskId, name],
    why: 'pods that use the claim do not start; the data is gone but for what snapshots hold',
    mend: [
      `look for snapshots: aliyun ecs DescribeSnapshots --RegionId ${regionId} --DiskId ${diskId}`,
      'restore one: csi-datasafe restore-manifests --snapshot <id> --size <size> | kubectl apply -f -',
      `have nothing deleted at ECS with what follows: kubectl patch pv ${name} -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
      ...(claim === undefined
        ? []
        : [`then give up the old claim: kubectl delete pvc ${claim.name} -n ${claim.namespace}`]),
      `kubectl delete pv ${name}`,
    ],
  };
}
