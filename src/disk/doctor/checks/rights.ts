import { DiskError, isDiskError, isFinal } from '../../disk-error.ts';
import type { Check } from '../check.ts';
import { isFinding, type Finding, type NotLooked, type Remark } from '../finding.ts';
import type { Looks } from '../looks.ts';

/** Rights that are missing show when they are needed: in the middle of an expansion, or of a deletion. */
export const rights: Check = {
  name: 'rights',
  finds: 'actions of deploy/ram-policy.json that ECS denies to these credentials',
  reads:
    'reads, and requests about ids that no resource has (not CreateDisk, which can only be asked by making a disk)',
  mend: 'grant the action',
  async examine(looks) {
    const answers = Object.entries(probes).map(async ([action, probe]) => await ask(action, probe, looks));
    const remarks = (await Promise.all(answers)).flat();
    const open = remarks.filter((remark): remark is NotLooked => !isFinding(remark));
    // Where none is answered, one sentence says it all.
    return open.length === answers.length ? open.slice(0, 1).map(ofAll) : remarks;
  },
};

/** What is asked about. ECS gives ids at random, so that nobody has these. */
const nobody = {
  disk: 'd-csidatasafedoctor00000',
  otherDisk: 'd-csidatasafedoctor00001',
  snapshot: 's-csidatasafedoctor00000',
  group: 'ssg-csidatasafedoctor000',
  instance: 'i-csidatasafedoctor00000',
  tag: { key: 'csi.alibabacloud.com/absence-probe', value: 'doctor' },
  token: 'csi-datasafe-doctor',
} as const;

type Probe = (looks: Looks) => Promise<unknown>;

const onNobody = { diskId: nobody.disk, instanceId: nobody.instance, deleteWithInstance: false };
const named = {
  name: 'csi-datasafe-doctor',
  resourceGroupId: undefined,
  tags: [],
  clientToken: nobody.token,
};

/** One harmless request for each action that can be asked for without doing it. */
export const probes: Readonly<Record<string, Probe>> = {
  AttachDisk: ({ cloud, call }) => cloud.attachDisk({ ...onNobody, force: false }, call),
  CreateSnapshot: ({ cloud, call }) =>
    cloud.createSnapshot({ ...named, diskId: nobody.disk, description: undefined, retentionDays: 1 }, call),
  CreateSnapshotGroup: ({ cloud, call }) =>
    cloud.createSnapshotGroup({ ...named, diskIds: [nobody.disk, nobody.otherDisk] }, call),
  DeleteDisk: ({ cloud, call }) => cloud.deleteDisk(nobody.disk, call),
  DeleteSnapshot: ({ cloud, call }) => cloud.deleteSnapshot(nobody.snapshot, { force: false }, call),
  DeleteSnapshotGroup: ({ cloud, call }) => cloud.deleteSnapshotGroup(nobody.group, call),
  DescribeDisks: ({ cloud, call }) => cloud.checkAccess(call),
  DescribeInstanceTypes: ({ cloud, call }) => cloud.findDiskLimit('ecs.g7.large', call),
  DescribeInstances: ({ cloud, call }) => cloud.findInstance(nobody.instance, call),
  DescribeSnapshotGroups: ({ cloud, call }) => cloud.findSnapshotGroup(nobody.group, call),
  DescribeSnapshots: ({ cloud, call }) => cloud.findSnapshot(nobody.snapshot, call),
  DescribeTasks: ({ cloud, call }) => cloud.findFailedSpecTasks(nobody.disk, call),
  DetachDisk: ({ cloud, call }) => cloud.detachDisk(onNobody, call),
  ListTagResources: ({ cloud, call }) => cloud.listDiskIds(nobody.tag, call),
  ModifyDiskAttribute: ({ cloud, call }) => cloud.setBursting(nobody.disk, false, call),
  ModifyDiskSpec: ({ cloud, call }) =>
    cloud.checkSpecChange(
      {
        diskId: nobody.disk,
        category: 'cloud_essd',
        performanceLevel: undefined,
        provisionedIops: undefined,
      },
      call,
    ),
  ModifySnapshotAttribute: ({ cloud, call }) => cloud.extendRetention(nobody.snapshot, 1, call),
  ResizeDisk: ({ cloud, call }) => cloud.resizeDisk({ diskId: nobody.disk, sizeGiB: 40, online: true }, call),
  TagResources: ({ cloud, call }) => cloud.tagDisk(nobody.disk, [nobody.tag], call),
  UntagResources: ({ cloud, call }) => cloud.isDiskProvenAbsent(nobody.disk, call),
};

async function ask(action: string, probe: Probe, looks: Looks): Promise<Remark[]> {
  try {
    await probe(looks);
    return [];
  } catch (error) {
    looks.call.signal.throwIfAborted();
    if (!isDiskError(error)) {
      throw error;
    }
    return isDenied(error) ? [denied(action)] : isRefusal(error) ? [] : [unanswered(action, error)];
  }
}

/** A look that ECS denies is `unreadable`, as is one that it refuses for another reason, which is then its cause. */
function isDenied({ kind, code, cause }: DiskError): boolean {
  const isDeniedLook =
    kind === 'unreadable' && code !== undefined && (!isDiskError(cause) || cause.kind === 'denied');
  return kind === 'denied' || isDeniedLook;
}

/** ECS has looked at the request, and found nobody: whoever has no right does not come so far. */
function isRefusal(error: DiskError): boolean {
  return error.kind === 'unreadable' ? error.code !== undefined : isFinal(error);
}

function denied(action: string): Finding {
  return {
    what: `ECS denies ecs:${action} to these credentials`,
    ids: [`ecs:${action}`],
    why: 'a plugin with the same rights fails wherever it needs it: docs/credentials.md says where; only a policy that grants it for some resources alone denies it here for good reason, since ids were asked about that nobody has',
    mend: [`add ecs:${action} to the RAM policy; deploy/ram-policy.json has all of them`],
  };
}

function ofAll(remark: NotLooked): NotLooked {
  return { ...remark, at: 'every right' };
}

function unanswered(action: string, error: DiskError): NotLooked {
  return {
    at: `the right to ecs:${action}`,
    because: error.message,
    mend: ['run it again; give credentials that ECS accepts'],
  };
}
