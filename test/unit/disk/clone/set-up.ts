import { cloneDisk } from '../../../../src/disk/clone/clone-disk.ts';
import { isCloneSnapshot } from '../../../../src/disk/clone/clone-mark.ts';
import type { CloneRequest } from '../../../../src/disk/clone/clone-snapshot.ts';
import type { Disk } from '../../../../src/disk/disk.ts';
import { guardBeforeDelete } from '../../../../src/disk/guards/before-delete.ts';
import { Keeper, type KeeperAct } from '../../../../src/disk/guards/keeper.ts';
import { defaultDriverName } from '../../../../src/disk/guards/restore-command.ts';
import { removeDisk } from '../../../../src/disk/remove-disk.ts';
import type { Snapshot } from '../../../../src/disk/snapshot.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall, aDiskRequest, sightingsOf } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { FakeDiskCloud, type FakeDiskCloudOptions } from '../../../support/fake-disk-cloud.ts';

/** The moment at which the cloud in memory makes its first cut. */
export const start = Date.UTC(2026, 0, 2);
export const hourMs = 60 * 60 * 1000;
export const dayMs = 24 * hourMs;

/** A used disk, a clone of it whose class asks for protection, and all who may have to do with the snapshot between them. */
export class ProtectedCloneScene {
  readonly cloud: FakeDiskCloud;
  readonly cluster = new FakeCluster();
  readonly source: Disk;
  readonly problems: unknown[] = [];
  nowMs = start + 60_000;
  clusterId: string | undefined = 'c-1';
  isSwitchedOn = true;
  isDryRun = false;
  #replicas = new Map<number, Keeper>();
  #acts: KeeperAct[] = [];

  constructor(options: FakeDiskCloudOptions = {}) {
    const looks = { cutting: 0, uploading: 0, deleting: 0, ...options.looks };
    this.cloud = new FakeDiskCloud({ knowsUnused: true, ...options, looks });
    this.source = this.cloud.addDisk({ wasEverAttached: true });
  }

  /** The same request each time. */
  async clone(days = '3', changes: Partial<CloneRequest> = {}): Promise<Disk> {
    const tags = [
      { key: tagKeys.clonedFrom, value: this.source.id },
      { key: tagKeys.diskKey, value: 'pvc-copy' },
      { key: tagKeys.deleteSnapshotRetentionDays, value: days },
    ];
    const request = { ...aDiskRequest({ key: 'pvc-copy', tags }), sourceDiskId: this.source.id, ...changes };
    return await cloneDisk(this.parts, request, aCall());
  }

  /** Deletes as DeleteVolume does. */
  async remove({ id }: Disk): Promise<void> {
    await removeDisk(this.cloud, id, aCall(), guardBeforeDelete(this.parts));
  }

  /** A round of one replica's keeper. @returns what it did. */
  async keep(replica = 0): Promise<KeeperAct['act'][]> {
    const keeper = this.#replicas.get(replica) ?? this.restartKeeper(replica);
    this.#acts = [];
    await keeper.round(aCall());
    return this.#acts.map(({ act }) => act);
  }

  restartKeeper(replica = 0): Keeper {
    const keeper = new Keeper({
      ...this.parts,
      isDryRun: this.isDryRun,
      onAct: (act) => this.#acts.push(act),
      onProblem: (error) => this.problems.push(error),
    });
    this.#replicas.set(replica, keeper);
    return keeper;
  }

  /** What an instance has had it has written to. */
  use({ id }: Disk): void {
    this.cloud.disks.set(id, { wasEverAttached: true, lastAttachedAt: new Date(this.nowMs) });
  }

  /** ECS ends what is over. */
  passTime(ms: number): void {
    this.nowMs += ms;
    for (const { id, cutAt, retentionDays } of this.cloud.snapshots.values()) {
      if ((cutAt?.getTime() ?? 0) + (retentionDays ?? Number.POSITIVE_INFINITY) * dayMs <= this.nowMs) {
        this.cloud.snapshots.remove(id);
      }
    }
  }

  setPolicy({ id }: Disk, days: string): void {
    const tags = new Map(this.cloud.disks.get(id)?.tags).set(tagKeys.deleteSnapshotRetentionDays, days);
    this.cloud.disks.set(id, { tags });
  }

  get snapshot(): Snapshot | undefined {
    return this.cloud.snapshots.values()[0];
  }

  get isStep(): boolean {
    return this.snapshot !== undefined && isCloneSnapshot(this.snapshot);
  }

  get parts() {
    return {
      cloud: this.cloud,
      sightings: sightingsOf(this.cloud),
      cluster: this.cluster,
      clusterId: this.clusterId,
      driverName: defaultDriverName,
      isSwitchedOn: this.isSwitchedOn,
      now: () => this.nowMs,
    };
  }
}
