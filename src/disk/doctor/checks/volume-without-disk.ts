import { isDiskId } from '../../disk.ts';
import { regionAttribute } from '../../guards/own-region.ts';
import type { Check } from '../check.ts';
import type { SeenVolume } from '../doctor-cluster.ts';
import type { Finding, NotLooked, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';
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
    const isRegionTrusted = volumes.some(({ diskId }) => disks.has(diskId));
    const sure = unseen.filter(({ attributes }) => isRegionTrusted || attributes.has(regionAttribute));
    const remarks: Remark[] = sure.length < unseen.length ? [anotherRegion(looks, unseen)] : [];
    const ids = sure.map(({ diskId }) => diskId).filter(isDiskId);
    const proofs = await provenAbsent('disk', ids, (id) => looks.cloud.isDiskProvenAbsent(id, looks.call));
    const gone = new Set(proofs.gone);
    const lost = sure.filter(({ diskId }) => gone.has(diskId) || !isDiskId(diskId));
    return [
      ...remarks,
      ...(await stillThere(looks, lost)).map((one) => findingOf(one, looks)),
      ...proofs.notLooked,
    ];
  },
};

/** Those that nobody deletes meanwhile: a volume loses its disk before it goes itself. */
async function stillThere(looks: Looks, lost: readonly SeenVolume[]): Promise<readonly SeenVolume[]> {
  if (lost.length === 0) {
    return lost;
  }
  const { ours } = await looks.cluster.listVolumes(looks.call);
  const kept = new Set(ours.filter(({ isBeingDeleted }) => !isBeingDeleted).map(({ uid }) => uid));
  return lost.filter(({ uid }) => kept.has(uid));
}

/** In the wrong region every disk is proven to be absent. */
function anotherRegion({ regionId }: Looks, unseen: readonly SeenVolume[]): NotLooked {
  return {
    at: `the disks of ${unseen.length} PersistentVolumes, such as ${unseen[0]?.diskId ?? ''} of ${unseen[0]?.name ?? ''}`,
    because: `not one disk of a PersistentVolume is seen in region ${regionId}, so this is probably another region or account`,
    mend: ['check --region and the credentials'],
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
      ...(claim === undefined
        ? []
        : [`then give up the old claim: kubectl delete pvc ${claim.name} -n ${claim.namespace}`]),
      `kubectl delete pv ${name}`,
    ],
  };
}
