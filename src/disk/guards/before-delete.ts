import type { Call } from '../call.ts';
import type { RecordedProtection } from '../cluster.ts';
import { isInUse, type Disk } from '../disk.ts';
import { DiskError, isDiskError } from '../disk-error.ts';
import type { BeforeDelete } from '../remove-disk.ts';
import { isReady, type Snapshot } from '../snapshot.ts';
import { tagKeys } from '../tags.ts';
import { requireDisk } from '../waiting.ts';
import { untilAvailable } from './available-snapshot.ts';
import { dropOutdated, findProtection, takeProtection } from './delete-snapshot.ts';
import { expiryOf, inheritedTag, isGuardSnapshot } from './guard-snapshot.ts';
import { findInheritedSnapshot, mayHoldData, maySecureDeletion } from './inherited-snapshot.ts';
import { keepForDeletion } from './keep-for-deletion.ts';
import { holdsLastState, isUseUnknown } from './last-state.ts';
import { report, type Guarded, type GuardParts } from './guard-parts.ts';
import { assertNoOtherVolume } from './other-volume.ts';
import { deleteRetentionOf, hasInstantAccess } from './policy.ts';
import { restoreCommand } from './restore-command.ts';

/**
 * The guard before a deletion: a disk whose class asks for it is deleted only when a snapshot of its last state can be
 * restored and, where possible, Kubernetes objects lead to it, and no disk while another of its volumes is bound. Any doubt
 * stops the deletion.
 */
export function guardBeforeDelete(parts: GuardParts): BeforeDelete {
  return async (disk, call) => {
    const guarded = { disk, volume: await parts.cluster.findVolumeNow(disk.id, call) };
    assertNoOtherVolume(disk.id, guarded.volume);
    const days = retentionDays(parts, guarded);
    if (days === undefined) {
      return;
    }
    const snapshot = await secure(parts, guarded, days, call);
    if (snapshot !== undefined) {
      const recorded = await record(parts, guarded, snapshot, call);
      await assertStillSafe(parts, disk, snapshot, call);
      reportProtected(parts, guarded, { snapshot, recorded });
    }
  };
}

/** For how long the snapshot is to live; `undefined` when the disk is deleted without one. */
function retentionDays(parts: GuardParts, guarded: Guarded): number | undefined {
  const { disk } = guarded;
  const found = deleteRetentionOf(disk, guarded.volume);
  if ('invalid' in found) {
    const message = `disk ${disk.id} is not deleted: volumeDeleteSnapshotRetentionDays is "${found.invalid}"; set the disk's tag to a whole number from 1 to 65536, or to an empty value to delete the disk without a snapshot`;
    report(parts, guarded, { type: 'Warning', reason: 'InvalidProtectionPolicy', on: 'volume', message });
    throw new DiskError('wrong-state', message);
  }
  // Of a multi-attach disk ECS says when it was attached beside each instance, and so maybe not once it is free: what it
  // answers to a snapshot decides.
  if (found.value === undefined || !(mayHoldData(disk) || disk.multiAttach)) {
    return undefined;
  }
  if (!parts.isSwitchedOn) {
    const message = `volumeDeleteSnapshotRetentionDays is ${found.value}, but automatic snapshots are switched off (VOLUME_DEL_AUTO_SNAP); disk ${disk.id} is deleted without one`;
    report(parts, guarded, { type: 'Warning', reason: 'ProtectionSwitchedOff', on: 'volume', message });
    return undefined;
  }
  if (!hasInstantAccess(disk)) {
    const message = `volumeDeleteSnapshotRetentionDays has no effect on ${disk.category}: only ESSDs have instant access snapshots; disk ${disk.id} is deleted without one`;
    report(parts, guarded, { type: 'Warning', reason: 'ProtectionNotPossible', on: 'volume', message });
    return undefined;
  }
  return found.value;
}

/** A snapshot of the disk's last state that can be restored; `undefined` when the disk never held data. */
async function secure(
  parts: GuardParts,
  guarded: Guarded,
  days: number,
  call: Call,
): Promise<Snapshot | undefined> {
  try {
    const { snapshot, outdated } = await takenOrInherited(parts, guarded, days, call);
    if (snapshot === undefined) {
      return undefined;
    }
    const waiting = `disk ${guarded.disk.id} is deleted once its snapshot ${snapshot.id} is available; ECS is still at it`;
    const available = await untilAvailable(parts, snapshot, waiting, call);
    const kept = await keepForDeletion(parts, { diskId: guarded.disk.id, snapshot: available, days }, call);
    await dropOutdated(parts, outdated, call);
    return kept;
  } catch (error) {
    if (
      isDiskError(
        error,
        'failed',
        'quota',
        'account',
        'denied',
        'unsupported',
        'wrong-state',
        'invalid',
        'bug',
      )
    ) {
      throw refuse(parts, guarded, error);
    }
    throw error;
  }
}

interface WayBack {
  readonly snapshot: Snapshot | undefined;
  /** What earlier attempts took, and nobody needs once this one can be restored from. */
  readonly outdated: readonly Snapshot[];
}

async function takenOrInherited(
  parts: GuardParts,
  { disk }: Guarded,
  days: number,
  call: Call,
): Promise<WayBack> {
  try {
    const found = await findProtection(parts, disk, call);
    const snapshot = found.serving ?? (await takeProtection(parts, disk, { ...found, days }, call));
    return { snapshot, outdated: found.outdated };
  } catch (error) {
    if (!isDiskError(error, 'never-used')) {
      throw error;
    }
    return { snapshot: await inherited(parts, disk, call), outdated: [] };
  }
}

/**
 * The snapshot that the disk was made from. One of a guard is marked: that of an expansion would go with it, and one that was
 * taken before a deletion would pass for the last state of its own disk, which may have been used since.
 */
async function inherited({ cloud }: GuardParts, disk: Disk, call: Call): Promise<Snapshot | undefined> {
  const source = await findInheritedSnapshot(cloud, disk, call, maySecureDeletion);
  if (source !== undefined && (isGuardSnapshot(source, 'expand') || isGuardSnapshot(source, 'delete'))) {
    await cloud.tagSnapshot(source.id, inheritedTag, call);
  }
  return source;
}

function refuse(parts: GuardParts, guarded: Guarded, error: DiskError): DiskError {
  const message = `disk ${guarded.disk.id} is not deleted, since its snapshot cannot be made: ${error.message}; to delete it without one, set its tag ${tagKeys.deleteSnapshotRetentionDays} to an empty value`;
  report(parts, guarded, { type: 'Warning', reason: 'DeleteRefused', on: 'volume', message });
  // What failed may work next time; a quota or a missing right needs somebody to act.
  const kind = error.kind === 'failed' ? 'busy' : 'wrong-state';
  return new DiskError(kind, message, { code: error.code, cause: error });
}

/**
 * Leaves the objects to restore from. Only where the operator has left no place for them the deletion goes on without:
 * the snapshot is there all the same, and the log says how to restore it.
 */
async function record(
  parts: GuardParts,
  guarded: Guarded,
  snapshot: Snapshot,
  call: Call,
): Promise<RecordedProtection | undefined> {
  const { disk, volume } = guarded;
  const cutAt = snapshot.cutAt ?? new Date(parts.now());
  const expiresAt = expiryOf(snapshot);
  const { id: snapshotId, sourceDiskSizeGiB: sizeGiB } = snapshot;
  try {
    const protection = { diskId: disk.id, snapshotId, sizeGiB, cutAt, expiresAt, volume };
    return await parts.cluster.recordProtection(protection, call);
  } catch (error) {
    if (!isDiskError(error)) {
      throw error;
    }
    if (error.kind !== 'unsupported') {
      throw notRecorded(parts, guarded, snapshot, error);
    }
    const command = restoreCommand(snapshot, volume, parts.driverName);
    const message = `snapshot ${snapshot.id} of disk ${disk.id} is kept until ${endOf(snapshot)}, but no VolumeSnapshot leads to it: ${error.message}. To restore it: ${command}`;
    const key = `not-recorded-${snapshot.id}`;
    report(parts, guarded, { type: 'Warning', reason: 'ProtectionNotRecorded', on: 'volume', message, key });
    return undefined;
  }
}

function notRecorded(parts: GuardParts, guarded: Guarded, snapshot: Snapshot, error: DiskError): DiskError {
  const needsSomebody = isDiskError(error, 'conflict', 'denied', 'wrong-state');
  const then = needsSomebody ? '; the deletion goes on by itself after that' : '';
  const message = `disk ${guarded.disk.id} is not deleted: its snapshot ${snapshot.id} is made, but could not be recorded in Kubernetes: ${error.message}${then}`;
  report(parts, guarded, { type: 'Warning', reason: 'DeleteRefused', on: 'volume', message });
  return new DiskError(needsSomebody ? 'wrong-state' : 'outcome-unknown', message, { cause: error });
}

/** The last look before the point of no return: the snapshot is there, and nobody has used the disk, or bound it, since. */
async function assertStillSafe(
  parts: GuardParts,
  before: Disk,
  snapshot: Snapshot,
  call: Call,
): Promise<void> {
  const [now, disk, volume] = await Promise.all([
    parts.cloud.findSnapshot(snapshot.id, call),
    requireDisk(parts.cloud, before.id, call),
    parts.cluster.findVolumeNow(before.id, call),
  ]);
  assertNoOtherVolume(disk.id, volume);
  if (now === undefined || !isReady(now)) {
    throw new DiskError(
      'busy',
      `disk ${disk.id} is not deleted: its snapshot ${snapshot.id} is gone or not usable`,
    );
  }
  assertItsOwn(disk, now);
  if (isInUse(disk) || !(holdsLastState(now, disk, parts.now()) || isInherited(now, disk, before))) {
    const why =
      !isInUse(disk) && isUseUnknown(disk)
        ? `its snapshot ${snapshot.id} was cut too long ago, and ECS does not say whether it was used since; call again`
        : 'it was used again after its snapshot was cut';
    throw new DiskError('busy', `disk ${disk.id} is not deleted: ${why}`);
  }
}

/** Until the mark of `inherited` shows, whoever looks drops the snapshot: with an expansion, or for one that is newer. */
function assertItsOwn({ id }: Disk, snapshot: Snapshot): void {
  const isOfOther = isGuardSnapshot(snapshot, 'delete') && snapshot.sourceDiskId !== id;
  if (isOfOther || isGuardSnapshot(snapshot, 'expand')) {
    const message = `disk ${id} is not deleted: its snapshot ${snapshot.id} still shows as one that guards disk ${snapshot.sourceDiskId}`;
    throw new DiskError('busy', message);
  }
}

/** Whether the disk was made from the snapshot, and nobody has had it since ECS said that nothing was written to it. */
function isInherited(snapshot: Snapshot, disk: Disk, before: Disk): boolean {
  return (
    disk.sourceSnapshotId === snapshot.id &&
    disk.lastAttachedAt?.getTime() === before.lastAttachedAt?.getTime() &&
    disk.lastDetachedAt?.getTime() === before.lastDetachedAt?.getTime()
  );
}

/** Said before the disk is deleted: afterwards its volume may be gone, and nobody would see it. */
function reportProtected(
  parts: GuardParts,
  guarded: Guarded,
  { snapshot, recorded }: { snapshot: Snapshot; recorded: RecordedProtection | undefined },
): void {
  const where =
    recorded === undefined
      ? ''
      : `; VolumeSnapshot ${recorded.namespace}/${recorded.snapshotName} leads to it`;
  const message = `disk ${guarded.disk.id} is deleted now; its snapshot snapshotId[${snapshot.id}] is kept until ${endOf(snapshot)}${where}`;
  const key = `delete-protected-${snapshot.id}`;
  report(parts, guarded, { type: 'Normal', reason: 'DeleteProtected', on: 'volume', message, key });
}

function endOf(snapshot: Snapshot): string {
  return expiryOf(snapshot)?.toISOString() ?? 'it is deleted by hand';
}
