import type { Call } from '../../src/disk/call.ts';
import type { Tag } from '../../src/disk/disk.ts';
import type { GroupCloud, KeptMember } from '../../src/disk/groups/group-calls.ts';
import type { NewSnapshotGroup, SnapshotGroup } from '../../src/disk/groups/snapshot-group.ts';
import type { Snapshot, SnapshotStatus } from '../../src/disk/snapshot.ts';
import { ownerTag } from '../../src/disk/tags.ts';
import { refusal } from './fake-cloud-faults.ts';
import { FakeDiskCloud } from './fake-disk-cloud.ts';
import { LookedAt } from './looked-at.ts';

/** What is kept of a group: the rest is told by its members. */
interface KnownGroup {
  readonly id: string;
  readonly name: string;
  readonly memberIds: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

/** ECS in memory, with groups of snapshots: their members are snapshots like others, and go a step further at each look. */
export class FakeGroupCloud extends FakeDiskCloud implements GroupCloud {
  readonly groups = new LookedAt<KnownGroup>();

  /** A group that somebody else made, of snapshots that are there. */
  addGroup(changes: Partial<KnownGroup> & Pick<KnownGroup, 'memberIds'>): string {
    const group = { id: this.newId('ssg'), name: 'group-1', tags: new Map<string, string>(), ...changes };
    return this.groups.add(group).id;
  }

  /** The image that needed the snapshot is gone. */
  releaseImageOf(snapshotId: string): void {
    this.images.delete(snapshotId);
  }

  override async findSnapshots(snapshotIds: readonly string[], call: Call): Promise<Snapshot[]> {
    const found = await super.findSnapshots(snapshotIds, call);
    return found.map((snapshot) => ({ ...snapshot, usedByDisks: this.#isSource(snapshot.id) }));
  }

  createSnapshotGroup(group: NewSnapshotGroup, call: Call): Promise<string> {
    return this.answer('createSnapshotGroup', [group], call, () =>
      this.once(group.clientToken, group, () => this.#startGroup(group)),
    );
  }

  deleteSnapshotGroup(groupId: string, call: Call): Promise<KeptMember[]> {
    return this.answer('deleteSnapshotGroup', [groupId], call, () => {
      const memberIds = this.groups.get(groupId)?.memberIds ?? [];
      const kept = memberIds.flatMap((id) => this.#keptFor(id));
      for (const id of memberIds) {
        if (this.snapshots.get(id) !== undefined && !kept.some(({ snapshotId }) => snapshotId === id)) {
          this.snapshots.changeInstead(id, 'gone', this.looks.deleting);
        }
      }
      return kept;
    });
  }

  tagSnapshotGroup(groupId: string, { key, value }: Tag, call: Call): Promise<void> {
    return this.answer('tagSnapshotGroup', [groupId], call, () => {
      const group = this.groups.get(groupId);
      if (group === undefined) {
        throw refusal('not-found', `tag snapshot group ${groupId}: there is no such group`);
      }
      this.groups.set(groupId, { tags: new Map([...group.tags, [key, value]]) });
    });
  }

  findSnapshotGroup(groupId: string, call: Call): Promise<SnapshotGroup | undefined> {
    return this.answer('findSnapshotGroup', [groupId], call, () => this.#look(groupId));
  }

  findSnapshotGroups(groupIds: readonly string[], call: Call): Promise<SnapshotGroup[]> {
    return this.answer('findSnapshotGroups', [groupIds], call, () =>
      groupIds.map((id) => this.#look(id)).filter((group) => group !== undefined),
    );
  }

  findSnapshotGroupsByName(name: string, search: 'shared' | 'alone', call: Call): Promise<SnapshotGroup[]> {
    return this.answer('findSnapshotGroupsByName', [name, search], call, () =>
      this.#lookAtAll().filter((group) => group.name === name && (search === 'alone' || isMarked(group))),
    );
  }

  findSnapshotGroupsByTag(tag: Tag, call: Call): Promise<SnapshotGroup[]> {
    return this.answer('findSnapshotGroupsByTag', [tag], call, () =>
      this.#lookAtAll().filter(({ tags }) => tags.get(tag.key) === tag.value),
    );
  }

  waitForSnapshotGroup(groupId: string, until: (group: SnapshotGroup | undefined) => boolean, call: Call) {
    return this.answer('waitForSnapshotGroup', [groupId, until], call, () =>
      this.waitFor({ look: (id) => this.#look(id) }, groupId, until, call),
    );
  }

  isSnapshotGroupProvenAbsent(groupId: string, call: Call): Promise<boolean> {
    return this.answer('isSnapshotGroupProvenAbsent', [groupId], call, () => {
      this.#forgetIfEmpty(groupId);
      return this.groups.get(groupId) === undefined;
    });
  }

  #startGroup({ diskIds, name, resourceGroupId, tags }: NewSnapshotGroup): string {
    const disks = diskIds.map((id) => this.disks.get(id) ?? missing(id));
    const groupId = this.newId('ssg');
    const wish = { name: '', description: `Created_from_${groupId}`, retentionDays: undefined };
    const memberIds = disks.map((disk) =>
      this.startSnapshot({ ...wish, diskId: disk.id, resourceGroupId, tags: [], clientToken: '' }, disk),
    );
    const group = { id: groupId, name, memberIds, tags: new Map(tags.map(({ key, value }) => [key, value])) };
    return this.groups.add(group, this.options.invisibleLooks).id;
  }

  #lookAtAll(): SnapshotGroup[] {
    return this.groups
      .values()
      .map(({ id }) => this.#look(id))
      .filter((group) => group !== undefined);
  }

  #look(groupId: string): SnapshotGroup | undefined {
    this.#forgetIfEmpty(groupId);
    const group = this.groups.look(groupId);
    if (group === undefined) {
      return undefined;
    }
    for (const id of group.memberIds) {
      this.snapshots.look(id);
    }
    const members = group.memberIds.flatMap((id) => this.snapshots.get(id) ?? []);
    return {
      id: groupId,
      name: group.name,
      tags: group.tags,
      status: statusOf(members.map(({ status }) => status)),
      members: members.map(({ id, sourceDiskId, available }) => ({
        ...{ snapshotId: id, sourceDiskId },
        available,
      })),
    };
  }

  /** A group goes with the last of its members. */
  #forgetIfEmpty(groupId: string): void {
    const group = this.groups.get(groupId);
    if (group?.memberIds.every((id) => this.snapshots.get(id) === undefined) === true) {
      this.groups.remove(groupId);
    }
  }

  #isSource(snapshotId: string): boolean {
    return this.disks.values().some((disk) => disk.sourceSnapshotId === snapshotId);
  }

  #keptFor(snapshotId: string): KeptMember[] {
    if (this.images.has(snapshotId)) {
      return [{ snapshotId, kind: 'in-use', reason: 'an image was made from it; delete the image first' }];
    }
    return this.#isSource(snapshotId) && this.options.keepsUsedMembers === true
      ? [{ snapshotId, kind: 'source-of-disks', reason: 'disks were made from it' }]
      : [];
  }
}

/** A search that many names share goes by the tag of the driver. */
function isMarked({ tags }: SnapshotGroup): boolean {
  const { key, value } = ownerTag(undefined);
  return tags.get(key) === value;
}

function statusOf(statuses: readonly SnapshotStatus[]): SnapshotStatus {
  if (statuses.includes('failed')) {
    return 'failed';
  }
  return statuses.every((status) => status === 'accomplished') ? 'accomplished' : 'progressing';
}

function missing(diskId: string): never {
  throw refusal('not-found', `create snapshot group: no disk ${diskId}`);
}
