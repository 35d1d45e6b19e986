import type {
  Cluster,
  ClusterEvent,
  ClusterVolume,
  DeleteProtection,
  ExpansionState,
  NodeSearch,
  RecordedProtection,
  SelectedNode,
} from '../../src/disk/cluster.ts';
import type { DiskError } from '../../src/disk/disk-error.ts';

/** A cluster in memory. */
export class FakeCluster implements Cluster {
  readonly volumes = new Map<string, ClusterVolume>();
  /** What the API server has, where the cache lags. */
  volumesNow: ReadonlyMap<string, ClusterVolume> | undefined;
  readonly protections = new Map<string, RecordedProtection>();
  readonly events: ClusterEvent[] = [];
  readonly restoring = new Set<string>();
  readonly nodeSearches: NodeSearch[] = [];
  selectedNode: SelectedNode | undefined;
  expansion: ExpansionState = 'complete';
  /** What the next attempts to record a protection end in. */
  recordFailures: DiskError[] = [];
  /** Runs while a protection is recorded: what others do meanwhile. */
  meanwhile: () => void = () => undefined;

  /** A volume with the given attributes, bound to a claim. */
  addVolume(diskId: string, attributes: Readonly<Record<string, string>> = {}): ClusterVolume {
    const volume: ClusterVolume = {
      name: `pv-${diskId}`,
      uid: `uid-${diskId}`,
      diskId,
      storageClass: 'datasafe',
      attributes: new Map(Object.entries(attributes)),
      volumeMode: 'Filesystem',
      claim: { namespace: 'db', name: `pvc-${diskId}`, uid: `claim-${diskId}` },
    };
    this.volumes.set(diskId, volume);
    return volume;
  }

  /** The reasons of all events so far, each once. */
  reasons(): string[] {
    return [...new Set(this.events.map(({ reason }) => reason))];
  }

  findSelectedNode(search: NodeSearch): Promise<SelectedNode | undefined> {
    this.nodeSearches.push(search);
    return Promise.resolve(this.selectedNode);
  }

  findVolume(diskId: string): Promise<ClusterVolume | undefined> {
    return Promise.resolve(this.volumes.get(diskId));
  }

  findVolumeNow(diskId: string): Promise<ClusterVolume | undefined> {
    return Promise.resolve((this.volumesNow ?? this.volumes).get(diskId));
  }

  expansionState(): Promise<ExpansionState> {
    return Promise.resolve(this.expansion);
  }

  recordProtection({ diskId, snapshotId, expiresAt }: DeleteProtection): Promise<RecordedProtection> {
    const failure = this.recordFailures.shift();
    if (failure !== undefined) {
      return Promise.reject(failure);
    }
    this.meanwhile();
    const recorded = {
      diskId,
      snapshotId,
      contentName: `${diskId}-delprotect-content`,
      snapshotName: `${diskId}-delprotect`,
      namespace: 'default',
      expiresAt,
    };
    this.protections.set(diskId, recorded);
    return Promise.resolve(recorded);
  }

  listProtections(): Promise<RecordedProtection[]> {
    return Promise.resolve([...this.protections.values()]);
  }

  isBeingRestored(snapshotId: string): Promise<boolean> {
    return Promise.resolve(this.restoring.has(snapshotId));
  }

  removeProtection({ diskId }: RecordedProtection): Promise<void> {
    this.protections.delete(diskId);
    return Promise.resolve();
  }

  report(event: ClusterEvent): void {
    this.events.push(event);
  }
}
