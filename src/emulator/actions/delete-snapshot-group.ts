import { defineAction, type ActionContext } from '../action.ts';
import { EcsError, messageOfCode, type ErrorCode } from '../errors.ts';
import { removeSnapshot } from '../lifecycle/snapshot-events.ts';
import { membersOf } from '../lifecycle/snapshot-progress.ts';
import { required, text } from '../parameters/scalars.ts';
import type { Snapshot } from '../state/entities.ts';

export const deleteSnapshotGroup = defineAction({
  name: 'DeleteSnapshotGroup',
  parameters: { RegionId: required(text(), 'MissingParamter.RegionId'), SnapshotGroupId: required(text()) },
  run: ({ SnapshotGroupId }, context) => {
    const { state, settings } = context;
    const group = state.groups.get(SnapshotGroupId);
    if (group?.regionId !== context.regionId) {
      if (settings.deleteMissingGroup === 'ignore') {
        return { OperationProgressSet: { OperationProgress: [] } };
      }
      throw new EcsError(settings.deleteMissingGroup, `The group is ${SnapshotGroupId}.`);
    }
    const results = membersOf(state, group).map((member) => deleteMember(context, member));
    return { OperationProgressSet: { OperationProgress: results } };
  },
});

/** Deletes one member. Members that must stay are told of in the answer, which is a success all the same. */
function deleteMember(context: ActionContext, member: Snapshot): object {
  const obstacle = obstacleTo(context, member);
  if (obstacle === undefined) {
    removeSnapshot(context.state, member);
  }
  return {
    OperationStatus: obstacle === undefined ? 'Success' : 'Failed',
    ErrorCode: obstacle ?? '',
    ErrorMsg: obstacle === undefined ? '' : messageOfCode(obstacle),
    RelatedItemSet: { RelatedItem: [{ Name: 'SnapshotId', Value: member.id }] },
  };
}

function obstacleTo({ state, settings }: ActionContext, member: Snapshot): ErrorCode | undefined {
  if (member.isUsedByImage) {
    return 'SnapshotCreatedImage';
  }
  const hasDisks = state.disksBySnapshot.rows(member.id).length > 0;
  return hasDisks && settings.deleteGroupWithUsedMembers === 'keep' ? 'SnapshotCreatedDisk' : undefined;
}
