import type { Call } from '../call.ts';
import type { Disk } from '../disk.ts';
import { DiskError, isDiskError, isFinal } from '../disk-error.ts';
import type { AroundResize } from '../expand-disk.ts';
import type { Snapshot } from '../snapshot.ts';
import { onceSnapshotsAreDone } from '../waiting.ts';
import { reportCreated } from './expand-created.ts';
import { releaseGuards } from './expand-release.ts';
import {
  findGuard,
  isOldWhileUploading,
  needsFreshOne,
  takeGuard,
  type ExpandIntent,
} from './expand-snapshot.ts';
import { keepAfterFailure } from './expand-failure.ts';
import { keepOneGuard } from './expand-one.ts';
import { noteRefusal } from './expand-rounds.ts';
import { waitForUpload } from './expand-wait.ts';
import { findInheritedSnapshot, mayHoldData } from './inherited-snapshot.ts';
import { report, withVolume, type ExpandGuardParts, type Guarded } from './guard-parts.ts';
import { expandPolicyOf, hasInstantAccess, type ExpandPolicy } from './policy.ts';

/**
 * The guard before an expansion: a snapshot of the disk is cut when its resize is sent, and young, unless ECS has not kept
 * up with the uploads of three. `forced` sends no resize without one; `besteffort` goes on with a warning; `closed` does
 * nothing.
 */
export function guardBeforeExpand(parts: ExpandGuardParts, sizeGiB: number): AroundResize {
  return async (disk, resize, call) => {
    const guarded = await withVolume(parts, disk, call);
    const policy = effectivePolicy(parts, guarded);
    // Whether a free multi-attach disk was ever attached, ECS may not say: what it answers to a snapshot decides.
    if (policy === 'closed' || !(mayHoldData(disk) || disk.multiAttach)) {
      await onceSnapshotsAreDone(parts.cloud, disk.id, resize, call);
      return;
    }
    const intent = { disk, sizeGiB, volume: guarded.volume };
    const snapshot = await secure(parts, intent, policy, call);
    if (snapshot === undefined) {
      await onceSnapshotsAreDone(parts.cloud, disk.id, resize, call);
      return;
    }
    await resizeUnder(parts, { intent, policy, snapshot, resize }, call);
  };
}

/** What the volume's policy amounts to, reported where it cannot be honoured. */
function effectivePolicy(parts: ExpandGuardParts, guarded: Guarded): ExpandPolicy {
  const { disk } = guarded;
  const found = expandPolicyOf(disk, guarded.volume);
  if ('invalid' in found) {
    const message = `volumeExpandAutoSnapshot is "${found.invalid}", which means nothing; disk ${disk.id} is expanded without a snapshot. Allowed: forced, besteffort, closed`;
    report(parts, guarded, { type: 'Warning', reason: 'InvalidProtectionPolicy', on: 'claim', message });
    return 'closed';
  }
  if (found.value === 'closed') {
    return 'closed';
  }
  if (!parts.isSwitchedOn) {
    const message = `volumeExpandAutoSnapshot is ${found.value}, but automatic snapshots are switched off (VOLUME_DEL_AUTO_SNAP); disk ${disk.id} is expanded without one`;
    report(parts, guarded, { type: 'Warning', reason: 'ProtectionSwitchedOff', on: 'claim', message });
    return 'closed';
  }
  if (!hasInstantAccess(disk)) {
    const message = `volumeExpandAutoSnapshot has no effect on ${disk.category}: only ESSDs have instant access snapshots; disk ${disk.id} is expanded without one`;
    report(parts, guarded, { type: 'Warning', reason: 'ProtectionNotPossible', on: 'claim', message });
    return 'closed';
  }
  return found.value;
}

/** A snapshot that is cut and available; `undefined` when the expansion goes on without one. */
async function secure(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  policy: ExpandPolicy,
  call: Call,
): Promise<Snapshot | undefined> {
  try {
    const found = await findGuard(parts, intent, call);
    if (found.serving !== undefined && !needsFreshOne(parts, found.serving)) {
      // The call that made it may have ended before it could say so.
      reportCreated(parts, intent, found.serving);
      return found.serving;
    }
    return await takeGuard(parts, intent, found, call);
  } catch (error) {
    if (isDiskError(error, 'never-used')) {
      await assertInherited(parts, intent, policy, call);
      return undefined;
    }
    // Busy is a failure of its own for besteffort, which waits for ECS no longer than it must.
    if (!isFinal(error) && !(policy === 'besteffort' && isDiskError(error, 'busy'))) {
      throw error;
    }
    goOnWithoutSnapshot(parts, intent, policy, error);
    return undefined;
  }
}

/** A disk to which nothing was ever written is empty, or a snapshot holds it all; if not, the policy decides. */
async function assertInherited(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  policy: ExpandPolicy,
  call: Call,
): Promise<void> {
  try {
    await findInheritedSnapshot(parts.cloud, intent.disk, call);
  } catch (error) {
    if (!isDiskError(error, 'wrong-state')) {
      throw error;
    }
    goOnWithoutSnapshot(parts, intent, policy, error);
  }
}

/** @throws DiskError unless the policy lets the expansion go on. */
function goOnWithoutSnapshot(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  policy: ExpandPolicy,
  error: DiskError,
): void {
  const goesOn = policy === 'besteffort';
  const message = `no snapshot of disk ${intent.disk.id} could be made: ${error.message}. The policy is ${policy}: the disk is ${goesOn ? 'expanded without one' : 'not expanded'}`;
  report(parts, intent, { type: 'Warning', reason: 'SnapshotFailed', on: 'claim', message });
  if (!goesOn) {
    const text = `disk ${intent.disk.id} is not expanded, since no snapshot of it can be made: ${error.message}`;
    throw new DiskError('busy', text, { code: error.code, cause: error });
  }
}

interface GuardedResize {
  readonly intent: ExpandIntent;
  readonly policy: ExpandPolicy;
  readonly snapshot: Snapshot;
  readonly resize: () => Promise<void>;
}

async function resizeUnder(parts: ExpandGuardParts, guarded: GuardedResize, call: Call): Promise<void> {
  const { intent, policy, snapshot, resize } = guarded;
  if (!isOldWhileUploading(parts, snapshot) && (await isAllowed(parts, guarded, call))) {
    return;
  }
  const uploaded = await uploadedOrWithout(parts, guarded, call);
  if (uploaded === undefined) {
    await onceSnapshotsAreDone(parts.cloud, intent.disk.id, resize, call);
    return;
  }
  if (!needsFreshOne(parts, uploaded)) {
    await resizeOrKeep(parts, { ...guarded, snapshot: uploaded }, call);
    return;
  }
  const fresh = await secure(parts, intent, policy, call);
  if (fresh === undefined) {
    await onceSnapshotsAreDone(parts.cloud, intent.disk.id, resize, call);
    return;
  }
  await resizeUnder(parts, { ...guarded, snapshot: fresh }, call);
}

/** Sends the resize. @returns false when ECS refuses it for now. */
async function isAllowed(
  parts: ExpandGuardParts,
  { intent, policy, snapshot, resize }: GuardedResize,
  call: Call,
): Promise<boolean> {
  try {
    await resize();
    return true;
  } catch (error) {
    if (!isDiskError(error, 'busy')) {
      await keepAfterFailure(parts, { intent, policy, snapshot, error }, call);
      throw error;
    }
    await noteRefusal(parts, snapshot, call);
    return false;
  }
}

/** The snapshot once ECS has uploaded it; `undefined` when the expansion goes on without one. */
async function uploadedOrWithout(
  parts: ExpandGuardParts,
  { intent, policy, snapshot }: GuardedResize,
  call: Call,
): Promise<Snapshot | undefined> {
  try {
    return await waitForUpload(parts, { intent, policy, snapshot }, call);
  } catch (error) {
    if (!isDiskError(error, 'failed')) {
      throw error;
    }
    goOnWithoutSnapshot(parts, intent, policy, error);
    return undefined;
  }
}

async function resizeOrKeep(parts: ExpandGuardParts, guarded: GuardedResize, call: Call): Promise<void> {
  try {
    await guarded.resize();
  } catch (error) {
    await keepAfterFailure(parts, { ...guarded, error }, call);
    throw error;
  }
}

/**
 * After the disk has grown: lets go of the snapshot, unless a file system has still to grow on the node; then the
 * keeper does it. Never rejects: the expansion has succeeded whatever becomes of the snapshot, which expires anyway.
 */
export async function releaseAfterExpand(
  parts: ExpandGuardParts,
  disk: Disk,
  growsFileSystem: boolean,
  call: Call,
): Promise<void> {
  try {
    const guarded = await withVolume(parts, disk, call);
    const policy = expandPolicyOf(disk, guarded.volume);
    if (!parts.isSwitchedOn || 'invalid' in policy || policy.value === 'closed') {
      return;
    }
    const isComplete =
      !growsFileSystem ||
      guarded.volume === undefined ||
      (await parts.cluster.expansionState(guarded.volume, disk.sizeGiB, call)) === 'complete';
    if (isComplete) {
      await releaseGuards(parts, guarded, call);
    } else {
      // A call that was cut short may have left one more behind, and this may be the last one to look.
      await keepOneGuard(parts, disk.id, call);
    }
  } catch (error) {
    if (!isDiskError(error)) {
      throw error;
    }
  }
}
