import type { Call } from '../call.ts';
import type { RecordedProtection } from '../cluster.ts';
import { isDiskId, type Disk, type Tag } from '../disk.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import type { GroupCloud } from '../groups/group-calls.ts';
import type { SnapshotGroup } from '../groups/snapshot-group.ts';
import { inheritedTag } from '../guards/guard-snapshot.ts';
import { regionAttribute } from '../guards/own-region.ts';
import type { SpecCalls } from '../modify/spec-calls.ts';
import type { Snapshot } from '../snapshot.ts';
import { ownerTag, tagKeys } from '../tags.ts';
import { cloneTags } from '../clone/clone-mark.ts';
import type {
  DoctorCluster,
  SeenAttachment,
  SeenClass,
  SeenDeployment,
  SeenDriver,
  SeenLease,
  SeenVolume,
  SeenVolumeSnapshot,
} from './doctor-cluster.ts';
import { lookAtPlace, type Place } from './place.ts';

export interface DoctorParts {
  readonly cloud: GroupCloud & SpecCalls;
  readonly cluster: DoctorCluster;
  readonly driverName: string;
  readonly regionId: string;
  /** `undefined`: the operator did not say which cluster this is. */
  readonly clusterId: string | undefined;
  readonly now: () => number;
}

/** What is read once, however many checks ask for it. Each rejects with the DiskError of its reading. */
export interface Looks extends DoctorParts {
  readonly call: Call;
  /** The volumes whose disk is in this region, as far as they say. */
  readonly volumes: () => Promise<readonly SeenVolume[]>;
  readonly allVolumes: () => Promise<readonly SeenVolume[]>;
  /** The ids of disks that volumes of whatever kind mention: nobody may call them left over. */
  readonly mentionedDisks: () => Promise<ReadonlySet<string>>;
  /** Those behind volumes, and those with the tag of this cluster, by id. Without those that ECS does not show. */
  readonly disks: () => Promise<ReadonlyMap<string, Disk>>;
  /** The ids of the disks with the tag of this cluster; of none when nobody has said which cluster this is. */
  readonly ownDiskIds: () => Promise<readonly string[]>;
  readonly attachments: () => Promise<readonly SeenAttachment[]>;
  readonly instances: () => Promise<ReadonlyMap<string, string>>;
  readonly storageClasses: () => Promise<readonly SeenClass[]>;
  readonly groupClasses: () => Promise<readonly string[]>;
  readonly snapshotHandles: () => Promise<ReadonlySet<string>>;
  readonly groupHandles: () => Promise<ReadonlySet<string>>;
  readonly protections: () => Promise<readonly RecordedProtection[]>;
  /** Snapshots of this cluster that a guard made, or a clone went by. */
  readonly expandSnapshots: () => Promise<readonly Snapshot[]>;
  readonly deleteSnapshots: () => Promise<readonly Snapshot[]>;
  readonly cloneSnapshots: () => Promise<readonly Snapshot[]>;
  /** Those of clones, and of guards, that are the protection of a deleted disk which was made from them. */
  readonly takenOverSnapshots: () => Promise<readonly Snapshot[]>;
  readonly groups: () => Promise<readonly SnapshotGroup[]>;
  readonly driver: () => Promise<SeenDriver | undefined>;
  readonly deployments: () => Promise<readonly SeenDeployment[]>;
  readonly leases: () => Promise<readonly SeenLease[]>;
  readonly volumeSnapshots: () => Promise<readonly SeenVolumeSnapshot[]>;
  readonly crds: () => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Whether all this is of one and the same cluster: before, nothing may be called gone or left over. */
  readonly place: () => Promise<Place>;
}

/** Nothing is read before a check asks for it. */
export function createLooks(parts: DoctorParts, call: Call): Looks {
  const { cluster, cloud, clusterId, regionId } = parts;
  const ownTag = () => ownerTagOf(clusterId);
  const seenVolumes = once(() => cluster.listVolumes(call));
  const allVolumes = async () => (await seenVolumes()).ours;
  const volumes = once(async () => (await allVolumes()).filter((volume) => isInRegion(volume, regionId)));
  const ownDiskIds = once(async () =>
    clusterId === undefined ? [] : await cloud.listDiskIds(ownerTag(clusterId), call),
  );
  const ownSnapshots = async (...tags: readonly Tag[]) => {
    const owner = ownTag();
    const ids = await Promise.all(tags.map((tag) => cloud.listSnapshotIds(tag, call)));
    const found = await cloud.findSnapshots(ids.flat(), call);
    return found.filter(({ tags }) => tags.get(owner.key) === owner.value);
  };
  const looks: Looks = {
    ...parts,
    call,
    allVolumes,
    mentionedDisks: async () => (await seenVolumes()).mentioned,
    volumes,
    ownDiskIds,
    disks: once(async () => {
      // The disks first: a volume that is made meanwhile makes no disk of these look forgotten.
      const own = await ownDiskIds();
      const ids = new Set([...own, ...(await volumes()).map(({ diskId }) => diskId).filter(isDiskId)]);
      return new Map((await cloud.findDisks([...ids], call)).map((disk) => [disk.id, disk]));
    }),
    expandSnapshots: once(() => ownSnapshots({ key: tagKeys.guard, value: 'expand' })),
    deleteSnapshots: once(() => ownSnapshots({ key: tagKeys.guard, value: 'delete' })),
    cloneSnapshots: once(() => ownSnapshots(cloneTags.step, cloneTags.wayBack)),
    takenOverSnapshots: once(() => ownSnapshots(cloneTags.takenOver, inheritedTag)),
    groups: once(async () => await cloud.findSnapshotGroupsByTag(ownTag(), call)),
    ...looksAtCluster(cluster, call),
    place: once(() => lookAtPlace(looks)),
  };
  return looks;
}

function looksAtCluster(cluster: DoctorCluster, call: Call) {
  const crds = once(() => cluster.listSnapshotCrds(call));
  return {
    attachments: once(() => cluster.listAttachments(call)),
    instances: once(() => cluster.listInstances(call)),
    storageClasses: once(() => cluster.listStorageClasses(call)),
    // Where the CRDs are not installed, there are no objects; another check tells of that.
    groupClasses: once(() =>
      withoutCrd(cluster.listGroupClasses(call), crds, `volumegroupsnapshotclasses.${groupApi}`, []),
    ),
    groupHandles: once(() =>
      withoutCrd(
        cluster.listGroupHandles(call),
        crds,
        `volumegroupsnapshotcontents.${groupApi}`,
        new Set<string>(),
      ),
    ),
    snapshotHandles: once(() =>
      withoutCrd(cluster.listSnapshotHandles(call), crds, snapshotContentCrd, new Set<string>()),
    ),
    protections: once(() => withoutCrd(cluster.listProtections(call), crds, snapshotContentCrd, [])),
    driver: once(() => cluster.findDriver(call)),
    deployments: once(() => cluster.listDeployments(call)),
    leases: once(() => cluster.listLeases(call)),
    volumeSnapshots: once(() => withoutCrd(cluster.listVolumeSnapshots(call), crds, snapshotCrd, [])),
    crds,
  };
}

const snapshotCrd = 'volumesnapshots.snapshot.storage.k8s.io';
const snapshotContentCrd = 'volumesnapshotcontents.snapshot.storage.k8s.io';
const groupApi = 'groupsnapshot.storage.k8s.io';

/** @throws DiskError `invalid` without an id: what other clusters of the account have made would seem left over. */
function ownerTagOf(clusterId: string | undefined): Tag {
  if (clusterId === undefined) {
    throw new DiskError('invalid', 'without --cluster-id, it is not known what at ECS is of this cluster');
  }
  return ownerTag(clusterId);
}

/** @throws DiskError `unsupported` where the objects are served, in a version that nobody here knows: they are not seen. */
async function withoutCrd<T>(reading: Promise<T>, crds: Looks['crds'], name: string, nothing: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isDiskError(error, 'unsupported') && !(await crds()).has(name)) {
      return nothing;
    }
    throw error;
  }
}

function isInRegion({ attributes }: SeenVolume, regionId: string): boolean {
  return (attributes.get(regionAttribute) ?? regionId) === regionId;
}

/** A failure is remembered too: what is denied once would be denied again. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}
