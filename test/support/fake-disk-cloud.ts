import type { Call } from '../../src/disk/call.ts';
import { diskCategories } from '../../src/disk/categories.ts';
import { isInUse, type Disk, type DiskResize, type NewDisk, type Tag } from '../../src/disk/disk.ts';
import type { DiskCloud } from '../../src/disk/disk-cloud.ts';
import { DiskError, type DiskErrorKind } from '../../src/disk/disk-error.ts';
import type { NewSnapshot, Snapshot } from '../../src/disk/snapshot.ts';
import { aDisk, aSnapshot } from './builders.ts';

export type CloudMethod = keyof DiskCloud;

/**
 * What goes wrong with one request: it is done but its reply is lost, it is lost itself, or it is refused with an error
 * of the kind; `none` lets it through.
 */
export type Fault = 'none' | 'lost-reply' | 'lost-request' | DiskErrorKind | Error;

export interface CloudCall {
  readonly method: CloudMethod;
  readonly args: readonly unknown[];
}

export interface FakeDiskCloudOptions {
  /** How many looks at a resource it takes until it is created, deleted, grown, cut and uploaded. */
  readonly looks?: Partial<
    Readonly<Record<'creating' | 'deleting' | 'growing' | 'cutting' | 'uploading', number>>
  >;
  /** A new resource is missing from this many answers. */
  readonly invisibleLooks?: number;
  /** Rounds that a wait lasts; then it ends as when the caller's time is nearly up. */
  readonly rounds?: number;
}

interface Change<T> {
  looks: number;
  readonly apply: () => Partial<T> | 'gone';
}

interface Resource<T> {
  value: T;
  changes: Change<T>[];
  invisibleLooks: number;
  isHidden: boolean;
}

/**
 * ECS in memory. What was asked of it takes effect as somebody looks; ClientTokens are remembered for ever, also those
 * of resources that are gone; every call is recorded, and each can be made to fail.
 */
export class FakeDiskCloud implements DiskCloud {
  readonly calls: CloudCall[] = [];
  readonly #disks = new Map<string, Resource<Disk>>();
  readonly #snapshots = new Map<string, Resource<Snapshot>>();
  readonly #tokens = new Map<string, { readonly parameters: string; readonly id: string }>();
  readonly #faults = new Map<CloudMethod | 'any', Fault[]>();
  readonly #refused = new Set<CloudMethod>();
  readonly #images = new Set<string>();
  readonly #looks;
  readonly #options: FakeDiskCloudOptions;
  #made = 0;
  #failSnapshots = 0;

  constructor(options: FakeDiskCloudOptions = {}) {
    this.#looks = { creating: 1, deleting: 1, growing: 1, cutting: 1, uploading: 2, ...options.looks };
    this.#options = options;
  }

  // What a test sets up and looks at.

  addDisk(changes: Partial<Disk> = {}): Disk {
    const disk = aDisk({ id: this.#newId('d'), ...changes });
    this.#disks.set(disk.id, resource(disk));
    return disk;
  }

  addSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
    const snapshot = aSnapshot({ id: this.#newId('s'), ...changes });
    this.#snapshots.set(snapshot.id, resource(snapshot));
    return snapshot;
  }

  /** Changes a disk at once, or after some looks at it. */
  changeDisk(diskId: string, changes: Partial<Disk> | 'gone', afterLooks = 0): void {
    change(this.#disks, diskId, changes, afterLooks);
  }

  changeSnapshot(snapshotId: string, changes: Partial<Snapshot> | 'gone', afterLooks = 0): void {
    change(this.#snapshots, snapshotId, changes, afterLooks);
  }

  /** Keeps a resource out of all answers although it exists, as without RAM rights. */
  hide(id: string): void {
    const found = this.#disks.get(id) ?? this.#snapshots.get(id);
    if (found === undefined) {
      throw new Error(`nothing to hide: ${id}`);
    }
    found.isHidden = true;
  }

  /** A custom image needs the snapshot, so it cannot be deleted even by force. */
  makeImageFrom(snapshotId: string): void {
    this.#images.add(snapshotId);
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

  disks(): Disk[] {
    return [...this.#disks.values()].map(({ value }) => value);
  }

  snapshots(): Snapshot[] {
    return [...this.#snapshots.values()].map(({ value }) => value);
  }

  /** The first argument of each call of a method. */
  argumentsOf<Name extends CloudMethod>(method: Name): Parameters<DiskCloud[Name]>[0][] {
    return this.calls
      .filter((call) => call.method === method)
      .map(({ args }) => args[0] as Parameters<DiskCloud[Name]>[0]);
  }

  countOf(method: CloudMethod): number {
    return this.argumentsOf(method).length;
  }

  // DiskCloud.

  createDisk(disk: NewDisk, call: Call): Promise<string> {
    return this.#answer('createDisk', [disk], call, () => {
      const source = disk.snapshotId === undefined ? undefined : this.#snapshots.get(disk.snapshotId)?.value;
      if (disk.snapshotId !== undefined && source === undefined) {
        throw refusal('not-found', `snapshot ${disk.snapshotId} does not exist`);
      }
      return this.#once(disk.clientToken, disk, () => this.#createDisk(disk, source));
    });
  }

  deleteDisk(diskId: string, call: Call): Promise<void> {
    return this.#answer('deleteDisk', [diskId], call, () => {
      const disk = this.#disks.get(diskId);
      if (disk === undefined) {
        return;
      }
      if (isInUse(disk.value)) {
        throw refusal('in-use', `delete disk ${diskId}: an instance holds the disk`);
      }
      this.#assertNoSnapshotInTheMaking(diskId);
      if (disk.value.status === 'Creating') {
        throw refusal('busy', `delete disk ${diskId}: the disk is being made`);
      }
      disk.changes.push({ looks: this.#looks.deleting, apply: () => 'gone' });
    });
  }

  resizeDisk(resize: DiskResize, call: Call): Promise<void> {
    return this.#answer('resizeDisk', [resize], call, () => {
      const { diskId, sizeGiB } = resize;
      const disk = this.#disks.get(diskId);
      if (disk === undefined) {
        throw refusal('not-found', `resize disk ${diskId}: no such disk`);
      }
      if (!['In_use', 'Available'].includes(disk.value.status)) {
        throw refusal('wrong-state', `resize disk ${diskId}: not in a state that allows it`);
      }
      this.#assertNoSnapshotInTheMaking(diskId);
      if (sizeGiB <= disk.value.sizeGiB) {
        throw refusal('out-of-range', `resize disk ${diskId}: not larger than it is`);
      }
      this.#once(resize.clientToken, resize, () => {
        disk.changes.push({ looks: this.#looks.growing, apply: () => ({ sizeGiB }) });
        return diskId;
      });
    });
  }

  findDisk(diskId: string, call: Call): Promise<Disk | undefined> {
    return this.#answer('findDisk', [diskId], call, () => look(this.#disks, diskId));
  }

  findDisks(diskIds: readonly string[], call: Call): Promise<Disk[]> {
    return this.#answer('findDisks', [diskIds], call, () => lookAtAll(this.#disks, diskIds));
  }

  findDisksByTag(tag: Tag, call: Call): Promise<Disk[]> {
    return this.#answer('findDisksByTag', [tag], call, () =>
      lookAtAll(this.#disks, this.#disks.keys()).filter(({ tags }) => tags.get(tag.key) === tag.value),
    );
  }

  findDisksMadeFrom(snapshotId: string, call: Call): Promise<Disk[]> {
    return this.#answer('findDisksMadeFrom', [snapshotId], call, () =>
      lookAtAll(this.#disks, this.#disks.keys()).filter((disk) => disk.sourceSnapshotId === snapshotId),
    );
  }

  waitForDisk(diskId: string, until: (disk: Disk | undefined) => boolean, call: Call) {
    const args = [diskId, until];
    return this.#answer('waitForDisk', args, call, () => this.#waitFor(this.#disks, diskId, until, call));
  }

  isDiskProvenAbsent(diskId: string, call: Call): Promise<boolean> {
    return this.#answer('isDiskProvenAbsent', [diskId], call, () => !this.#disks.has(diskId));
  }

  listDiskIds(tag: Tag, call: Call): Promise<string[]> {
    return this.#answer('listDiskIds', [tag], call, () => idsWith(tag, this.disks()));
  }

  createSnapshot(snapshot: NewSnapshot, call: Call): Promise<string> {
    return this.#answer('createSnapshot', [snapshot], call, () => {
      const disk = this.#disks.get(snapshot.diskId)?.value;
      if (disk === undefined) {
        throw refusal('not-found', `snapshot disk ${snapshot.diskId}: no such disk`);
      }
      return this.#once(snapshot.clientToken, snapshot, () => this.#createSnapshot(snapshot, disk));
    });
  }

  deleteSnapshot(snapshotId: string, options: { readonly force: boolean }, call: Call): Promise<void> {
    return this.#answer('deleteSnapshot', [snapshotId, options], call, () => {
      const isSource = this.disks().some((disk) => disk.sourceSnapshotId === snapshotId);
      if (this.#images.has(snapshotId) || (isSource && !options.force)) {
        throw refusal('in-use', `delete snapshot ${snapshotId}: something was made from it`);
      }
      const looks = this.#looks.deleting;
      this.#snapshots.get(snapshotId)?.changes.splice(0, Infinity, { looks, apply: () => 'gone' });
    });
  }

  findSnapshot(snapshotId: string, call: Call): Promise<Snapshot | undefined> {
    return this.#answer('findSnapshot', [snapshotId], call, () => look(this.#snapshots, snapshotId));
  }

  findSnapshots(snapshotIds: readonly string[], call: Call): Promise<Snapshot[]> {
    return this.#answer('findSnapshots', [snapshotIds], call, () => lookAtAll(this.#snapshots, snapshotIds));
  }

  findSnapshotsByName(name: string, call: Call): Promise<Snapshot[]> {
    return this.#answer('findSnapshotsByName', [name], call, () =>
      lookAtAll(this.#snapshots, this.#snapshots.keys()).filter((snapshot) => snapshot.name === name),
    );
  }

  findSnapshotsOfDisk(diskId: string, call: Call): Promise<Snapshot[]> {
    return this.#answer('findSnapshotsOfDisk', [diskId], call, () =>
      lookAtAll(this.#snapshots, this.#snapshots.keys()).filter(
        ({ sourceDiskId }) => sourceDiskId === diskId,
      ),
    );
  }

  waitForSnapshot(snapshotId: string, until: (snapshot: Snapshot | undefined) => boolean, call: Call) {
    return this.#answer('waitForSnapshot', [snapshotId, until], call, () =>
      this.#waitFor(this.#snapshots, snapshotId, until, call),
    );
  }

  isSnapshotProvenAbsent(snapshotId: string, call: Call): Promise<boolean> {
    return this.#answer('isSnapshotProvenAbsent', [snapshotId], call, () => !this.#snapshots.has(snapshotId));
  }

  listSnapshotIds(tag: Tag, call: Call): Promise<string[]> {
    return this.#answer('listSnapshotIds', [tag], call, () => idsWith(tag, this.snapshots()));
  }

  checkAccess(call: Call): Promise<void> {
    return this.#answer('checkAccess', [], call, () => undefined);
  }

  /** One request and its answer, with what goes wrong on the way. */
  async #answer<T>(
    method: CloudMethod,
    args: readonly unknown[],
    call: Call,
    effect: () => T | Promise<T>,
  ): Promise<T> {
    this.calls.push({ method, args });
    if (this.#refused.has(method)) {
      throw new Error(`not expected: ${method}`);
    }
    // Others get their turn, as they do while a request is on its way.
    await Promise.resolve();
    call.signal.throwIfAborted();
    const fault = this.#faults.get(method)?.shift() ?? this.#faults.get('any')?.shift() ?? 'none';
    if (fault === 'none') {
      return await effect();
    }
    if (fault === 'lost-reply') {
      await effect();
    }
    throw errorFor(fault, method);
  }

  async #waitFor<T>(
    all: Map<string, Resource<T>>,
    id: string,
    until: (found: T | undefined) => boolean,
    call: Call,
  ): Promise<T | undefined> {
    for (let round = 0; round < (this.#options.rounds ?? 20); round += 1) {
      const found = look(all, id);
      if (until(found)) {
        return found;
      }
      await Promise.resolve();
      call.signal.throwIfAborted();
    }
    throw new DiskError('timed-out', 'not finished within the time given');
  }

  /** The same token and parameters give the same id, whatever has become of it; other parameters are refused. */
  #once(token: string, parameters: object, make: () => string): string {
    const text = JSON.stringify(parameters);
    const known = this.#tokens.get(token);
    if (known === undefined) {
      const id = make();
      this.#tokens.set(token, { parameters: text, id });
      return id;
    }
    if (known.parameters !== text) {
      throw refusal('conflict', 'the token was used with other parameters');
    }
    return known.id;
  }

  #createDisk(
    { clientToken: _, snapshotId, tags, description: __, ...rest }: NewDisk,
    source?: Snapshot,
  ): string {
    const levels = diskCategories.get(rest.category)?.performanceLevels === true;
    const disk = this.addDisk({
      ...rest,
      id: this.#newId('d'),
      status: 'Creating',
      performanceLevel: levels ? (rest.performanceLevel ?? 'PL1') : undefined,
      sizeGiB: Math.max(rest.sizeGiB, source?.sourceDiskSizeGiB ?? 0),
      sourceSnapshotId: snapshotId,
      tags: new Map(tags.map(({ key, value }) => [key, value])),
    });
    this.#begin(this.#disks, disk.id);
    this.changeDisk(disk.id, { status: 'Available' }, this.#looks.creating);
    return disk.id;
  }

  #createSnapshot(request: NewSnapshot, disk: Disk): string {
    const cutAt = new Date(Date.UTC(2026, 0, 2, 0, 0, this.#made));
    const isFailing = this.#failSnapshots > 0;
    this.#failSnapshots -= isFailing ? 1 : 0;
    const { id } = this.addSnapshot({
      id: this.#newId('s'),
      name: request.name,
      sourceDiskId: disk.id,
      sourceDiskSizeGiB: disk.sizeGiB,
      retentionDays: request.retentionDays,
      tags: new Map(request.tags.map(({ key, value }) => [key, value])),
      ...{ status: 'progressing', progressPercent: 0, available: false, cutAt: undefined },
    });
    this.#begin(this.#snapshots, id);
    const available = diskCategories.get(disk.category)?.instantAccess === true;
    this.changeSnapshot(id, isFailing ? { status: 'failed' } : { cutAt, available }, this.#looks.cutting);
    if (!isFailing) {
      const done = { status: 'accomplished', progressPercent: 100, available: true } as const;
      this.changeSnapshot(id, done, this.#looks.uploading);
    }
    return id;
  }

  #begin<T>(all: Map<string, Resource<T>>, id: string): void {
    const made = all.get(id);
    if (made !== undefined) {
      made.invisibleLooks = this.#options.invisibleLooks ?? 0;
    }
  }

  #assertNoSnapshotInTheMaking(diskId: string): void {
    if (this.snapshots().some((it) => it.sourceDiskId === diskId && it.status === 'progressing')) {
      throw refusal('busy', `disk ${diskId}: a snapshot of the disk is being made`);
    }
  }

  #newId(prefix: 'd' | 's'): string {
    this.#made += 1;
    return `${prefix}-${String(this.#made).padStart(6, '0')}`;
  }
}

function resource<T>(value: T): Resource<T> {
  return { value, changes: [], invisibleLooks: 0, isHidden: false };
}

function change<T>(
  all: Map<string, Resource<T>>,
  id: string,
  changes: Partial<T> | 'gone',
  looks: number,
): void {
  const found = all.get(id);
  if (found === undefined) {
    throw new Error(`nothing to change: ${id}`);
  }
  found.changes.push({ looks, apply: () => changes });
  applyDue(all, id, found);
}

/** One look: the resource as it is now; the look brings what is under way a step further. */
function look<T>(all: Map<string, Resource<T>>, id: string): T | undefined {
  const found = all.get(id);
  if (found === undefined) {
    return undefined;
  }
  const [next] = found.changes;
  if (next !== undefined) {
    next.looks -= 1;
  }
  const before = found.value;
  applyDue(all, id, found);
  if (found.invisibleLooks > 0) {
    found.invisibleLooks -= 1;
    return undefined;
  }
  return found.isHidden ? undefined : before;
}

function applyDue<T>(all: Map<string, Resource<T>>, id: string, found: Resource<T>): void {
  while (found.changes[0] !== undefined && found.changes[0].looks <= 0) {
    const changes = found.changes.shift()?.apply();
    if (changes === 'gone') {
      all.delete(id);
    } else {
      found.value = { ...found.value, ...changes };
    }
  }
}

function lookAtAll<T>(all: Map<string, Resource<T>>, ids: Iterable<string>): T[] {
  return [...ids].map((id) => look(all, id)).filter((found) => found !== undefined);
}

function idsWith(
  tag: Tag,
  all: readonly { readonly id: string; readonly tags: ReadonlyMap<string, string> }[],
) {
  return all
    .filter(({ tags }) => tags.get(tag.key) === tag.value)
    .map(({ id }) => id)
    .sort();
}

function refusal(kind: DiskErrorKind, message: string): DiskError {
  return new DiskError(kind, message);
}

function errorFor(fault: Exclude<Fault, 'none'>, method: CloudMethod): Error {
  if (fault instanceof Error) {
    return fault;
  }
  const isLost = fault === 'lost-reply' || fault === 'lost-request';
  return new DiskError(isLost ? 'outcome-unknown' : fault, `${method}: made to fail with ${fault}`);
}
