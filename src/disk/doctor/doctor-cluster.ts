import type { Call } from '../call.ts';
import type { ClusterVolume, ExpansionState, RecordedProtection } from '../cluster.ts';

/**
 * What the doctor reads of Kubernetes; it writes nothing. Every method rejects with a DiskError, `denied` without the right
 * to read and `unsupported` where the type is not served in a version that it knows: an empty list was read and is empty.
 */
export interface DoctorCluster {
  listVolumes(call: Call): Promise<SeenVolumes>;
  /** The VolumeAttachments of this driver. */
  listAttachments(call: Call): Promise<SeenAttachment[]>;
  /** The instance behind each node where the node plugin of this driver runs, by the name of the node. */
  listInstances(call: Call): Promise<Map<string, string>>;
  /** The StorageClasses of this driver. */
  listStorageClasses(call: Call): Promise<SeenClass[]>;
  /** The names of the VolumeGroupSnapshotClasses of this driver. */
  listGroupClasses(call: Call): Promise<string[]>;
  /** The ids of the snapshots to which VolumeSnapshotContents of this driver lead. */
  listSnapshotHandles(call: Call): Promise<Set<string>>;
  /** The ids of the snapshot groups to which VolumeGroupSnapshotContents of this driver lead. */
  listGroupHandles(call: Call): Promise<Set<string>>;
  listProtections(call: Call): Promise<RecordedProtection[]>;
  expansionState(volume: ClusterVolume, sizeGiB: number, call: Call): Promise<ExpansionState>;
  findDriver(call: Call): Promise<SeenDriver | undefined>;
  /** Every Deployment that can be running, of whatever driver. */
  listDeployments(call: Call): Promise<SeenDeployment[]>;
  /** The versions that each CRD of the snapshot groups of API serves, by plural and group. */
  listSnapshotCrds(call: Call): Promise<Map<string, readonly string[]>>;
}

export interface SeenVolumes {
  /** The PersistentVolumes of this driver. */
  readonly ours: readonly SeenVolume[];
  /** The ids of disks that PersistentVolumes of whatever kind mention, in whatever place. */
  readonly mentioned: ReadonlySet<string>;
}

export interface SeenVolume extends ClusterVolume {
  readonly isBeingDeleted: boolean;
  /** A VolumeAttributesClass decides on its attributes. */
  readonly attributesClass: string | undefined;
}

export interface SeenAttachment {
  readonly name: string;
  readonly uid: string;
  readonly volumeName: string;
  readonly nodeName: string;
  /** The instance, as csi-attacher noted it down: it stays known when the node is gone. */
  readonly instanceId: string | undefined;
  readonly isAttached: boolean;
  readonly isBeingDeleted: boolean;
}

export interface SeenClass {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The CSIDriver object. */
export interface SeenDriver {
  readonly attachRequired: boolean;
  readonly podInfoOnMount: boolean;
}

export interface SeenDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly containers: readonly SeenContainer[];
}

export interface SeenContainer {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  /** `undefined`: the value comes from elsewhere, such as a Secret. */
  readonly env: ReadonlyMap<string, string | undefined>;
  /** There are variables beside these, of a whole Secret or ConfigMap (`envFrom`). */
  readonly hasMoreEnv: boolean;
}
