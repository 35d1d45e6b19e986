import type { Call } from '../../src/disk/call.ts';
import { diskCategories } from '../../src/disk/categories.ts';
import { isInUse, type Disk, type DiskResize, type NewDisk, type Tag } from '../../src/disk/disk.ts';
import type { DiskCloud } from '../../src/disk/disk-cloud.ts';
import type { GroupCloud } from '../../src/disk/groups/group-calls.ts';
import { DiskError } from '../../src/disk/disk-error.ts';
import type { NewSnapshot, Snapshot } from '../../src/disk/snapshot.ts';
import { aDisk, aSnapshot, diskFrom, snapshotFrom } from './builders.ts';
import { FakeAttachments } from './fake-attachments.ts';
import { errorFor, refusal, there, throwAny, UsedTokens } from './fake-cloud-faults.ts';
import type { CloudCall, CloudMethod, FakeDiskCloudOptions, Fault } from './fake-cloud-faults.ts';
import { idsWith, LookedAt } from './looked-at.ts';

export type { CloudMethod, FakeDiskCloudOptions, Fault } from './fake-cloud-faults.ts';

/**
 * ECS in memory. What was asked of it takes effect as somebody looks; ClientTokens are remembered for ever, also those
 * of resources that are gone; every call is recorded, and each can be made to fail.
 */
export class FakeDiskCloud extends FakeAttachments implements DiskCloud {
  readonly calls: CloudCall[] = [];
  override readonly disks = new LookedAt<Disk>();
  readonly snapshots = new LookedAt<Snapshot>();
  readonly #tokens = new UsedTokens();
  /** The last size that was asked for, be the disk on its way there. */
  readonly #growingTo = new Map<string, number>();
  readonly #faults = new Map<CloudMethod | 'any', Fault[]>();
  readonly #refused = new Set<CloudMethod>();
  protected readonly images = new Set<string>();
  protected readonly looks;
  protected readonly options: FakeDiskCloudOptions;
  #made = 0;
  #failSnapshots = 0;

  constructor(options: FakeDiskCloudOptions = {}) {
    super();
    this.looks = { creating: 1, deleting: 1, growing: 1, cutting: 1, uploading: 2, ...options.looks };
    this.options = options;
  }

  // What a test sets up and looks at.

  addDisk(changes: Partial<Disk> = {}): Disk {
    return this.disks.add(aDisk({ id: this.newId('d'), ...changes }));
  }

  addSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
    return this.snapshots.add(aSnapshot({ id: this.newId('s'), ...changes }));
  }

  /** A custom image needs the snapshot, so it cannot be deleted even by force. */
  makeImageFrom(snapshotId: string): void {
    this.images.add(snapshotId);
  }

  /** The next snapshots that are created fail. */
  failSnapshots(count: number): void {
    this.#failSnapshots = count;
  }

  /** What goes wrong with the next calls of a method, or of all methods in the order in which they come. */
  failNext(method: CloudMethod | 'any', ...faults: Fault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults]);
  }

  /** From now on these calls mean that the code under test is wrong. */
  refuse(...methods: CloudMethod[]): void {
    for (const method of methods) {
      this.#refused.add(method);
    }
  }

  /** The first argument of each call of a method. */
  argumentsOf<Name extends CloudMethod>(method: Name): Parameters<GroupCloud[Name]>[0][] {
    return this.calls
      .filter((call) => call.method === method)
      .map(({ args }) => args[0] as Parameters<GroupCloud[Name]>[0]);
  }

  countOf(method: CloudMethod): number {
    return this.argumentsOf(method).length;
  }

  // DiskCloud.

  createDisk(disk: NewDisk, call: Call): Promise<string> {
    return this.answer('createDisk', [disk], call, () => {
      const source = disk.snapshotId === undefined ? undefined : this.snapshots.get(disk.snapshotId);
      if (disk.snapshotId !== undefined && source === undefined) {
        throw refusal('not-found', `snapshot ${disk.snapshotId} does not exist`);
      }
      return this.once(disk.clientToken, disk, () => this.#createDisk(disk, source));
    });
  }

  deleteDisk(diskId: string, call: Call): Promise<void> {
    return this.answer('deleteDisk', [diskId], call, () => {
      const disk = this.disks.get(diskId);
      if (disk === undefined) {
        return;
      }
      if (isInUse(disk)) {
        throw refusal('in-use', `delete disk ${diskId}: an instance holds the disk`);
      }
      this.#assertNoSnapshotInTheMaking(diskId);
      if (disk.status === 'Creating') {
        throw refusal('busy', `delete disk ${diskId}: the disk is being made`);
      }
      this.disks.change(diskId, 'gone', this.looks.deleting);
    });
  }

  resizeDisk(resize: DiskResize, call: Call): Promise<void> {
    return this.answer('resizeDisk', [resize], call, () => {
      const { diskId, sizeGiB } = resize;
      const disk = there(this.disks.get(diskId), `resize disk ${diskId}`);
      if (!['In_use', 'Available'].includes(disk.status)) {
        throw refusal('wrong-state', `resize disk ${diskId}: not in a state that allows it`);
      }
      this.#assertNoSnapshotInTheMaking(diskId);
      if (sizeGiB <= Math.max(disk.sizeGiB, this.#growingTo.get(diskId) ?? 0)) {
        throw refusal('not-larger', `resize disk ${diskId}: not larger than it is`);
      }
      this.#growingTo.set(diskId, sizeGiB);
      this.disks.change(diskId, { sizeGiB }, this.looks.growing);
    });
  }

  findDisk(diskId: string, call: Call): Promise<Disk | undefined> {
    return this.answer('findDisk', [diskId], call, () => this.disks.look(diskId));
  }

  findDisks(diskIds: readonly string[], call: Call): Promise<Disk[]> {
    return this.answer('findDisks', [diskIds], call, () => this.disks.lookAtAll(diskIds));
  }

  findDisksByTag(tag: Tag, call: Call): Promise<Disk[]> {
    return this.answer('findDisksByTag', [tag], call, () =>
      this.disks.lookAtAll().filter(({ tags }) => tags.get(tag.key) === tag.value),
    );
  }

  findDisksMadeFrom(snapshotId: string, call: Call): Promise<Disk[]> {
    return this.answer('findDisksMadeFrom', [snapshotId], call, () =>
      this.disks.lookAtAll().filter((disk) => disk.sourceSnapshotId === snapshotId),
    );
  }

  waitForDisk(diskId: string, until: (disk: Disk | undefined) => boolean, call: Call) {
    const args = [diskId, until];
    return this.answer('waitForDisk', args, call, () => this.waitFor(this.disks, diskId, until, call));
  }

  isDiskProvenAbsent(diskId: string, call: Call): Promise<boolean> {
    return this.answer('isDiskProvenAbsent', [diskId], call, () => this.disks.get(diskId) === undefined);
  }

  listDiskIds(tag: Tag, call: Call): Promise<string[]> {
    return this.answer('listDiskIds', [tag], call, () => idsWith(tag, this.disks.values()));
  }

  createSnapshot(snapshot: NewSnapshot, call: Call): Promise<string> {
    return this.answer('createSnapshot', [snapshot], call, () => {
      const disk = there(this.disks.get(snapshot.diskId), `snapshot disk ${snapshot.diskId}`);
      if (this.options.knowsUnused === true && !disk.wasEverAttached) {
        throw refusal('never-used', `snapshot disk ${disk.id}: the disk was never attached`);
      }
      return this.once(snapshot.clientToken, snapshot, () => this.startSnapshot(snapshot, disk));
    });
  }

  deleteSnapshot(snapshotId: string, options: { readonly force: boolean }, call: Call): Promise<void> {
    return this.answer('deleteSnapshot', [snapshotId, options], call, () => {
      if (this.images.has(snapshotId) || (this.#isSource(snapshotId) && !options.force)) {
        const kind = this.images.has(snapshotId) ? 'in-use' : 'source-of-disks';
        throw refusal(kind, `delete snapshot ${snapshotId}: something was made from it`);
      }
      if (this.snapshots.get(snapshotId) !== undefined) {
        this.snapshots.changeInstead(snapshotId, 'gone', this.looks.deleting);
      }
    });
  }

  extendRetention(snapshotId: string, retentionDays: number, call: Call): Promise<void> {
    return this.answer('extendRetention', [snapshotId, retentionDays], call, () => {
      const snapshot = there(this.snapshots.get(snapshotId), `keep snapshot ${snapshotId}`);
      if (snapshot.status === 'progressing') {
        throw refusal('busy', `keep snapshot ${snapshotId}: it is not finished`);
      }
      if (retentionDays < (snapshot.retentionDays ?? Number.POSITIVE_INFINITY)) {
        throw refusal('unsupported', `keep snapshot ${snapshotId}: retention can only be extended`);
      }
      this.snapshots.set(snapshotId, { retentionDays });
    });
  }

  tagSnapshot(snapshotId: string, tag: Tag, call: Call): Promise<void> {
    return this.answer('tagSnapshot', [snapshotId, tag], call, () => {
      const snapshot = there(this.snapshots.get(snapshotId), `tag snapshot ${snapshotId}`);
      const tags = new Map(snapshot.tags).set(tag.key, tag.value);
      this.snapshots.set(snapshotId, { tags });
    });
  }

  findSnapshot(snapshotId: string, call: Call): Promise<Snapshot | undefined> {
    return this.answer('findSnapshot', [snapshotId], call, () => {
      const found = this.snapshots.look(snapshotId);
      return found === undefined || !this.#isSource(snapshotId) ? found : { ...found, usedByDisks: true };
    });
  }

  findSnapshots(snapshotIds: readonly string[], call: Call): Promise<Snapshot[]> {
    return this.answer('findSnapshots', [snapshotIds], call, () => this.snapshots.lookAtAll(snapshotIds));
  }

  findSnapshotsByName(name: string, search: 'shared' | 'alone', call: Call): Promise<Snapshot[]> {
    return this.answer('findSnapshotsByName', [name, search], call, () =>
      this.snapshots.lookAtAll().filter((snapshot) => snapshot.name === name),
    );
  }

  findSnapshotsOfDisk(diskId: string, call: Call): Promise<Snapshot[]> {
    return this.answer('findSnapshotsOfDisk', [diskId], call, () =>
      this.snapshots.lookAtAll().filter(({ sourceDiskId }) => sourceDiskId === diskId),
    );
  }

  waitForSnapshot(snapshotId: string, until: (snapshot: Snapshot | undefined) => boolean, call: Call) {
    return this.answer('waitForSnapshot', [snapshotId, until], call, () =>
      this.waitFor(this.snapshots, snapshotId, until, call),
    );
  }

  isSnapshotProvenAbsent(snapshotId: string, call: Call): Promise<boolean> {
    return this.answer(
      'isSnapshotProvenAbsent',
      [snapshotId],
      call,
      () => this.snapshots.get(snapshotId) === undefined,
    );
  }

  listSnapshotIds(tag: Tag, call: Call): Promise<string[]> {
    return this.answer('listSnapshotIds', [tag], call, () => idsWith(tag, this.snapshots.values()));
  }

  checkAccess(call: Call): Promise<void> {
    return this.answer('checkAccess', [], call, () => undefined);
  }

  /** One request and its answer, with what goes wrong on the way. */
  protected override async answer<T>(
    method: CloudMethod,
    args: readonly unknown[],
    call: Call,
    effect: () => T | Promise<T>,
  ): Promise<T> {
    this.calls.push({ method, args });
    if (this.#refused.has(method)) {
      throw new Error(`not expected: ${method}`);
    }
    await this.#travel();
    call.signal.throwIfAborted();
    try {
      return await this.#carryOut(method, args, effect);
    } catch (error) {
      if (this.options.refusalsUseTokens === true) {
        this.#tokens.refuse(args[0], error);
      }
      throw error;
    }
  }

  async #carryOut<T>(
    method: CloudMethod,
    args: readonly unknown[],
    effect: () => T | Promise<T>,
  ): Promise<T> {
    this.#tokens.check(args[0]);
    const fault = this.#faults.get(method)?.shift() ?? this.#faults.get('any')?.shift() ?? 'none';
    if (fault === 'none') {
      const answer = await effect();
      await this.#travel();
      return answer;
    }
    if (fault === 'lost-reply') {
      await effect();
    }
    throw errorFor(fault, method);
  }

  /** Others get their turn meanwhile. */
  async #travel(): Promise<void> {
    await (this.options.travel?.() ?? Promise.resolve());
  }

  protected async waitFor<T extends { readonly id: string }>(
    all: { look(id: string): T | undefined },
    id: string,
    until: (found: T | undefined) => boolean,
    call: Call,
  ): Promise<T | undefined> {
    for (let round = 0; round < (this.options.rounds ?? 20); round += 1) {
      const found = all.look(id);
      if (until(found)) {
        return found;
      }
      await this.#travel();
      call.signal.throwIfAborted();
    }
    throw new DiskError('timed-out', 'not finished within the time given');
  }

  protected once(token: string, parameters: object, make: () => string): string {
    return this.#tokens.once(token, parameters, make);
  }

  #createDisk(request: NewDisk, source: Snapshot | undefined): string {
    const id = this.newId('d');
    const made = diskFrom(request, id, source);
    this.disks.add(made, this.options.invisibleLooks);
    this.disks.change(id, { status: 'Available' }, this.looks.creating);
    return id;
  }

  protected startSnapshot(request: NewSnapshot, disk: Disk): string {
    throwAny(this.options.snapshotRefusal?.());
    const cutAt = new Date(this.options.cutAtMs?.() ?? Date.UTC(2026, 0, 2, 0, 0, this.#made));
    const isFailing = this.#failSnapshots > 0;
    this.#failSnapshots -= isFailing ? 1 : 0;
    const id = this.newId('s');
    const made = snapshotFrom(request, id, disk);
    this.snapshots.add(made, this.options.invisibleLooks);
    const available = diskCategories.get(disk.category)?.instantAccess === true;
    this.snapshots.change(id, isFailing ? { status: 'failed' } : { cutAt, available }, this.looks.cutting);
    if (!isFailing) {
      const done = { status: 'accomplished', progressPercent: 100, available: true } as const;
      this.snapshots.change(id, done, this.looks.uploading);
    }
    return id;
  }

  #isSource(snapshotId: string): boolean {
    return this.disks.values().some((disk) => disk.sourceSnapshotId === snapshotId);
  }

  #assertNoSnapshotInTheMaking(diskId: string): void {
    if (this.snapshots.values().some((it) => it.sourceDiskId === diskId && it.status === 'progressing')) {
      throw refusal('busy', `disk ${diskId}: a snapshot of the disk is being made`);
    }
  }

  protected newId(prefix: 'd' | 's' | 'ssg'): string {
    this.#made += 1;
    return `${prefix}-${String(this.#made).padStart(6, '0')}`;
  }
}
