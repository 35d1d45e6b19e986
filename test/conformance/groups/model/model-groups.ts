import type { status as GrpcStatus } from '@grpc/grpc-js';
import type { Defect } from './defects.ts';
import type { ModelSnapshot, ModelStore } from './model-store.ts';

/** An answer other than OK. */
export class ModelError extends Error {
  readonly code: keyof typeof GrpcStatus;

  constructor(code: keyof typeof GrpcStatus, message: string) {
    super(message);
    this.name = 'ModelError';
    this.code = code;
  }
}

/** @throws ModelError with this status when the condition does not hold. */
export function demand(condition: boolean, code: keyof typeof GrpcStatus, message: string): void {
  if (!condition) {
    throw new ModelError(code, message);
  }
}

interface ModelGroup {
  readonly id: string;
  readonly name: string;
  readonly volumeIds: readonly string[];
  readonly members: readonly ModelSnapshot[];
}

export interface GroupRequest {
  readonly groupSnapshotId: string;
  readonly snapshotIds: readonly string[];
}

/** The standard bans control characters in names, but for these three. */
const forbidden = /(?![\t\n\r])\p{Cc}/u;

/** Group snapshots as the standard has them, but for the defects. */
export class ModelGroups {
  readonly #store: ModelStore;
  readonly #defects: ReadonlySet<Defect>;
  readonly #groups = new Map<string, ModelGroup>();
  readonly #deleted: ModelGroup[] = [];

  constructor(store: ModelStore, defects: ReadonlySet<Defect>) {
    this.#store = store;
    this.#defects = defects;
  }

  #has(defect: Defect): boolean {
    return this.#defects.has(defect);
  }

  create(wanted: string, volumeIds: readonly string[]): object {
    this.#checkRequest(wanted, volumeIds);
    const name = this.#nameFrom(wanted);
    const known = [...this.#groups.values()].find((group) => group.name === name) ?? this.#deletedGroup(name);
    if (known !== undefined && !this.#has('a repeat makes a new group')) {
      const text = `${name} is another group`;
      demand(this.#isSameSet(known.volumeIds, volumeIds), 'ALREADY_EXISTS', text);
      const isBare = this.#has('a repeat answers without ids');
      return this.#answer(
        isBare ? { ...known, members: known.members.map((one) => ({ ...one, snapshotId: '' })) } : known,
      );
    }
    this.#checkVolumes(volumeIds);
    const id = this.#store.newId('group');
    const mark = this.#has('members have no group') ? '' : id;
    const members = volumeIds.map((volumeId) => this.#store.addSnapshot(volumeId, mark));
    const group = { id, name, volumeIds, members };
    this.#groups.set(id, group);
    return this.#answer(this.#has('the first answer has no members') ? { ...group, members: [] } : group);
  }

  get({ groupSnapshotId, snapshotIds }: GroupRequest): object {
    demand(groupSnapshotId !== '' || this.#has('get needs no id'), 'INVALID_ARGUMENT', 'no id');
    const group = this.#groups.get(groupSnapshotId);
    if (group === undefined) {
      demand(this.#has('get of nothing is empty'), 'NOT_FOUND', `no group ${groupSnapshotId}`);
      return { groupSnapshot: { groupSnapshotId, snapshots: [] } };
    }
    if (!this.#has('get ignores the ids')) {
      this.#checkMembers(group, snapshotIds);
    }
    const own = group.members.map(({ snapshotId }) => snapshotId).join();
    const isOrdered = own === snapshotIds.join() || !this.#has('get minds the order of the ids');
    demand(isOrdered, 'INVALID_ARGUMENT', 'another order');
    return this.#answer(group);
  }

  delete({ groupSnapshotId, snapshotIds }: GroupRequest): object {
    demand(groupSnapshotId !== '' || this.#has('delete needs no id'), 'INVALID_ARGUMENT', 'no id');
    const group = this.#groups.get(groupSnapshotId);
    if (group === undefined) {
      demand(!this.#has('delete again is NOT_FOUND'), 'NOT_FOUND', `no group ${groupSnapshotId}`);
      return {};
    }
    if (!this.#has('delete ignores the ids')) {
      this.#checkMembers(group, snapshotIds);
    }
    const kept = this.#has('delete forgets one member') ? 1 : 0;
    const gone = this.#has('delete leaves the members') ? [] : group.members.slice(kept);
    gone.forEach(({ snapshotId }) => this.#store.snapshots.delete(snapshotId));
    this.#groups.delete(groupSnapshotId);
    this.#deleted.push(group);
    if (this.#has('delete takes the snapshots of shared volumes too')) {
      this.#dropGroupsWith(group.volumeIds);
    }
    return {};
  }

  /** DeleteSnapshot: of a member it is refused. */
  deleteMember(snapshotId: string): object {
    const isMember = (this.#store.snapshots.get(snapshotId)?.groupSnapshotId ?? '') !== '';
    if (isMember && this.#has('the deletion of one member does nothing and says OK')) {
      return {};
    }
    const code = this.#has('one member is deleted with a wrong status')
      ? 'FAILED_PRECONDITION'
      : 'INVALID_ARGUMENT';
    demand(!isMember || this.#has('all are members'), code, `${snapshotId} belongs to a group`);
    this.#store.snapshots.delete(snapshotId);
    return {};
  }

  #checkRequest(name: string, volumeIds: readonly string[]): void {
    demand(name !== '' || this.#has('an empty name is taken'), 'INVALID_ARGUMENT', 'no name');
    const isFree = !forbidden.test(name) || this.#has('control characters are taken');
    demand(isFree, 'INVALID_ARGUMENT', 'a control character');
    demand(volumeIds.length > 0 || this.#has('no volumes are taken'), 'INVALID_ARGUMENT', 'no volumes');
    const areDistinct =
      new Set(volumeIds).size === volumeIds.length || this.#has('a volume named twice is taken twice');
    demand(areDistinct, 'INVALID_ARGUMENT', 'a volume is named twice');
  }

  #checkVolumes(volumeIds: readonly string[]): void {
    const missing = volumeIds.find((volumeId) => !this.#store.volumes.has(volumeId));
    if (missing !== undefined && this.#has('a missing volume leaves a snapshot behind')) {
      this.#store.addSnapshot(volumeIds[0] ?? '', '');
    }
    const code = this.#has('a missing volume is INTERNAL') ? 'INTERNAL' : 'NOT_FOUND';
    demand(missing === undefined, code, `no volume ${missing ?? ''}`);
  }

  #checkMembers(group: ModelGroup, snapshotIds: readonly string[]): void {
    const own = new Set(group.members.map(({ snapshotId }) => snapshotId));
    const foreign = snapshotIds.find((snapshotId) => !own.has(snapshotId));
    demand(foreign === undefined, 'INVALID_ARGUMENT', `${foreign ?? ''} is no member`);
  }

  #nameFrom(wanted: string): string {
    const letters = this.#has('names lose what is no letter') ? wanted.replace(/[^\w-]/g, '') : wanted;
    return this.#has('names are cut at 64 bytes') ? letters.slice(0, 64) : letters;
  }

  #deletedGroup(name: string): ModelGroup | undefined {
    const isStale = this.#has('a name is answered with its deleted group');
    return isStale ? this.#deleted.find((group) => group.name === name) : undefined;
  }

  #isSameSet(own: readonly string[], asked: readonly string[]): boolean {
    if (this.#has('the volumes of a taken name are not compared')) {
      return true;
    }
    if (this.#has('a repeat in another order is refused')) {
      return own.join() === asked.join();
    }
    const isSubset = asked.every((volumeId) => own.includes(volumeId));
    const isSuperset = own.every((volumeId) => asked.includes(volumeId));
    return (
      (isSubset || this.#has('a larger set than that of a taken name is the same set')) &&
      (isSuperset || this.#has('a subset of a taken name is the same set'))
    );
  }

  #dropGroupsWith(volumeIds: readonly string[]): void {
    for (const [id, group] of this.#groups) {
      if (group.volumeIds.some((volumeId) => volumeIds.includes(volumeId))) {
        this.#groups.delete(id);
      }
    }
  }

  #answer({ id, members }: ModelGroup): object {
    const shown = this.#has('the first answer lacks a member') ? members.slice(0, -1) : members;
    const snapshots = shown.map((member) => ({
      ...member,
      ...(this.#has('members have no size') ? { sizeBytes: '0' } : {}),
      ...(this.#has('members have no time') ? { creationTime: null } : {}),
      ...(this.#has('all members have one id') ? { snapshotId: shown[0]?.snapshotId ?? '' } : {}),
      ...(this.#has('the group is ready before its members') ? { readyToUse: false } : {}),
    }));
    const creationTime = members[0]?.creationTime ?? { seconds: '1700000000', nanos: 0 };
    return { groupSnapshot: { groupSnapshotId: id, snapshots, creationTime, readyToUse: true } };
  }
}
