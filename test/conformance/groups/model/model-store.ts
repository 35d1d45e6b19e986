import type { Snapshot } from '../../../../src/generated/csi/v1/Snapshot.ts';
import type { Volume } from '../../../../src/generated/csi/v1/Volume.ts';

/** A snapshot as the model keeps it: every field is there. */
export type ModelSnapshot = Required<Omit<Snapshot, 'creationTime'>> & {
  readonly creationTime: { readonly seconds: string; readonly nanos: number };
};

const capacityBytes = String(1024 ** 3);

/** Volumes and snapshots in memory. */
export class ModelStore {
  readonly volumes = new Map<string, Volume>();
  readonly snapshots = new Map<string, ModelSnapshot>();
  #count = 0;

  newId(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }

  addVolume(contentSource: Volume['contentSource']): Volume {
    const volume = { volumeId: this.newId('volume'), capacityBytes, contentSource: contentSource ?? null };
    this.volumes.set(volume.volumeId, volume);
    return volume;
  }

  addSnapshot(sourceVolumeId: string, groupSnapshotId: string): ModelSnapshot {
    const snapshot = {
      snapshotId: this.newId('snapshot'),
      sourceVolumeId,
      groupSnapshotId,
      sizeBytes: capacityBytes,
      creationTime: { seconds: '1700000000', nanos: 0 },
      readyToUse: true,
    };
    this.snapshots.set(snapshot.snapshotId, snapshot);
    return snapshot;
  }
}
