import type { Disk } from '../../disk.ts';
import { guardsDoneWith } from '../../guards/expand-release.ts';
import { expandGuardsAmong, firstFailureAmong } from '../../guards/guard-order.ts';
import { expiryOf, wantedSizeOf } from '../../guards/guard-snapshot.ts';
import { restoreCommand } from '../../guards/restore-command.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Check } from '../check.ts';
import type { SeenVolume } from '../doctor-cluster.ts';
import type { Finding, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { doubtOnCluster } from '../place.ts';

/** So old a snapshot must be: nobody knows when the resize ended that it was made for, but only that it was later. */
const patienceMs = 2 * 60 * 60_000;
/** Each needs a look at its claim. */
const mostClaims = 100;

/** Expansions that went wrong, and snapshots of those that did not. */
export const expansionSnapshots: Check = {
  name: 'expansion-snapshots',
  finds:
    'expansions that failed and whose snapshot is kept; snapshots older than two hours of expansions whose disk has grown',
  reads: 'snapshots that the guard made before expansions with sizes of disks and status of claims',
  mend: 'restore or expand again; delete what nobody needs',
  async examine(looks) {
    const snapshots = expandGuardsAmong(await looks.expandSnapshots());
    const disks = await looks.disks();
    const volumes = new Map((await looks.volumes()).map((volume) => [volume.diskId, volume]));
    const remarks: Remark[] = [];
    const spent: Spent[] = [];
    for (const [diskId, guards] of Map.groupBy(snapshots, ({ sourceDiskId }) => sourceDiskId)) {
      const disk = disks.get(diskId);
      if (disk !== undefined) {
        const of = { disk, volume: volumes.get(diskId) };
        const done = guardsDoneWith(disk, guards);
        const failed = firstFailureAmong(guards);
        remarks.push(...(failed === undefined || done.includes(failed) ? [] : [failure(failed, of, looks)]));
        spent.push(...done.filter((one) => isOld(one, looks)).map((snapshot) => ({ ...of, snapshot })));
      }
    }
    return [...remarks, ...(await leftOver(spent, looks))];
  },
};

interface Expanded {
  readonly disk: Disk;
  readonly volume: SeenVolume | undefined;
}

interface Spent extends Expanded {
  readonly snapshot: Snapshot;
}

function isOld({ cutAt }: Snapshot, { now }: Looks): boolean {
  return cutAt !== undefined && now() - cutAt.getTime() > patienceMs;
}

function failure(snapshot: Snapshot, { disk, volume }: Expanded, { driverName }: Looks): Finding {
  const until = expiryOf(snapshot)?.toISOString() ?? 'it is deleted by hand';
  return {
    what: `disk ${disk.id}${ofVolume(volume)} could not be expanded to ${wantedSizeOf(snapshot) ?? 'the wanted size'} GiB; its snapshot ${snapshot.id} of before is kept until ${until}`,
    ids: [disk.id, snapshot.id, ...(volume === undefined ? [] : [volume.name])],
    why: 'the claim is not as large as it asks for; the snapshot is the way back if the data have suffered',
    mend: [
      `see why: ${volume?.claim === undefined ? `the log of the plugin for ${disk.id}` : `kubectl describe pvc ${volume.claim.name} -n ${volume.claim.namespace}`}`,
      `to go back: ${restoreCommand(snapshot, volume, driverName)}`,
    ],
  };
}

/** Those whose claim says that nothing is left to do. */
async function leftOver(spent: readonly Spent[], looks: Looks): Promise<Remark[]> {
  const remarks: Remark[] = [];
  for (const one of spent.slice(0, mostClaims)) {
    remarks.push(await remarkOn(one, looks));
  }
  const left = spent.length - remarks.length;
  return left === 0
    ? remarks
    : [
        ...remarks,
        {
          at: `${left} more snapshots of expansions`,
          because: `no more than ${mostClaims} claims are asked about`,
          mend: ['mend the others first, and run it again'],
        },
      ];
}

async function remarkOn(spent: Spent, looks: Looks): Promise<Remark> {
  const { disk, volume, snapshot } = spent;
  if (volume === undefined) {
    // In another cluster the file system may still have to grow.
    const doubt = doubtOnCluster(await looks.place(), looks, false);
    const at = `whether snapshot ${snapshot.id}, which guards the expansion of disk ${disk.id}, is left over`;
    return doubt === undefined ? spentFinding(spent, looks) : { at, ...doubt };
  }
  const sizeGiB = wantedSizeOf(snapshot) ?? disk.sizeGiB;
  const state = await looks.cluster.expansionState(volume, sizeGiB, looks.call);
  return state === 'pending' ? unfinished(spent, sizeGiB) : spentFinding(spent, looks);
}

const runAgain =
  'run it again in some minutes, for a disk may be resized long after its snapshot; if nothing has changed:';

function unfinished({ snapshot, disk, volume }: Spent, sizeGiB: number): Finding {
  const claim = volume?.claim;
  return {
    what: `disk ${disk.id}${ofVolume(volume)} has ${disk.sizeGiB} GiB, but its claim does not say that the file system has grown to ${sizeGiB} GiB; its snapshot ${snapshot.id} of before was cut at ${snapshot.cutAt?.toISOString() ?? ''}`,
    ids: [disk.id, snapshot.id, ...(volume === undefined ? [] : [volume.name])],
    why: 'the pod has no more room than before, and the snapshot is kept until it has',
    mend: [
      runAgain,
      claim === undefined
        ? 'see the claim'
        : `kubectl describe pvc ${claim.name} -n ${claim.namespace}; the file system grows where a pod uses the claim`,
    ],
  };
}

function spentFinding({ snapshot, disk, volume }: Spent, { regionId }: Looks): Finding {
  return {
    what: `snapshot ${snapshot.id} of disk ${disk.id}${ofVolume(volume)}, cut at ${snapshot.cutAt?.toISOString() ?? ''}, guards an expansion that is complete`,
    ids: [snapshot.id, disk.id, ...(volume === undefined ? [] : [volume.name])],
    why: 'it is paid for until ECS deletes it a day after its cut; the keeper would have deleted it, unless a claim is being restored from it',
    mend: [
      runAgain,
      'see that the keeper runs (--keeper on, --kubernetes; /readyz says what it cannot do)',
      `if no claim is restored from it: aliyun ecs DeleteSnapshot --RegionId ${regionId} --SnapshotId ${snapshot.id} --Force true`,
    ],
  };
}

function ofVolume(volume: SeenVolume | undefined): string {
  return volume === undefined ? '' : ` (volume ${volume.name})`;
}
