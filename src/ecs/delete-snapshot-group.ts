import { DeleteSnapshotGroupRequest } from './sdk.ts';
import type {
  DeleteSnapshotGroupResponseBody,
  DeleteSnapshotGroupResponseBodyOperationProgressSetOperationProgress as SdkResultModel,
} from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import { isDiskError } from '../disk/disk-error.ts';
import type { KeptMember } from '../disk/groups/group-calls.ts';
import type { EcsClient } from './client.ts';
import { unreadableAnswer, type SendRequest } from './ecs-request.ts';
import type { SdkFields } from './sdk-types.ts';
import { fields, textOrUndefined } from './sdk-types.ts';
import { kindOfPart } from './to-disk-error.ts';

type SdkResult = SdkFields<SdkResultModel>;

const action = 'DeleteSnapshotGroup';

/** Deletes a group. ECS answers with success although members stay: what became of each stands in the answer. */
export async function deleteSnapshotGroup(
  client: EcsClient,
  change: SendRequest,
  groupId: string,
  call: Call,
): Promise<KeptMember[]> {
  const request = new DeleteSnapshotGroupRequest(
    fields<DeleteSnapshotGroupRequest>({ snapshotGroupId: groupId }),
  );
  const asked = `delete snapshot group ${groupId}`;
  const send = () => client.deleteSnapshotGroup(request);
  try {
    const body = await change(
      { action, asked, resourceId: groupId, effect: 'change', isComplete, send },
      call,
    );
    return (body.operationProgressSet?.operationProgress ?? []).flatMap((result) => keptBy(result, asked));
  } catch (error) {
    if (isDiskError(error, 'not-found')) {
      return [];
    }
    throw error;
  }
}

/** An answer without a list of results says nothing about the members. */
function isComplete(body: DeleteSnapshotGroupResponseBody): boolean {
  return body.operationProgressSet?.operationProgress !== undefined;
}

function keptBy(result: SdkResult, asked: string): KeptMember[] {
  const code = textOrUndefined(result.errorCode);
  if (code === undefined || result.operationStatus === 'Success') {
    return [];
  }
  const { kind, reason } = kindOfPart(code, result.errorMsg ?? '', action);
  if (kind === 'not-found') {
    return [];
  }
  const items = result.relatedItemSet?.relatedItem ?? [];
  const ids = items.flatMap(({ name, value }) => (name === 'SnapshotId' ? (value ?? []) : []));
  if (ids.length === 0) {
    // A member stays, and nobody says which: taken for nothing, it would be forgotten.
    throw unreadableAnswer(action, asked);
  }
  return ids.map((snapshotId) => ({ snapshotId, kind, reason }));
}
