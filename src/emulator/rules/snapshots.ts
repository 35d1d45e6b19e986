import type { ActionContext } from '../action.ts';
import { categoryNamed } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { diskStatus } from '../lifecycle/disk-status.ts';
import { unfinishedSnapshots } from '../lifecycle/snapshot-progress.ts';
import type { Settings } from '../settings.ts';
import type { Disk, Snapshot } from '../state/entities.ts';

/** Throws what ECS answers when no snapshot of the disk can be made now. */
export function checkCanSnapshot(context: ActionContext, disk: Disk, isForGroup: boolean): void {
  const { settings, state } = context;
  if (categoryNamed(disk.category)?.canSnapshot !== true) {
    throw new EcsError('DiskCategory.OperationNotSupported', `The disk ${disk.id} is ${disk.category}.`);
  }
  checkDiskState(context, disk);
  const present = state.snapshotsByDisk.rows(disk.id);
  if (present.length >= settings.snapshotsPerDisk) {
    throw new EcsError('QuotaExceed.Snapshot', `The disk ${disk.id} has ${present.length}.`);
  }
  if (unfinishedSnapshots(state, disk.id).length >= settings.concurrentSnapshotsPerDisk) {
    const code = isForGroup
      ? 'IncorrectDiskStatus.TooManyCreatingSnapshots'
      : 'QuotaExceed.ConcurrentSnapshotQuota';
    throw new EcsError(code, `The disk is ${disk.id}.`);
  }
}

function checkDiskState({ settings, state }: ActionContext, disk: Disk): void {
  const status = diskStatus(disk);
  if (status !== 'In_use' && status !== 'Available') {
    throw new EcsError('IncorrectDiskStatus', `The disk ${disk.id} is ${status}.`);
  }
  for (const { instanceId } of disk.attachments) {
    const instanceStatus = state.instances.get(instanceId)?.status ?? 'Stopped';
    if (!['Running', 'Stopped'].includes(instanceStatus)) {
      throw new EcsError('IncorrectInstanceStatus', `The instance ${instanceId} is ${instanceStatus}.`);
    }
  }
  checkHistory(settings, disk);
}

function checkHistory(settings: Settings, disk: Disk): void {
  const wasAttached = disk.lastAttachedAtMs !== null;
  if (!wasAttached && !settings.allowNeverAttachedSnapshots) {
    throw new EcsError('IncorrectDiskStatus.NeverAttached', `The disk is ${disk.id}.`);
  }
  if (wasAttached && !disk.wasUsed && !settings.allowNeverUsedSnapshots) {
    throw new EcsError('IncorrectDiskStatus.NeverUsed', `The disk is ${disk.id}.`);
  }
}

export type SnapshotWish = Pick<
  Snapshot,
  'name' | 'description' | 'retentionDays' | 'resourceGroupId' | 'tags' | 'groupId'
>;

/** Enters a new snapshot of the disk. It is cut later: planned here, except for members of a group. */
export function enterSnapshot(context: ActionContext, disk: Disk, wish: SnapshotWish): Snapshot {
  const { state, settings, nowMs } = context;
  const plan = planFor(context, disk);
  const snapshot = state.snapshots.put({
    ...wish,
    id: context.newId('s'),
    sequence: state.nextSequence(),
    regionId: disk.regionId,
    sourceDiskId: disk.id,
    sourceDiskSizeGiB: disk.sizeGiB,
    sourceDiskCategory: disk.category,
    instanceId: disk.attachments[0]?.instanceId ?? '',
    status: 'progressing',
    isAvailable: false,
    isInstantAccess: settings.instantAccessCategories.includes(disk.category),
    acceptedAtMs: nowMs,
    cutAtMs: null,
    availableAfterCutMs: settings.availableAfterCutMs,
    uploadMs: plan.uploadMs,
    outcome: plan.outcome,
    heldProgress: null,
    modifiedAtMs: nowMs,
    encrypted: disk.encrypted,
    kmsKeyId: disk.kmsKeyId,
    isUsedByImage: false,
    dataId: '',
  });
  if (wish.groupId === '') {
    state.schedule({ what: 'snapshot-cut', subjectId: snapshot.id, atMs: nowMs + plan.cutMs });
  }
  return snapshot;
}

type Plan = Pick<Snapshot, 'uploadMs' | 'outcome'> & { readonly cutMs: number };

/** How a snapshot of the disk is going to go, by the settings and then by the fault rules that speak of it. */
export function planFor({ settings, snapshotPlans }: ActionContext, disk: Pick<Disk, 'id'>): Plan {
  let plan: Plan = { cutMs: settings.cutMs, uploadMs: settings.uploadMs, outcome: 'accomplished' };
  for (const { diskId, cutMs, uploadMs, outcome } of snapshotPlans) {
    if (diskId === undefined || diskId === disk.id) {
      plan = {
        cutMs: cutMs ?? plan.cutMs,
        uploadMs: uploadMs ?? plan.uploadMs,
        outcome: outcome ?? plan.outcome,
      };
    }
  }
  return plan;
}
