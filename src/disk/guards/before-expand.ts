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
    const intent = { disk, sizeGiB, policy, volume: guarded.volume };
    // Whether a free multi-attach disk was ever attached, ECS may not say: what it answers to a snapshot decides.
    const isGuarded = policy !== 'closed' && (mayHoldData(disk) || disk.multiAttach);
    const found = isGuarded ? await secure(parts, intent, call) : nothingToSecure;
    await resizeAfter(parts, { intent, resize }, found, call);
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

/** A snapshot that is cut and available; or none, and why the expansion goes on all the same where that is to be said. */
type Secured = { readonly snapshot: Snapshot } | { readonly snapshot?: never; readonly missing?: DiskError };

const nothingToSecure: Secured = {};

async function secure(parts: ExpandGuardParts, intent: ExpandIntent, call: Call): Promise<Secured> {
  try {
    const found = await findGuard(parts, intent, call);
    if (found.serving !== undefined && !needsFreshOne(parts, found.serving)) {
      // The call that made it may have ended before it could say so.
      reportCreated(parts, intent, found.serving);
      return { snapshot: found.serving };
    }
    return { snapshot: await takeGuard(parts, intent, found, call) };
  } catch (error) {
    if (isDiskError(error, 'never-used')) {
      return await inherited(parts, intent, call);
    }
    // A busy ECS is a failure of its own for besteffort, which waits for it no longer than it must; that the time of this
    // call is over is none.
    const isBusy = isDiskError(error, 'busy') && !isDiskError(error.cause, 'timed-out');
    if (!isFinal(error) && !(intent.policy === 'besteffort' && isBusy)) {
      throw error;
    }
    return goOnWithout(parts, intent, error);
  }
}

/** A disk to which nothing was ever written is empty, or a snapshot holds it all; if not, the policy decides. */
async function inherited(parts: ExpandGuardParts, intent: ExpandIntent, call: Call): Promise<Secured> {
  try {
    await findInheritedSnapshot(parts.cloud, intent.disk, call);
    return nothingToSecure;
  } catch (error) {
    if (!isDiskError(error, 'wrong-state')) {
      throw error;
    }
    return goOnWithout(parts, intent, error);
  }
}

/** @throws DiskError unless the policy lets the expansion go on. */
function goOnWithout(parts: ExpandGuardParts, intent: ExpandIntent, missing: DiskError): Secured {
  if (intent.policy === 'besteffort') {
    return { missing };
  }
  reportMissing(parts, intent, missing, 'the disk is not expanded');
  const text = `disk ${intent.disk.id} is not expanded, since no snapshot of it can be made: ${missing.message}`;
  throw new DiskError('busy', text, { code: missing.code, cause: missing });
}

function reportMissing(
  parts: ExpandGuardParts,
  intent: ExpandIntent,
  missing: DiskError,
  then: string,
): void {
  const message = `disk ${intent.disk.id} has no snapshot from before its expansion: ${missing.message}. The policy is ${intent.policy}: ${then}`;
  report(parts, intent, { type: 'Warning', reason: 'SnapshotFailed', on: 'claim', message });
}

interface Resize {
  readonly intent: ExpandIntent;
  readonly resize: () => Promise<void>;
}

interface GuardedResize extends Resize {
  readonly snapshot: Snapshot;
}

async function resizeAfter(
  parts: ExpandGuardParts,
  { intent, resize }: Resize,
  { snapshot, missing }: { readonly snapshot?: Snapshot; readonly missing?: DiskError },
  call: Call,
): Promise<void> {
  if (snapshot !== undefined) {
    await resizeUnder(parts, { intent, resize, snapshot }, call);
    return;
  }
  const send = async () => {
    // Said when the request goes out, and not by a call that has no time left for it: it must not be told in vain, nor be
    // missing when the process dies with the answer.
    call.signal.throwIfAborted();
    if (missing !== undefined) {
      reportMissing(parts, intent, missing, 'ECS is asked to expand the disk without one');
    }
    await resize();
  };
  await onceSnapshotsAreDone(parts.cloud, intent.disk.id, send, call);
}

async function resizeUnder(parts: ExpandGuardParts, guarded: GuardedResize, call: Call): Promise<void> {
  const { intent, snapshot, resize } = guarded;
  if (!isOldWhileUploading(parts, snapshot) && (await isAllowed(parts, guarded, call))) {
    return;
  }
  const uploaded = await uploadedOrWithout(parts, guarded, call);
  if (uploaded.snapshot === undefined) {
    await resizeAfter(parts, { intent, resize }, uploaded, call);
    return;
  }
  if (!needsFreshOne(parts, uploaded.snapshot)) {
    await resizeOrKeep(parts, { ...guarded, snapshot: uploaded.snapshot }, call);
    return;
  }
  await resizeAfter(parts, { intent, resize }, await secure(parts, intent, call), call);
}

/** Sends the resize. @returns false when ECS refuses it for now. */
async function isAllowed(
  parts: ExpandGuardParts,
  { intent, snapshot, resize }: GuardedResize,
  call: Call,
): Promise<boolean> {
  try {
    await resize();
    return true;
  } catch (error) {
    if (!isDiskError(error, 'busy')) {
      await keepAfterFailure(parts, { intent, snapshot, error }, call);
      throw error;
    }
    await noteRefusal(parts, snapshot, call);
    return false;
  }
}

/** The snapshot once ECS has uploaded it, or none when the expansion goes on without one. */
async function uploadedOrWithout(
  parts: ExpandGuardParts,
  { intent, snapshot }: GuardedResize,
  call: Call,
): Promise<Secured> {
  try {
    return { snapshot: await waitForUpload(parts, { intent, snapshot }, call) };
  } catch (error) {
    if (!isDiskError(error, 'failed')) {
      throw error;
    }
    return goOnWithout(parts, intent, error);
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
