import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { CreateDiskRequest, CreateSnapshotGroupRequest } from '@alicloud/ecs20140526';
import { expect } from 'chai';
import { invoke, type CsiClient } from '../../../support/csi-client.ts';
import { eventually } from '../../../support/volumes.ts';
import { present } from '../../emulator/sdk-client.ts';
import { createGroupOnce, expectCompleteGroup } from '../groups.ts';
import {
  claimsTold,
  clearSite,
  countCarriedOut,
  expectNoGroup,
  expectOneGroup,
  makeDisks,
  stateOf,
  type GroupSite,
} from './group-site.ts';

/** What a flow works with. */
export interface GroupState {
  readonly name: string;
  readonly diskIds: readonly string[];
  /** Of a flow that begins with a group. */
  readonly groupId: string;
  readonly snapshotIds: readonly string[];
}

interface Refusal {
  readonly code: GrpcStatus;
  readonly text: RegExp;
  /** The reason of the event on the claims of the disks whose fault it is. */
  readonly event: string;
}

/** One call of the GroupController, which may be interrupted and is repeated until it is decided. */
export interface GroupFlow {
  /** Brings the cloud to where the call starts. */
  readonly prepare: (site: GroupSite, point: string) => Promise<GroupState>;
  /** What must be so during every attempt. */
  readonly arm?: (site: GroupSite, state: GroupState) => Promise<void>;
  /** The call, exactly as the sidecar repeats it. */
  readonly call: (client: CsiClient, state: GroupState, timeLimitMs?: number) => Promise<void>;
  /** The refusal in which it has to end; absent when it has to end with OK. */
  readonly refusal?: Refusal;
  /** What must hold in ECS as soon as it is decided, in whatever attempt, however often it was interrupted. */
  readonly expectDecided: (site: GroupSite, state: GroupState) => Promise<void>;
  /** What must hold besides, once all is well. */
  readonly verify?: (site: GroupSite, client: CsiClient, state: GroupState) => Promise<void>;
  /** What must hold at once when an attempt ends in a final status other than the expected one. */
  readonly afterOtherFinal: (site: GroupSite, state: GroupState) => Promise<void>;
}

const here = 'cn-hangzhou-h';
const elsewhere = 'cn-hangzhou-i';
const regionId = 'cn-hangzhou';
const failedReason = 'GroupSnapshotFailed';
const refusedReason = 'GroupSnapshotRefused';

/** One attempt of the call, and what it tells Kubernetes. @throws its status, unless that is the refusal in which the flow has to end. */
export async function attempt(
  flow: GroupFlow,
  { site, client }: { readonly site: GroupSite; readonly client: CsiClient },
  state: GroupState,
  timeLimitMs?: number,
): Promise<void> {
  await flow.arm?.(site, state);
  try {
    await flow.call(client, state, timeLimitMs);
  } catch (error) {
    if (isRefusal(flow, error)) {
      await untilTold(site, flow.refusal?.event ?? '');
      return;
    }
    throw error;
  }
  expect(flow.refusal, 'the call succeeded, which it must not').to.equal(undefined);
}

function isRefusal({ refusal }: GroupFlow, error: unknown): boolean {
  const { code, details } = error as ServiceError;
  return refusal?.code === code && refusal.text.test(details);
}

/** The plugin does not wait until Kubernetes has its events, so an answer may come before them. */
async function untilTold(site: GroupSite, reason: string): Promise<void> {
  if (site.kube !== undefined) {
    await eventually(async () => (await claimsTold(site, reason)).length > 0, `an event ${reason}`);
  }
}

/** No claim has two events of one thing. */
async function expectToldOnce(site: GroupSite, reason: string): Promise<void> {
  const claims = await claimsTold(site, reason);
  expect(claims).to.have.length(new Set(claims).size);
}

async function disksOnly(
  site: GroupSite,
  point: string,
  zoneIds: readonly string[] = [here, here],
): Promise<GroupState> {
  await clearSite(site);
  const diskIds = await makeDisks(site, point, zoneIds);
  await site.emulator.clearRequests();
  return { name: `groupsnapshot-${point}`, diskIds, groupId: '', snapshotIds: [] };
}

/** A group that somebody else made: it has no tag of ours. */
async function diskGroup(site: GroupSite, point: string): Promise<GroupState> {
  const state = await disksOnly(site, point);
  const request = new CreateSnapshotGroupRequest({
    regionId,
    diskId: [...state.diskIds],
    name: `static-${point}`,
  });
  const { body } = await site.ecs.createSnapshotGroup(request);
  const groupId = present(body?.snapshotGroupId);
  const members = async () => (await stateOf(site)).snapshots;
  await eventually(
    async () => (await members()).every(({ status }) => status === 'accomplished'),
    'the group is accomplished',
  );
  await site.emulator.clearRequests();
  return { ...state, groupId, snapshotIds: (await members()).map(({ id }) => id) };
}

const createCall: GroupFlow['call'] = async (client, { name, diskIds }, timeLimitMs) =>
  void (await createGroupOnce(client, name, diskIds, timeLimitMs));

/** A group is made. */
export const taking: GroupFlow = {
  prepare: (site, point) => disksOnly(site, point),
  call: createCall,
  expectDecided: (site, { diskIds }) => expectOneGroup(site, diskIds),
  async verify(site, client, { name, diskIds }) {
    const { groupSnapshotId } = await createGroupOnce(client, name, diskIds.toReversed());
    expect(groupSnapshotId).to.equal((await stateOf(site)).groups[0]?.id);
    await expectOneGroup(site, diskIds);
    expect(await countCarriedOut(site, 'CreateSnapshotGroup')).to.be.at.most(1);
  },
  afterOtherFinal: expectNoGroup,
};

/** ECS makes the group and fails at one member: the remains are removed, and only then is the failure final. */
export const failing: GroupFlow = {
  async prepare(site, point) {
    const state = await disksOnly(site, point);
    // As long as ECS knows a token it answers with the removed group, and each repeat waits half a minute for that to show up.
    await site.emulator.configure({ tokenLifetimeMs: 0 });
    return state;
  },
  async arm(site, { diskIds }) {
    const effect = { type: 'snapshot', outcome: 'failed-before-cut', diskId: diskIds[1] };
    await site.emulator.addFault({ action: 'CreateSnapshotGroup', effect });
  },
  call: createCall,
  refusal: {
    code: GrpcStatus.INTERNAL,
    text: /^ECS failed to make snapshot group groupsnapshot-\S+?(: the snapshot of d-\w+ failed)?$/,
    event: failedReason,
  },
  expectDecided: expectNoGroup,
  verify: (site) => expectToldOnce(site, failedReason),
  afterOtherFinal: expectNoGroup,
};

/** ECS cannot make it: refused before it is asked, and told of on the claims. */
export const refused: GroupFlow = {
  prepare: (site, point) => disksOnly(site, point, [here, elsewhere]),
  call: createCall,
  refusal: {
    code: GrpcStatus.FAILED_PRECONDITION,
    text: /^disk d-\w+ (\(claim db\/data-\S+\) )?is in zone/,
    event: refusedReason,
  },
  expectDecided: expectNoGroup,
  async verify(site) {
    await expectToldOnce(site, refusedReason);
    expect(await countCarriedOut(site, 'CreateSnapshotGroup')).to.equal(0);
  },
  afterOtherFinal: expectNoGroup,
};

/** A group is looked at. */
export const reading: GroupFlow = {
  prepare: diskGroup,
  async call(client, { groupId, snapshotIds, diskIds }, timeLimitMs) {
    const request = { groupSnapshotId: groupId, snapshotIds: [...snapshotIds] };
    const { groupSnapshot } = await invoke(
      client.groupController,
      'GetVolumeGroupSnapshot',
      request,
      timeLimitMs,
    );
    expectCompleteGroup(groupSnapshot ?? expect.fail('OK without a group'), diskIds);
  },
  expectDecided: (site, { diskIds }) => expectOneGroup(site, diskIds),
  afterOtherFinal: (site, { diskIds }) => expectOneGroup(site, diskIds),
};

const deleteCall: GroupFlow['call'] = async (client, { groupId, snapshotIds }, timeLimitMs) => {
  const request = { groupSnapshotId: groupId, snapshotIds: [...snapshotIds] };
  await invoke(client.groupController, 'DeleteVolumeGroupSnapshot', request, timeLimitMs);
};

/** A group is deleted with its members. */
export const removing: GroupFlow = {
  prepare: diskGroup,
  call: deleteCall,
  expectDecided: expectNoGroup,
  afterOtherFinal: () => Promise.resolve(),
};

/** The same, when ECS spares a member that a disk was made from: it has to be deleted by itself. */
export const removingUsed: GroupFlow = {
  ...removing,
  async prepare(site, point) {
    const state = await diskGroup(site, point);
    await site.emulator.configure({ deleteGroupWithUsedMembers: 'keep' });
    const [snapshotId = ''] = state.snapshotIds;
    const wish = { regionId, zoneId: here, diskCategory: 'cloud_essd', size: 40, snapshotId };
    await site.ecs.createDisk(new CreateDiskRequest(wish));
    await site.emulator.clearRequests();
    return state;
  },
};

export const flows: Readonly<Record<string, GroupFlow>> = {
  CreateVolumeGroupSnapshot: taking,
  'CreateVolumeGroupSnapshot of a group that fails': failing,
  'CreateVolumeGroupSnapshot of disks in two zones': refused,
  GetVolumeGroupSnapshot: reading,
  DeleteVolumeGroupSnapshot: removing,
  'DeleteVolumeGroupSnapshot of a group with a member in use': removingUsed,
};
