import { isTakenFor } from '../../clone/clone-mark.ts';
import { expiryOf, isGuardSnapshot } from '../../guards/guard-snapshot.ts';
import { restoreCommand } from '../../guards/restore-command.ts';
import { isReady, type Snapshot } from '../../snapshot.ts';
import type { Check } from '../check.ts';
import type { Finding, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { provenAbsent } from './proven-absent.ts';

/** A deletion that is under way has made its snapshot, but not yet its objects. */
const underWayMs = 60 * 60_000;

/** The data of a deleted disk are there, and nothing in Kubernetes leads to them. */
export const protectionUnrecorded: Check = {
  name: 'protection-unrecorded',
  finds:
    'snapshots that the guard made before a deletion, older than an hour, without a VolumeSnapshotContent',
  reads: 'those snapshots with VolumeSnapshotContents and disks, and the proof that these are gone',
  mend: 'the command that makes the objects',
  async examine(looks) {
    const snapshots = (await looks.deleteSnapshots()).filter(
      (snapshot) => isReady(snapshot) && looks.now() - (snapshot.cutAt?.getTime() ?? 0) > underWayMs,
    );
    // Not only the objects that the guard makes: somebody may have applied those of restore-manifests.
    const recorded = await looks.snapshotHandles();
    const unrecorded = snapshots.filter(({ id }) => !recorded.has(id));
    const ids = [...new Set(unrecorded.map(({ sourceDiskId }) => sourceDiskId))];
    // A disk that is still there was not deleted after all; its next deletion deals with the snapshot.
    const living = new Set((await looks.cloud.findDisks(ids, looks.call)).map(({ id }) => id));
    const unseen = ids.filter((id) => !living.has(id));
    const proofs = await provenAbsent('disk', unseen, (id) => looks.cloud.isDiskProvenAbsent(id, looks.call));
    const gone = new Set(proofs.gone);
    return [
      ...unrecorded
        .filter(({ sourceDiskId }) => gone.has(sourceDiskId))
        .map((snapshot) => findingOf(snapshot, 'disk', looks)),
      ...(await ofUnseenCopies(looks, recorded)),
      ...proofs.notLooked,
    ];
  },
};

/** Each needs a look for the disks that were made from it. */
const mostCopies = 50;

/** A clone, or a restored disk, that nobody used is deleted behind the snapshot that it was made from. */
async function ofUnseenCopies(looks: Looks, recorded: ReadonlySet<string>): Promise<Remark[]> {
  const unrecorded = (await looks.takenOverSnapshots()).filter(({ id }) => !recorded.has(id));
  const remarks: Remark[] = [];
  for (const snapshot of unrecorded.slice(0, mostCopies)) {
    const made = await looks.cloud.findDisksMadeFrom(snapshot.id, looks.call);
    const of = isGuardSnapshot(snapshot, 'inherited') ? 'restored' : 'clone';
    // It is taken over, and recorded, before the disk goes.
    if (!made.some((disk) => of === 'restored' || isTakenFor(snapshot, disk))) {
      remarks.push(findingOf(snapshot, of, looks));
    }
  }
  const left = unrecorded.length - mostCopies;
  const because = `the disks are looked for that were made from no more than ${mostCopies} of them`;
  const mend = ['mend the others first, and run it again'];
  return left > 0
    ? [...remarks, { at: `${left} more snapshots of clones and restored disks`, because, mend }]
    : remarks;
}

function findingOf(snapshot: Snapshot, of: Deleted, { driverName }: Looks): Finding {
  const { id, sourceDiskId } = snapshot;
  const until = expiryOf(snapshot)?.toISOString();
  const kept = until === undefined ? 'for ever' : `until ${until}`;
  const deleted = deletedDisk(snapshot, of);
  return {
    what: `snapshot ${id} ${deleted}, and is kept ${kept}, but no VolumeSnapshot leads to it`,
    ids: [id, sourceDiskId],
    why: 'whoever misses the data does not find them: Kubernetes was switched off when the disk was deleted, or somebody has removed the objects',
    mend: [`to restore it: ${restoreCommand(snapshot, undefined, driverName)}`],
  };
}

type Deleted = 'disk' | 'clone' | 'restored';

/** Of the last two nobody knows the id any more, so there is nothing to be proven. */
function deletedDisk({ sourceDiskId, sourceDiskSizeGiB }: Snapshot, of: Deleted): string {
  const source = `disk ${sourceDiskId} (${sourceDiskSizeGiB} GiB)`;
  const texts: Record<Deleted, string> = {
    disk: `was made before ${source} was deleted`,
    clone: `is the protection of a clone of ${source} that is not seen any more`,
    restored: `was taken of ${source}, and is the protection of a disk restored from it that is not seen any more`,
  };
  return texts[of];
}
