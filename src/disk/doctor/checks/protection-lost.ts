import type { RecordedProtection } from '../../cluster.ts';
import { expiryOf } from '../../guards/guard-snapshot.ts';
import { restoreCommand } from '../../guards/restore-command.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Check } from '../check.ts';
import type { Finding, Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';
import { doubtOnAbsence, type Doubt, type Place } from '../place.ts';
import { provenAbsent } from './proven-absent.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** The keeper removes the objects soon after the snapshot has expired. */
const keeperMs = hourMs;

/** The way back to a deleted disk is gone, or about to go. */
export const protectionLost: Check = {
  name: 'protection-lost',
  finds:
    'VolumeSnapshots of deleted disks whose snapshot is gone from ECS, or expires within its last quarter and a day',
  reads: 'VolumeSnapshots <disk>-delprotect with snapshots',
  mend: 'restore it in time, or let it live longer; remove objects that lead nowhere',
  async examine(looks) {
    const recorded = await looks.protections();
    const ids = recorded.map(({ snapshotId }) => snapshotId);
    const found = new Map((await looks.cloud.findSnapshots(ids, looks.call)).map((one) => [one.id, one]));
    const missing = recorded.filter((one) => !found.has(one.snapshotId) && isForTheKeeperNoMore(one, looks));
    return [
      ...(missing.length === 0 ? [] : await provenLost(missing, found.size > 0, looks)),
      ...recorded.flatMap((one) => endingSoon(one, found.get(one.snapshotId), looks)),
    ];
  },
};

async function provenLost(
  missing: readonly RecordedProtection[],
  isAnySeen: boolean,
  looks: Looks,
): Promise<Remark[]> {
  const place = await looks.place();
  const doubt = doubtOnAbsence(place, looks, isAnySeen) ?? doubtOnRegion(place);
  if (doubt !== undefined) {
    return [{ at: snapshotsOf(missing), ...doubt }];
  }
  const proofs = await provenAbsent(
    'snapshot',
    missing.map(({ snapshotId }) => snapshotId),
    (id) => looks.cloud.isSnapshotProvenAbsent(id, looks.call),
  );
  const gone = new Set(proofs.gone);
  return [...missing.filter(({ snapshotId }) => gone.has(snapshotId)).map(lost), ...proofs.notLooked];
}

/** These objects do not say the region of their snapshot. */
function doubtOnRegion({ otherRegions }: Place): Doubt | undefined {
  return otherRegions.length === 0
    ? undefined
    : {
        because: `they may be in another region: disks of this cluster are in ${otherRegions.join(', ')} too`,
        mend: ['run the doctor for each of the regions: a snapshot that none of them shows is gone'],
      };
}

function snapshotsOf(recorded: readonly RecordedProtection[]): string {
  const { snapshotId = '', namespace = '', snapshotName = '' } = recorded[0] ?? {};
  return `the snapshots of ${recorded.length} VolumeSnapshots of deleted disks, such as ${snapshotId} of ${namespace}/${snapshotName}`;
}

function isForTheKeeperNoMore({ expiresAt }: RecordedProtection, { now }: Looks): boolean {
  const lateMs = now() - (expiresAt?.getTime() ?? 0);
  return lateMs < 0 || lateMs > keeperMs;
}

function lost(recorded: RecordedProtection): Finding {
  const { namespace, snapshotName, contentName, snapshotId, diskId, expiresAt } = recorded;
  const meant = expiresAt === undefined ? '' : `, which was to be kept until ${expiresAt.toISOString()}`;
  return {
    what: `VolumeSnapshot ${namespace}/${snapshotName} leads to snapshot ${snapshotId} of disk ${diskId}${meant} and does not exist any more`,
    ids: [`${namespace}/${snapshotName}`, snapshotId, diskId],
    why: 'a claim that is restored from it waits for ever; if its time is not over, somebody has deleted the last copy of the data',
    mend: [
      `kubectl delete volumesnapshot ${snapshotName} -n ${namespace}`,
      `kubectl delete volumesnapshotcontent ${contentName} (the keeper does both once the time is over: --keeper on)`,
    ],
  };
}

function endingSoon(recorded: RecordedProtection, snapshot: Snapshot | undefined, looks: Looks): Finding[] {
  const expiresAt = snapshot === undefined ? undefined : expiryOf(snapshot);
  if (snapshot?.retentionDays === undefined || expiresAt === undefined) {
    return [];
  }
  const leftMs = expiresAt.getTime() - looks.now();
  if (leftMs > Math.min(dayMs, (snapshot.retentionDays * dayMs) / 4)) {
    return [];
  }
  const { namespace, snapshotName, diskId } = recorded;
  const days = snapshot.retentionDays;
  return [
    {
      what: `snapshot ${snapshot.id} of deleted disk ${diskId} (VolumeSnapshot ${namespace}/${snapshotName}) expires at ${expiresAt.toISOString()}`,
      ids: [snapshot.id, diskId, `${namespace}/${snapshotName}`],
      why: 'ECS deletes it then, and with it the last copy of the data',
      mend: [
        'if nobody misses the data: nothing',
        `to restore it: ${restoreCommand(snapshot, undefined, looks.driverName)}`,
        `to keep it for longer: aliyun ecs ModifySnapshotAttribute --RegionId ${looks.regionId} --SnapshotId ${snapshot.id} --RetentionDays ${days + 7}`,
      ],
    },
  ];
}
