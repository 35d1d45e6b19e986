import type { Call } from '../call.ts';
import type { RecordedProtection } from '../cluster.ts';
import { DiskError } from '../disk-error.ts';
import type { Snapshot } from '../snapshot.ts';
import { CloneKeeper, type ClonePair } from '../clone/clone-keeper.ts';
import { isCloneSnapshot } from '../clone/clone-mark.ts';
import { removeSnapshot } from '../remove-snapshot.ts';
import { isOwn, tagKeys } from '../tags.ts';
import { dropSnapshot } from '../make-snapshot.ts';
import { guardsDoneWith, isFree, releaseGuard } from './expand-release.ts';
import { expandGuardsAmong, supersededAmong } from './guard-order.ts';
import { withVolume, type Guarded, type GuardParts } from './guard-parts.ts';
import { wantedSizeOf } from './guard-snapshot.ts';

/** What the keeper does with one thing it has found. */
export interface KeeperAct {
  readonly act:
    | 'release'
    | 'drop-superseded'
    | 'drop-failed'
    | 'remove-protection'
    | 'remove-clone-snapshot'
    | 'keep-clone-snapshot';
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
 * Cleans up behind the guards, in rounds: releases the snapshots of completed expansions, drops superseded and failed ones,
 * removes the objects of delete protections whose snapshot has expired, and the snapshots by way of which disks were cloned, or
 * keeps those for as long as they are the only way back.
 * Every step may be repeated, by any number of replicas; nothing is touched that this cluster does not own, and of the
 * guards' snapshots none that a claim waits to be restored from.
 */
export class Keeper {
  readonly #parts: KeeperParts;
  /** Protections whose snapshot was absent at the last look: one look is not enough. */
  #absentBefore = new Set<string>();
  /** Snapshots that had failed at the last look: the call that asked for one removes it first. */
  #failedBefore = new Set<string>();
  readonly #cloneKeeper: CloneKeeper;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#cloneKeeper = new CloneKeeper(parts);
  }

  /** Rejects when the call's signal has aborted, and for no other reason: what it did not come to is for the next round. */
  async round(call: Call): Promise<void> {
    // Clones first: theirs is the one step whose omission costs a way back.
    await this.#carefully(call, () => this.#clones(call));
    await this.#carefully(call, () => this.#expansions(call));
    await this.#carefully(call, () => this.#protections(call));
  }

  async #clones(call: Call): Promise<void> {
    for (const pair of await this.#cloneKeeper.pairs(call)) {
      await this.#carefully(call, () => this.#clone(pair, call));
    }
  }

  async #clone(pair: ClonePair, call: Call): Promise<void> {
    const { id: snapshotId, sourceDiskId } = pair.snapshot;
    if (await this.#cloneKeeper.isSpent(pair, call)) {
      await this.#act({ act: 'remove-clone-snapshot', diskId: sourceDiskId, snapshotId }, () =>
        removeSnapshot(this.#parts, snapshotId, call, assertStillClone),
      );
      return;
    }
    const days = await this.#cloneKeeper.retentionToExtend(pair, call);
    if (days !== undefined) {
      await this.#act({ act: 'keep-clone-snapshot', diskId: pair.clone.id, snapshotId }, () =>
        this.#parts.cloud.extendRetention(snapshotId, days, call),
      );
    }
  }

  async #expansions(call: Call): Promise<void> {
    const { cloud, clusterId } = this.#parts;
    const ids = await cloud.listSnapshotIds({ key: tagKeys.guard, value: 'expand' }, call);
    const guards = expandGuardsAmong(await cloud.findSnapshots(ids, call)).filter(({ tags }) =>
      isOwn(tags, clusterId),
    );
    await this.#dropFailed(
      guards.filter(({ status }) => status === 'failed'),
      call,
    );
    for (const [diskId, ofDisk] of Map.groupBy(guards, ({ sourceDiskId }) => sourceDiskId)) {
      await this.#carefully(call, () => this.#ofDisk(diskId, ofDisk, call));
    }
  }

  /** Without a cut they have no end. Nothing was made from them, and nobody waits for them, whoever's they are. */
  async #dropFailed(failed: readonly Snapshot[], call: Call): Promise<void> {
    for (const guard of failed.filter(({ id }) => this.#failedBefore.has(id))) {
      await this.#carefully(call, () =>
        this.#actIfFree('drop-failed', guard, call, () => dropSnapshot(this.#parts, guard.id, call)),
      );
    }
    this.#failedBefore = new Set(failed.map(({ id }) => id));
  }

  async #ofDisk(diskId: string, guards: readonly Snapshot[], call: Call): Promise<void> {
    const disk = await this.#parts.cloud.findDisk(diskId, call);
    if (disk === undefined) {
      return;
    }
    const guarded = await withVolume(this.#parts, disk, call);
    if (guarded.volume === undefined && this.#parts.clusterId === undefined) {
      // It may be another cluster of the account that has the volume, a file system still to grow, or a claim to restore.
      return;
    }
    const superseded = supersededAmong(guards);
    for (const guard of superseded) {
      await this.#actIfFree('drop-superseded', guard, call, () => dropSnapshot(this.#parts, guard.id, call));
    }
    for (const guard of guardsDoneWith(disk, guards).filter((one) => !superseded.includes(one))) {
      if (await this.#isComplete(guarded, guard, call)) {
        await this.#actIfFree('release', guard, call, () => releaseGuard(this.#parts, guarded, guard, call));
      }
    }
  }

  /** Whether the expansion that the snapshot guards is over, file system and all. */
  async #isComplete({ volume }: Guarded, guard: Snapshot, call: Call): Promise<boolean> {
    const wantedGiB = wantedSizeOf(guard);
    return (
      volume === undefined ||
      (wantedGiB !== undefined &&
        (await this.#parts.cluster.expansionState(volume, wantedGiB, call)) !== 'pending')
    );
  }

  async #protections(call: Call): Promise<void> {
    const absentNow = new Set<string>();
    for (const recorded of await this.#parts.cluster.listProtections(call)) {
      await this.#carefully(call, async () => {
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
    const { snapshotId, diskId } = recorded;
    const { cluster } = this.#parts;
    if (this.#absentBefore.has(snapshotId) && !(await cluster.isBeingRestored(snapshotId, call))) {
      await this.#act({ act: 'remove-protection', diskId, snapshotId }, () =>
        cluster.removeProtection(recorded, call),
      );
    }
  }

  /** Looks once more: what the round began with may have been needed for something else since. */
  async #actIfFree(
    act: KeeperAct['act'],
    guard: Snapshot,
    call: Call,
    perform: () => Promise<void>,
  ): Promise<void> {
    if (await isFree(this.#parts, guard, call)) {
      await this.#act({ act, diskId: guard.sourceDiskId, snapshotId: guard.id }, perform);
    }
  }

  async #act(act: KeeperAct, perform: () => Promise<void>): Promise<void> {
    this.#parts.onAct(act);
    if (!this.#parts.isDryRun) {
      await perform();
    }
  }

  async #carefully(call: Call, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (call.signal.aborted) {
        throw error;
      }
      this.#parts.onProblem(error);
    }
  }
}

/** @throws DiskError `busy` when a deletion has made it its protection since the round began. */
function assertStillClone(snapshot: Snapshot): Promise<void> {
  return isCloneSnapshot(snapshot)
    ? Promise.resolve()
    : Promise.reject(
        new DiskError('busy', `snapshot ${snapshot.id} has become the protection of a clone meanwhile`),
      );
}
