import { defaultDriverName } from '../../../../src/disk/guards/restore-command.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClusterEvent, DeleteProtection, RecordedProtection } from '../../../../src/disk/cluster.ts';
import { isInUse, type Disk } from '../../../../src/disk/disk.ts';
import { DiskError } from '../../../../src/disk/disk-error.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { Sightings } from '../../../../src/disk/sightings.ts';
import { isReady, type Snapshot } from '../../../../src/disk/snapshot.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { FakeDiskCloud, type Fault } from '../../../support/fake-disk-cloud.ts';
import { LookedAt } from '../../../support/looked-at.ts';
import { passingFaults } from '../some-faults.ts';
import { Schedule } from './interleavings-schedule.ts';

/** What one replica has seen of the disk and its snapshots, as steps of the schedule. */
interface Eyes {
  lastDiskLook: number;
  lastSnapshotLook: number;
  recordedAt: number;
  /** The step at which the process of the replica dies. */
  readonly diesAt: number;
}

const nothingSeen: Eyes = { lastDiskLook: -1, lastSnapshotLook: -1, recordedAt: Infinity, diesAt: Infinity };

/** Whose request it is that takes effect now. */
const eyes = new AsyncLocalStorage<Eyes>();

/** Acts as a replica of its own, whose process may die at a step: its request arrives no more, or its answer does not. */
export async function asReplica<T>(act: () => Promise<T>, diesAt = Infinity): Promise<T> {
  return await eyes.run({ ...nothingSeen, diesAt }, act);
}

/** A process has died at this line; nothing after it happens. */
export class Death extends Error {}

/** The steps of the schedule at which something was done. */
interface Steps {
  attach: number;
  userDeletedSnapshot: number;
}

type Moment = (kind: 'deleted' | 'grown') => void;

class Snapshots extends LookedAt<Snapshot> {
  /** How often the disk had been written to when the snapshot was cut. */
  readonly contents = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  override add(snapshot: Snapshot, invisibleLooks?: number): Snapshot {
    this.#world.onMade(snapshot);
    return super.add(snapshot, invisibleLooks);
  }

  override look(id: string): Snapshot | undefined {
    const seen = super.look(id);
    const mine = eyes.getStore();
    if (mine !== undefined) {
      mine.lastSnapshotLook = this.#world.schedule.step;
    }
    this.#noteCut(id);
    return seen;
  }

  override change(id: string, changes: Partial<Snapshot> | 'gone', afterLooks: number): void {
    if (changes === 'gone') {
      this.#world.onGone(id);
    }
    super.change(id, changes, afterLooks);
    this.#noteCut(id);
  }

  /** A cut has the time, and the content, of the moment at which it is made. */
  #noteCut(id: string): void {
    const { cutAt } = this.get(id) ?? {};
    if (cutAt !== undefined && !this.contents.has(id)) {
      this.set(id, { cutAt: this.#world.tick() });
      this.contents.set(id, this.#world.writes);
    }
  }
}

class Disks extends LookedAt<Disk> {
  readonly #world: World;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  override look(id: string): Disk | undefined {
    const mine = eyes.getStore();
    if (mine !== undefined) {
      mine.lastDiskLook = this.#world.schedule.step;
    }
    return super.look(id);
  }

  override change(id: string, changes: Partial<Disk> | 'gone', afterLooks: number): void {
    super.change(id, changes, this.#world.growsAtOnce ? 0 : afterLooks);
    this.#world.onChange(changes === 'gone' ? 'deleted' : 'grown');
  }
}

class Cloud extends FakeDiskCloud {
  override readonly disks: Disks;
  override readonly snapshots: Snapshots;

  constructor(world: World) {
    const pick = (most: number) => Math.floor(world.schedule.random() * (most + 1));
    const looks = { creating: 0, deleting: 0, growing: pick(2), cutting: pick(2), uploading: pick(4) };
    const { refusalsUseTokens, snapshotRefusal } = world;
    super({
      ...{ travel: world.travel, looks, invisibleLooks: pick(1), rounds: 12 },
      ...{ refusalsUseTokens, snapshotRefusal },
    });
    this.disks = new Disks(world);
    this.snapshots = new Snapshots(world);
  }
}

/** A cluster whose answers travel, and which refuses to let an older protection take the place of a newer one. */
class TravellingCluster extends FakeCluster {
  readonly cuts = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  override report(event: ClusterEvent): void {
    this.#world.onReport(event);
    super.report(event);
  }

  override async recordProtection(protection: DeleteProtection): Promise<RecordedProtection> {
    await this.#world.schedule.travel();
    const there = this.protections.get(protection.diskId);
    const isNewer = (this.cuts.get(there?.snapshotId ?? '') ?? 0) > protection.cutAt.getTime();
    if (isNewer) {
      throw new DiskError('conflict', 'the object leads to a newer snapshot');
    }
    const recorded = await super.recordProtection(protection);
    const mine = eyes.getStore();
    if (mine !== undefined) {
      mine.recordedAt = this.#world.schedule.step;
    }
    this.cuts.set(protection.snapshotId, protection.cutAt.getTime());
    await this.#world.schedule.travel();
    if (this.#world.schedule.random() < 0.1) {
      throw new DiskError('outcome-unknown', 'the answer of the API server was lost');
    }
    return recorded;
  }
}

/** One disk with everybody who wants something of it, on a schedule that a seed decides. */
export class World {
  readonly schedule: Schedule;
  readonly cloud: Cloud;
  readonly cluster: TravellingCluster;
  readonly steps: Steps = { attach: -1, userDeletedSnapshot: -1 };
  /** What must not have happened. */
  readonly violations: string[] = [];
  /** Losses that nobody can prevent: done by the user after the very last look. */
  unavoidable = 0;
  writes = 1;
  /** A disk that two sizes are asked for has each resize done before the next; the cloud in memory would mix them up. */
  growsAtOnce = false;
  /** One of the snapshots fails, or will fail. */
  hasFailedSnapshots = false;
  readonly refusalsUseTokens: boolean;
  /** From then on ECS makes snapshots. */
  snapshotsAllowedAtStep = 0;
  onChange: Moment = () => undefined;
  onMade: (snapshot: Snapshot) => void = () => undefined;
  onGone: (snapshotId: string) => void = () => undefined;
  onReport: (event: ClusterEvent) => void = () => undefined;
  #nowMs = Date.UTC(2026, 0, 2);

  constructor(seed: number, { refusalsUseTokens = false } = {}) {
    this.refusalsUseTokens = refusalsUseTokens;
    this.schedule = new Schedule(seed);
    this.cloud = new Cloud(this);
    this.cluster = new TravellingCluster(this);
  }

  get parts(): ExpandGuardParts {
    return this.partsOf(new Sightings(() => this.#nowMs));
  }

  /** What a process works with that remembers what it has seen. */
  partsOf(sightings: Sightings): ExpandGuardParts {
    return {
      cloud: this.cloud,
      cluster: this.cluster,
      clusterId: 'c-1',
      driverName: defaultDriverName,
      isSwitchedOn: true,
      sightings,
      now: () => this.#nowMs,
      maxAgeMs: 600_000,
      besteffortWaitMs: 300_000,
    };
  }

  readonly snapshotRefusal = (): DiskError | undefined =>
    this.schedule.step < this.snapshotsAllowedAtStep
      ? new DiskError('quota', 'the quota is full (QuotaExceed.Snapshot)')
      : undefined;

  /** The way of a request, or of its answer; nobody is there to send or to receive it once the process has died. */
  readonly travel = async (): Promise<void> => {
    await this.schedule.travel();
    if (this.schedule.step >= (eyes.getStore()?.diesAt ?? Infinity)) {
      throw new Death();
    }
  };

  /** Time goes on with everything that happens; ECS tells it in whole seconds. */
  tick(seconds = 1): Date {
    this.#nowMs += seconds * 1000;
    return new Date(this.#nowMs);
  }

  /** Some of the next requests go wrong. */
  addFaults(most: number): void {
    const { random } = this.schedule;
    this.hasFailedSnapshots = most > 0 && random() < 0.2;
    this.cloud.failSnapshots(this.hasFailedSnapshots ? 1 : 0);
    for (let left = Math.floor(random() * (most + 1)); left > 0; left -= 1) {
      const between = Array.from({ length: Math.floor(random() * 6) }, () => 'none' as const);
      this.cloud.failNext('any', ...between, this.schedule.pick<Fault>(...passingFaults));
    }
  }

  /** The snapshots that can be restored and hold all that was ever written. */
  lastStates(): Snapshot[] {
    return this.cloud.snapshots
      .values()
      .filter((one) => isReady(one) && this.cloud.snapshots.contents.get(one.id) === this.writes);
  }

  /** Whether the replica that deletes the disk now has looked once more, after all it had to do, and the user came then. */
  isUnavoidable(): boolean {
    const { recordedAt, lastDiskLook, lastSnapshotLook } = eyes.getStore() ?? nothingSeen;
    const isUsedSince = lastDiskLook > recordedAt && this.steps.attach > lastDiskLook;
    const isDeletedSince = lastSnapshotLook > recordedAt && this.steps.userDeletedSnapshot > lastSnapshotLook;
    return isUsedSince || isDeletedSince;
  }

  /** The user puts the disk on an instance, writes, and takes it off; ECS refuses once it is gone. */
  async useDisk(): Promise<void> {
    const { schedule, cloud } = this;
    await this.pause();
    const found = cloud.disks.get('d-1');
    if (found === undefined || isInUse(found)) {
      return;
    }
    this.steps.attach = schedule.step;
    const attachments = [{ instanceId: 'i-1', device: '/dev/xvdb' }];
    cloud.disks.set('d-1', { status: 'In_use', attachments, lastAttachedAt: this.tick() });
    await schedule.travel();
    this.writes += 1;
    await schedule.travel();
    cloud.disks.set('d-1', { status: 'Available', attachments: [], lastDetachedAt: this.tick() });
  }

  /** The user deletes the objects of the protection, whose policy is Retain: the snapshot stays. */
  async deleteObjects(): Promise<void> {
    await this.pause();
    this.cluster.protections.clear();
  }

  /** The user deletes a snapshot at ECS, past Kubernetes. */
  async deleteSnapshot(): Promise<void> {
    await this.pause();
    const [snapshot] = this.cloud.snapshots.values();
    if (snapshot !== undefined) {
      this.steps.userDeletedSnapshot = this.schedule.step;
      this.cloud.snapshots.remove(snapshot.id);
    }
  }

  /** Lets a random number of others arrive first. */
  async pause(most = 40): Promise<void> {
    for (let left = Math.floor(this.schedule.random() * most); left >= 0; left -= 1) {
      await this.schedule.travel();
    }
  }
}
