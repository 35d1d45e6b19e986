import type { Disk } from '../disk.ts';
import { regionAttribute } from '../guards/own-region.ts';
import { ownControllers, settingOf, titleOf } from './controllers.ts';
import type { SeenVolume } from './doctor-cluster.ts';
import type { NotLooked } from './finding.ts';
import type { Looks } from './looks.ts';

/** Why nothing may be called gone or left over, and what to check. */
export type Doubt = Pick<NotLooked, 'because' | 'mend'>;

/**
 * Whether kubeconfig, account, region and cluster id are of one and the same cluster. In a wrong place all that is alive seems
 * to be gone, or left over, even to a proof: ECS says of what another account has that it does not exist.
 */
export interface Place {
  /** What speaks against it. */
  readonly contradiction: Doubt | undefined;
  /** ECS shows the disk of some PersistentVolume, which speaks for account and region. */
  readonly isAccountProven: boolean;
  /** A disk with the cluster id stands behind some PersistentVolume, which speaks for the kubeconfig. */
  readonly isClusterProven: boolean;
  /** Where volumes of this driver have their disks, too: what does not say its region may be there. */
  readonly otherRegions: readonly string[];
}

export async function lookAtPlace(looks: Looks): Promise<Place> {
  const disks = await looks.disks();
  const own = (await looks.ownDiskIds()).filter((id) => disks.has(id));
  const mentioned = await looks.mentionedDisks();
  const all = await looks.allVolumes();
  const here = await looks.volumes();
  const evidence = { looks, disks, all, here, own, isOwnMentioned: own.some((id) => mentioned.has(id)) };
  return {
    contradiction:
      notSeen(evidence) ?? elsewhereOnly(evidence) ?? ofAnother(evidence) ?? (await toldOtherwise(looks)),
    isAccountProven: here.some(({ diskId }) => disks.has(diskId)),
    isClusterProven: evidence.isOwnMentioned,
    otherRegions: otherRegionsOf(all, looks.regionId),
  };
}

/** Why what ECS does not show may be alive. `isSeen`: something else that is on record here is seen at ECS. */
export function doubtOnAbsence(place: Place, { regionId }: Looks, isSeen = false): Doubt | undefined {
  const unproven = {
    because: `no PersistentVolume has a disk that ECS shows in region ${regionId}, so nothing says that this is the right region and account`,
    mend: [checkPlace],
  };
  return place.contradiction ?? (place.isAccountProven || isSeen ? undefined : unproven);
}

/** Why what nothing here leads to may be needed in another cluster. `isLed`: an object here leads to something of its kind. */
export function doubtOnCluster(place: Place, { clusterId = '' }: Looks, isLed: boolean): Doubt | undefined {
  const unproven = {
    because: `no disk of cluster ${clusterId} stands behind a PersistentVolume here, so nothing says that this is the right cluster`,
    mend: [checkPlace],
  };
  return place.contradiction ?? (place.isClusterProven || isLed ? undefined : unproven);
}

const checkPlace =
  'check that --region, the credentials, --kubernetes and --cluster-id are of the same cluster, and delete nothing before';

interface Evidence {
  readonly looks: Looks;
  readonly disks: ReadonlyMap<string, Disk>;
  readonly all: readonly SeenVolume[];
  /** Those of this region, as far as they say. */
  readonly here: readonly SeenVolume[];
  readonly own: readonly string[];
  readonly isOwnMentioned: boolean;
}

function notSeen({ looks: { regionId }, disks, here }: Evidence): Doubt | undefined {
  const [first] = here;
  return first === undefined || here.some(({ diskId }) => disks.has(diskId))
    ? undefined
    : {
        because: `not one disk of a PersistentVolume is seen in region ${regionId} (${here.length}, such as ${first.diskId} of ${first.name}), so this is probably another region or account`,
        mend: [
          checkPlace,
          `if they are, these disks are gone, or hidden from this account: look for snapshots of each: aliyun ecs DescribeSnapshots --RegionId ${regionId} --DiskId ${first.diskId}`,
        ],
      };
}

function elsewhereOnly({ looks: { regionId }, all, here }: Evidence): Doubt | undefined {
  return all.length === 0 || here.length > 0
    ? undefined
    : {
        because: `every PersistentVolume has its disk in ${otherRegionsOf(all, regionId).join(', ')}, not in ${regionId}, so this is probably another region`,
        mend: [checkPlace],
      };
}

/** An empty cluster may have left disks behind; one that has volumes and none of them seems to be another. */
function ofAnother({ looks: { clusterId = '' }, own, isOwnMentioned }: Evidence): Doubt | undefined {
  return own.length === 0 || isOwnMentioned
    ? undefined
    : {
        because: `none of the disks of cluster ${clusterId} (${own.length}, such as ${own[0] ?? ''}) stands behind a PersistentVolume here, so this may be another cluster`,
        mend: [checkPlace, 'if they are, all of these disks are left over'],
      };
}

/** A disk that was moved from one cluster to another keeps its tag: then only the plugin says which cluster this is. */
async function toldOtherwise(looks: Looks): Promise<Doubt | undefined> {
  const settings = [
    { flag: 'region', variable: 'REGION_ID', mine: looks.regionId },
    { flag: 'cluster-id', variable: 'CLUSTER_ID', mine: looks.clusterId },
  ];
  for (const controller of await ownControllers(looks)) {
    for (const { flag, variable, mine } of settings) {
      const told = settingOf(controller.plugin, flag, variable);
      if (typeof told === 'string' && mine !== undefined && told !== mine) {
        const because = `${titleOf(controller)} is told --${flag} ${told}, the doctor --${flag} ${mine}, so this may be another cluster, region or account`;
        return { because, mend: [checkPlace] };
      }
    }
  }
  return undefined;
}

function otherRegionsOf(volumes: readonly SeenVolume[], regionId: string): string[] {
  const regions = volumes.flatMap(({ attributes }) => attributes.get(regionAttribute) ?? []);
  return [...new Set(regions)].filter((region) => region !== regionId).sort();
}
