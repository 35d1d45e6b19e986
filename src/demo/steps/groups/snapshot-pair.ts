import type { VolumeGroupSnapshot__Output } from '../../../generated/csi/v1/VolumeGroupSnapshot.ts';
import { totalOf } from '../../call-counts.ts';
import { formatBytes, formatCount } from '../../format.ts';
import { askForSnapshotIds, listed, nothing } from '../../questions.ts';
import { askFor, finding, type Stage } from '../../stage.ts';

const name = 'groupsnapshot-demo-bank';

/** One call, one moment for both, while the application goes on writing. */
export async function snapshotPair(stage: Stage): Promise<void> {
  const pair = finding(stage, 'pair');
  const application = finding(stage, 'application');
  const writtenBefore = application.written();
  const group = await askForGroup(stage, pair);
  const writtenAfter = application.written();
  const snapshotIds = pair.map(
    (diskId) => group.snapshots.find(({ sourceVolumeId }) => sourceVolumeId === diskId)?.snapshotId ?? 'none',
  );
  stage.findings.pairSnapshots = { groupId: group.groupSnapshotId, snapshotIds, writtenBefore, writtenAfter };
  const meanwhile = `${formatCount(writtenAfter - writtenBefore)} writes meanwhile`;
  stage.proofs.that('the application was not held up', writtenAfter > writtenBefore, meanwhile);
  proveComplete(stage, group, pair);
  await proveOnce(stage, group, pair);
}

function proveComplete(
  stage: Stage,
  { groupSnapshotId, snapshots, readyToUse }: VolumeGroupSnapshot__Output,
  pair: readonly string[],
): void {
  const sources = listed(snapshots.map(({ sourceVolumeId }) => sourceVolumeId));
  stage.proofs.equal('the first answer names a snapshot of each volume', sources, listed(pair));
  const isWhole = snapshots.every(
    (one) => one.readyToUse && one.groupSnapshotId === groupSnapshotId && Number(one.sizeBytes) > 0,
  );
  stage.proofs.that('each is ready, and says its size and its group', isWhole && readyToUse, groupSnapshotId);
  const times = new Set(snapshots.map(({ creationTime }) => creationTime?.seconds));
  stage.proofs.equal('they have one creation time', times.size, 1);
}

async function proveOnce(
  stage: Stage,
  first: VolumeGroupSnapshot__Output,
  pair: readonly string[],
): Promise<void> {
  stage.screen.say('note', 'csi-snapshotter may ask again, with the volumes in another order');
  const again = await askForGroup(stage, pair.toReversed());
  const ids = ({ groupSnapshotId, snapshots }: VolumeGroupSnapshot__Output) =>
    `${groupSnapshotId} ${listed(snapshots.map(({ snapshotId }) => snapshotId))}`;
  stage.proofs.equal('the same name gives the same group', ids(again), ids(first));
  const sent = totalOf(await finding(stage, 'emulator').ecs.requestCounts(), 'CreateSnapshotGroup');
  stage.proofs.equal('ECS was asked for one group (CreateSnapshotGroup requests)', sent, 1);
  const found = await askForSnapshotIds(stage);
  const members = listed(first.snapshots.map(({ snapshotId }) => snapshotId));
  stage.proofs.equal('ListSnapshots shows its members, and nothing else', found, members);
}

async function askForGroup(
  stage: Stage,
  sourceVolumeIds: readonly string[],
): Promise<VolumeGroupSnapshot__Output> {
  const { groupSnapshot } = await askFor(stage, {
    method: 'CreateVolumeGroupSnapshot',
    asked: { name, source_volume_ids: sourceVolumeIds.join('\n') },
    request: { name, sourceVolumeIds: [...sourceVolumeIds] },
    answered: (response) => (response.groupSnapshot === null ? {} : groupFields(response.groupSnapshot)),
  });
  return groupSnapshot ?? nothing('CreateVolumeGroupSnapshot', 'group_snapshot');
}

function groupFields({ groupSnapshotId, snapshots, creationTime, readyToUse }: VolumeGroupSnapshot__Output) {
  const members = snapshots.map(
    ({ snapshotId, sourceVolumeId, sizeBytes }) =>
      `${snapshotId} of ${sourceVolumeId}, ${formatBytes(Number(sizeBytes))}`,
  );
  return {
    group_snapshot_id: groupSnapshotId,
    snapshots: members.join('\n'),
    creation_time: new Date(Number(creationTime?.seconds ?? 0) * 1000).toISOString(),
    ready_to_use: `${readyToUse}`,
  };
}
