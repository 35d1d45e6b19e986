import type { Call } from '../call.ts';
import { DiskError } from '../disk-error.ts';
import { dropSnapshot } from '../make-snapshot.ts';
import type { Snapshot } from '../snapshot.ts';
import { untilTimeIsUp } from '../waiting.ts';
import type { ExpandGuardParts } from './guard-parts.ts';
import { hasWaitedLongEnough } from './expand-patience.ts';
import type { ExpandIntent } from './expand-snapshot.ts';
import { isGuardSnapshot, isKeptAfterFailure } from './guard-snapshot.ts';
import { report } from './guard-parts.ts';

export interface UploadWait {
  readonly intent: ExpandIntent;
  readonly snapshot: Snapshot;
}

/**
 * Waits until ECS has uploaded the snapshots of the disk, since it refuses to resize the disk before that, and tells
 * the user how far it is.
 * @throws DiskError `failed` when the upload failed: what is left is no way back, and is removed; or when `besteffort` has
 *   waited long enough: the guard snapshot is given up then, since only its end lets ECS resize the disk.
 */
export async function waitForUpload(
  parts: ExpandGuardParts,
  wait: UploadWait,
  call: Call,
): Promise<Snapshot> {
  const { intent, snapshot } = wait;
  const others = await parts.cloud.findSnapshotsOfDisk(intent.disk.id, call);
  const uploading = others.filter(({ status, id }) => status === 'progressing' && id !== snapshot.id);
  for (const other of [...uploading, snapshot]) {
    await waitForOne(parts, wait, other, call);
  }
  const now = await parts.cloud.findSnapshot(snapshot.id, call);
  if (now?.status === 'progressing' && isGivenUp(parts, { ...wait, snapshot: now })) {
    return await giveUp(parts, now, call);
  }
  return await stillThere(parts, snapshot, now, call);
}

/** A snapshot that is gone, or whose upload failed, must not be taken for a way back. */
async function stillThere(
  parts: ExpandGuardParts,
  { id, sourceDiskId }: Snapshot,
  now: Snapshot | undefined,
  call: Call,
): Promise<Snapshot> {
  if (now === undefined) {
    throw new DiskError('busy', `snapshot ${id} has just disappeared; call again`);
  }
  if (now.status === 'failed') {
    if (isGuardSnapshot(now, 'expand')) {
      await dropSnapshot(parts, id, call);
    }
    throw new DiskError('failed', `ECS failed to upload the snapshot of disk ${sourceDiskId}`);
  }
  return now;
}

async function waitForOne(
  parts: ExpandGuardParts,
  wait: UploadWait,
  snapshot: Snapshot,
  call: Call,
): Promise<void> {
  const isOver = (now: Snapshot | undefined) => {
    if (now?.status === 'progressing') {
      reportProgress(parts, wait, now);
    }
    return now?.status !== 'progressing' || isGivenUp(parts, wait);
  };
  await untilTimeIsUp(
    parts.cloud.waitForSnapshot(snapshot.id, isOver, call),
    `disk ${wait.intent.disk.id} waits until ECS has uploaded snapshot ${snapshot.id}; it is expanded then`,
  );
}

function reportProgress(parts: ExpandGuardParts, { intent }: UploadWait, snapshot: Snapshot): void {
  const message = `the expansion of disk ${intent.disk.id} to ${intent.sizeGiB} GiB waits for the upload of snapshot ${snapshot.id} (${snapshot.progressPercent} %)`;
  report(parts, intent, { type: 'Normal', reason: 'WaitingForSnapshot', on: 'claim', message });
}

/** One that an event has promised to the user is not given up: the expansion waits, as with `forced`. */
function isGivenUp(parts: ExpandGuardParts, { intent, snapshot }: UploadWait): boolean {
  return !isKeptAfterFailure(snapshot) && hasWaitedLongEnough(parts, intent, snapshot);
}

async function giveUp(parts: ExpandGuardParts, snapshot: Snapshot, call: Call): Promise<never> {
  if (isGuardSnapshot(snapshot, 'expand')) {
    await dropSnapshot(parts, snapshot.id, call);
  }
  throw new DiskError('failed', `snapshot ${snapshot.id} is not uploaded in time`);
}
