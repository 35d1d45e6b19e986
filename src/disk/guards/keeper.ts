import type { Call } from '../call.ts';
import type { RecordedProtection } from '../cluster.ts';
import type { Disk } from '../disk.ts';
import { isDiskError } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { isReady } from '../snapshot.ts';
import { spentCloneSnapshots } from '../clone/clone-keeper.ts';
import { removeSnapshot } from '../remove-snapshot.ts';
import { ownerTag, tagKeys } from '../tags.ts';
import { releaseGuards } from './expand-release.ts';
import { intentOf, isGuardSnapshot } from './guard-snapshot.ts';
import { withVolume, type GuardParts } from './guard-parts.ts';

/** What the keeper does with one thing it has found. */
export interface KeeperAct {
  readonly act: 'release' | 'drop-superseded' | 'remove-protection' | 'remove-clone-snapshot';
  readonly diskId: string;
  readonly snapshotId: string;
}

export interface KeeperParts extends GuardParts {
  /** Only says what it would do. */
  readonly isDryRun: boolean;
  readonly onAct: (act: KeeperAct) => void;
  /** One thing that could not be looked after; the round goes on. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Cleans up behind the guards, in rounds: releases the snapshots of completed expansions, drops superseded ones, removes
 * the objects of delete protections whose snapshot has expired, and the snapshots by way of which disks were cloned. Every step may be repeated, by any number of
 * replicas; nothing is touched that this cluster does not own.
 */
export class Keeper {
  readonly #parts: KeeperParts;
  /** Protections whose snapshot was absent at the last look: one look is not enough. */
  #absentBefore = new Set<string>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  async round(call: Call): Promise<void> {
    await this.#carefully(() => this.#expansions(call));
    await this.#carefully(() => this.#protections(call));
    await this.#carefully(() => this.#clones(call));
  }

  async #clones(call: Call): Promise<void> {
    for (const { id, sourceDiskId: diskId } of await spentCloneSnapshots(this.#parts, call)) {
      await this.#carefully(() =>
        this.#act({ act: 'remove-clone-snapshot', diskId, snapshotId: id }, () =>
          removeSnapshot(this.#parts, id, call),
        ),
      );
    }
  }

  async #expansions(call: Call): Promise<void> {
    const { cloud, clusterId } = this.#parts;
    const ids = await cloud.listSnapshotIds({ key: tagKeys.guard, value: 'expand' }, call);
    const owner = ownerTag(clusterId);
    const guards = (await cloud.findSnapshots(ids, call)).filter(
      (snapshot) => isGuardSnapshot(snapshot, 'expand') && snapshot.tags.get(owner.key) === owner.value,
    );
    for (const [diskId, ofDisk] of Map.groupBy(guards, ({ sourceDiskId }) => sourceDiskId)) {
      await this.#carefully(() => this.#ofDisk(diskId, ofDisk, call));
    }
  }

  async #ofDisk(diskId: string, guards: readonly Snapshot[], call: Call): Promise<void> {
    const disk = await this.#parts.cloud.findDisk(diskId, call);
    if (disk === undefined) {
      return;
    }
    const [newest, ...older] = guards.toSorted((a, b) => cutTime(b) - cutTime(a));
    if (newest !== undefined && isReady(newest)) {
      for (const { id } of older) {
        await this.#act({ act: 'drop-superseded', diskId, snapshotId: id }, () =>
          this.#parts.cloud.deleteSnapshot(id, { force: false }, call),
        );
      }
    }
    if (newest !== undefined && (await this.#isComplete(disk, newest, call))) {
      const guarded = await withVolume(this.#parts, disk, call);
      await this.#act({ act: 'release', diskId, snapshotId: newest.id }, () =>
        releaseGuards(this.#parts, guarded, call),
      );
    }
  }

  /**
   * Whether the expansion that the snapshot guards is over, file system and all. While it has only failed the disk is
   * too small; grown by a later attempt, it needs the snapshot no more.
   */
  async #isComplete(disk: Disk, snapshot: Snapshot, call: Call): Promise<boolean> {
    const wantedGiB = Number(intentOf(snapshot)?.split('-')[1]);
    if (!Number.isSafeInteger(wantedGiB) || disk.sizeGiB < wantedGiB) {
      return false;
    }
    const { volume } = await withVolume(this.#parts, disk, call);
    return (
      volume === undefined ||
      (await this.#parts.cluster.expansionState(volume, wantedGiB, call)) !== 'pending'
    );
  }

  async #protections(call: Call): Promise<void> {
    const absentNow = new Set<string>();
    for (const recorded of await this.#parts.cluster.listProtections(call)) {
      await this.#carefully(async () => {
        if (await this.#isExpired(recorded, call)) {
          absentNow.add(recorded.snapshotId);
          await this.#removeIfAbsentBefore(recorded, call);
        }
      });
    }
    this.#absentBefore = absentNow;
  }

  async #isExpired({ snapshotId, expiresAt }: RecordedProtection, call: Call): Promise<boolean> {
    const { cloud, now } = this.#parts;
    if (expiresAt !== undefined && expiresAt.getTime() > now()) {
      return false;
    }
    const snapshot = await cloud.findSnapshot(snapshotId, call);
    return snapshot === undefined && (await cloud.isSnapshotProvenAbsent(snapshotId, call));
  }

  async #removeIfAbsentBefore(recorded: RecordedProtection, call: Call): Promise<void> {
    const { cluster } = this.#parts;
    const { snapshotId, diskId } = recorded;
    if (!this.#absentBefore.has(snapshotId) || (await cluster.isBeingRestored(snapshotId, call))) {
      return;
    }
    await this.#act({ act: 'remove-protection', diskId, snapshotId }, () =>
      cluster.removeProtection(recorded, call),
    );
  }

  async #act(act: KeeperAct, perform: () => Promise<void>): Promise<void> {
    this.#parts.onAct(act);
    if (!this.#parts.isDryRun) {
      await perform();
    }
  }

  async #carefully(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!isDiskError(error)) {
        throw error;
      }
      this.#parts.onProblem(error);
    }
  }
}

function cutTime({ cutAt }: Snapshot): number {
  return cutAt?.getTime() ?? Number.POSITIVE_INFINITY;
}
