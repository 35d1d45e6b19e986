import { deletionOfSnapshot, deletionOfVolume, listed } from '../../questions.ts';
import { ask, finding, type Question, type Stage } from '../../stage.ts';
import { detachDisk } from '../attachment.ts';

/** A member goes with its group only; the group goes with all its members; and the volumes do not need it. */
export async function deletePair(stage: Stage): Promise<void> {
  const { groupId, snapshotIds } = finding(stage, 'pairSnapshots');
  const { ecs } = finding(stage, 'emulator');
  const [member = ''] = snapshotIds;
  const refused = await ask(stage, deletionOfSnapshot(member));
  stage.proofs.equal('one member of the group is not deleted', refused.code, 'INVALID_ARGUMENT');
  stage.proofs.equal('both are still there', listed(await ecs.snapshotIds()), listed(snapshotIds));
  const deletion: Question<'DeleteVolumeGroupSnapshot'> = {
    method: 'DeleteVolumeGroupSnapshot',
    request: { groupSnapshotId: groupId, snapshotIds: [...snapshotIds] },
    asked: { group_snapshot_id: groupId, snapshot_ids: snapshotIds.join('\n') },
  };
  const codes = [(await ask(stage, deletion)).code, (await ask(stage, deletion)).code];
  stage.proofs.equal('the group is deleted, and asking twice is no error', codes.join(', '), 'OK, OK');
  const { groups } = await ecs.resourceCounts();
  const left = `${groups} groups, snapshots ${listed(await ecs.snapshotIds())}`;
  stage.proofs.equal('its members went with it', left, '0 groups, snapshots none');
  await proveVolumesGo(stage);
}

async function proveVolumesGo(stage: Stage): Promise<void> {
  const volumeIds = [...finding(stage, 'pair'), ...finding(stage, 'restoredPair')];
  const codes = new Set<string>();
  for (const volumeId of volumeIds) {
    await detachDisk(stage, volumeId);
    codes.add((await ask(stage, deletionOfVolume(volumeId))).code);
  }
  const evidence = `${volumeIds.length}: ${[...codes].join(', ')}`;
  stage.proofs.equal('all four volumes are detached and deleted', evidence, '4: OK');
}
