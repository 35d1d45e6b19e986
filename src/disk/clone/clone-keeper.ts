import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import { withVolume, type GuardParts } from '../guards/guard-parts.ts';
import { deleteRetentionOf, hasInstantAccess, maxRetentionDays } from '../guards/policy.ts';
import type { Snapshot } from '../snapshot.ts';
import { isOwn, tagKeys } from '../tags.ts';
import { cloneTags, isCloneSnapshot, isDoneWith, isTakenFor } from './clone-mark.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** A snapshot on the way of a clone, and the clone. */
export interface ClonePair {
  readonly snapshot: Snapshot;
  readonly clone: Disk;
  /** All that was made from the snapshot, where that was just looked up. */
  readonly made: readonly Disk[] | undefined;
}

/**
 * Finds out what becomes of the snapshots of this cluster by way of which disks were cloned. One that no disk was made from
 * yet is left: whoever wants the clone may come back for it, and ECS ends it.
 */
export class CloneKeeper {
  readonly #parts: GuardParts;
  /** Which disk was made from which snapshot: what was found out once is looked up with many others. */
  #cloneIds: ReadonlyMap<string, string> = new Map();

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Those that are uploaded, with their clones. */
  async pairs(call: Call): Promise<ClonePair[]> {
    const { cloud, clusterId } = this.#parts;
    const tags = [cloneTags.step, cloneTags.wayBack];
    const ids = (await Promise.all(tags.map((tag) => cloud.listSnapshotIds(tag, call)))).flat();
    const snapshots = (await cloud.findSnapshots(ids, call)).filter(
      (snapshot) =>
        isCloneSnapshot(snapshot) && isOwn(snapshot.tags, clusterId) && snapshot.status === 'accomplished',
    );
    const pairs = await this.#withClones(snapshots, call);
    this.#cloneIds = new Map(pairs.map(({ snapshot, clone }) => [snapshot.id, clone.id]));
    return pairs;
  }

  async #withClones(snapshots: readonly Snapshot[], call: Call): Promise<ClonePair[]> {
    const knownIds = snapshots.flatMap(({ id }) => this.#cloneIds.get(id) ?? []);
    const known = new Map((await this.#parts.cloud.findDisks(knownIds, call)).map((disk) => [disk.id, disk]));
    const found = await Promise.all(
      snapshots.map(async (snapshot) => {
        const clone = known.get(this.#cloneIds.get(snapshot.id) ?? '');
        return clone === undefined
          ? await this.#lookUp(snapshot, call)
          : { snapshot, clone, made: undefined };
      }),
    );
    return found.filter((pair) => pair !== undefined);
  }

  async #lookUp(snapshot: Snapshot, call: Call): Promise<ClonePair | undefined> {
    const made = await this.#parts.cloud.findDisksMadeFrom(snapshot.id, call);
    const clone = made.find((disk) => isTakenFor(snapshot, disk));
    return clone === undefined ? undefined : { snapshot, clone, made };
  }

  /** Whether the snapshot may go: the clone does without it, and each disk that was made from it is usable. */
  async isSpent({ snapshot, clone, made }: ClonePair, call: Call): Promise<boolean> {
    if (!isDoneWith(snapshot, clone) || isInTheMaking(clone)) {
      return false;
    }
    const all = made ?? (await this.#parts.cloud.findDisksMadeFrom(snapshot.id, call));
    return all.length > 0 && !all.some(isInTheMaking);
  }

  /**
   * For how many days from its cut the snapshot is to be kept, so that it does not end before its clone does without it;
   * `undefined` while it is kept for long enough, or nothing asks for it. A day and more is left in which nobody looks.
   */
  async retentionToExtend({ snapshot, clone }: ClonePair, call: Call): Promise<number | undefined> {
    const { now, isSwitchedOn } = this.#parts;
    const wantedDays = retentionFrom(snapshot, now());
    const isWanted = wantedDays !== undefined && isSwitchedOn && hasInstantAccess(clone);
    const isNeeded = isWanted && !isDoneWith(snapshot, clone) && (await this.#isProtected(clone, call));
    return isNeeded ? wantedDays : undefined;
  }

  /** The tag decides wherever there is one, so that Kubernetes need not be asked. A value that means nothing keeps the disk. */
  async #isProtected(clone: Disk, call: Call): Promise<boolean> {
    const isTagged = clone.tags.has(tagKeys.deleteSnapshotRetentionDays);
    const guarded = isTagged ? { volume: undefined } : await withVolume(this.#parts, clone, call);
    const policy = deleteRetentionOf(clone, guarded.volume);
    return 'invalid' in policy || policy.value !== undefined;
  }
}

/** The retention of a snapshot that ends within a day, made longer by as much as is missing. */
function retentionFrom({ cutAt, retentionDays }: Snapshot, nowMs: number): number | undefined {
  if (cutAt === undefined || retentionDays === undefined) {
    return undefined;
  }
  const ageInDays = (nowMs - cutAt.getTime()) / dayMs;
  const wantedDays = Math.min(Math.floor(ageInDays) + 2, maxRetentionDays);
  return retentionDays - ageInDays < 1 && wantedDays > retentionDays ? wantedDays : undefined;
}

/** Whether the disk may still need the snapshot from which it is made. */
export function isInTheMaking({ status }: Disk): boolean {
  return ['Creating', 'ReIniting', 'Unknown'].includes(status);
}
