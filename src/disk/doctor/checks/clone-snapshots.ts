import { isInTheMaking } from '../../clone/clone-keeper.ts';
import { cloneTags, isDoneWith, isTakenFor } from '../../clone/clone-mark.ts';
import type { Disk } from '../../disk.ts';
import { expiryOf } from '../../guards/guard-snapshot.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Check } from '../check.ts';
import type { Finding, NotLooked, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';

const hourMs = 60 * 60_000;
/** The upload of a large disk takes its time, and the keeper waits for it. */
const patienceMs = 6 * hourMs;
/** The keeper extends what is needed a day before it ends. */
const soonMs = 12 * hourMs;
/** Each needs a look for its clone. */
const mostClones = 50;

/** Steps on the way of clones that nobody took away, or that go too soon. */
export const cloneSnapshots: Check = {
  name: 'clone-snapshots',
  finds:
    'snapshots by way of which a disk was cloned, six hours after the clone was made, or first used if it needed them until then; those that a clone needs which nobody has used, and that end soon',
  reads: 'snapshots with the mark of a clone with the disks that were made from them',
  mend: 'delete the one, extend the other; see that the keeper runs',
  async examine(looks) {
    const old = (await looks.cloneSnapshots()).filter(
      ({ status, cutAt }) =>
        status === 'accomplished' && cutAt !== undefined && looks.now() - cutAt.getTime() > patienceMs,
    );
    const remarks: Remark[] = [];
    for (const snapshot of old.slice(0, mostClones)) {
      const made = await looks.cloud.findDisksMadeFrom(snapshot.id, looks.call);
      const clone = made.find((disk) => isTakenFor(snapshot, disk));
      // Without one, whoever wants it may come back for it, and ECS ends the snapshot.
      remarks.push(...(clone === undefined ? [] : remarksOn({ snapshot, clone, made }, looks)));
    }
    const left = old.length - mostClones;
    const because = `no more than ${mostClones} clones are looked for`;
    const mend = ['mend the others first, and run it again'];
    return left > 0 ? [...remarks, { at: `${left} more snapshots of clones`, because, mend }] : remarks;
  },
};

const keeperRuns = 'see that the keeper runs (--keeper on; /readyz says what it cannot do)';

interface Cloned {
  readonly snapshot: Snapshot;
  readonly clone: Disk;
  /** All that was made from the snapshot. */
  readonly made: readonly Disk[];
}

function remarksOn({ snapshot, clone, made }: Cloned, looks: Looks): Remark[] {
  if (isDoneWith(snapshot, clone)) {
    // As the keeper does: another disk may be on its way from the snapshot.
    return made.some(isInTheMaking) ? [] : remarksOnSpent(snapshot, clone, looks);
  }
  const expiresAt = expiryOf(snapshot);
  return expiresAt === undefined || expiresAt.getTime() - looks.now() > soonMs
    ? []
    : [endingSoon(snapshot, clone, looks)];
}

function remarksOnSpent(snapshot: Snapshot, clone: Disk, looks: Looks): Remark[] {
  const sinceMs = doneSince(snapshot, clone);
  if (sinceMs === undefined) {
    return [unknownUse(snapshot, clone)];
  }
  return looks.now() - sinceMs > patienceMs ? [leftOver(snapshot, clone, looks)] : [];
}

/** Since when, at the latest, the clone has done without the snapshot; `undefined` when ECS does not say. */
function doneSince({ tags, cutAt }: Snapshot, clone: Disk): number | undefined {
  const { createdAt, lastAttachedAt, lastDetachedAt, attachments } = clone;
  if (tags.get(cloneTags.wayBack.key) !== cloneTags.wayBack.value) {
    return Math.max(cutAt?.getTime() ?? 0, Date.parse(createdAt ?? '') || 0);
  }
  // A clone that was detached before it was last attached was used before, too.
  const uses = [lastAttachedAt, lastDetachedAt, ...attachments.map(({ attachedAt }) => attachedAt)];
  const known = uses.flatMap((use) => use?.getTime() ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

function unknownUse({ id }: Snapshot, clone: Disk): NotLooked {
  return {
    at: `whether snapshot ${id} is left over`,
    because: `ECS does not say since when disk ${clone.id}, which was cloned by way of it, has been in use`,
    mend: [`run it again later; if the snapshot is still there, ${keeperRuns}`],
  };
}

function leftOver({ id, sourceDiskId }: Snapshot, clone: Disk, { regionId }: Looks): Finding {
  return {
    what: `snapshot ${id}, by way of which disk ${sourceDiskId} was cloned to ${clone.id}, is still there although the clone does without it`,
    ids: [id, sourceDiskId, clone.id],
    why: 'it is paid for until ECS deletes it; the keeper would have deleted it',
    mend: [
      `run it again in some minutes, for its upload may only just have ended; if it is still there, ${keeperRuns}`,
      `once disk ${clone.id} is usable: aliyun ecs DeleteSnapshot --RegionId ${regionId} --SnapshotId ${id} --Force true`,
    ],
  };
}

function endingSoon(snapshot: Snapshot, clone: Disk, { regionId }: Looks): Finding {
  const { id, retentionDays = 0 } = snapshot;
  return {
    what: `snapshot ${id} ends at ${expiryOf(snapshot)?.toISOString() ?? ''}; disk ${clone.id} was cloned by way of it, and nobody has used that disk yet`,
    ids: [id, clone.id],
    why: 'ECS makes no snapshot of a disk that was never used, so without this one the disk cannot be deleted under its protection; the keeper would have extended it, unless the protection was taken off',
    mend: [
      keeperRuns,
      `if the disk is to be protected: aliyun ecs ModifySnapshotAttribute --RegionId ${regionId} --SnapshotId ${id} --RetentionDays ${retentionDays + 7}`,
    ],
  };
}
