import type { ExpandRow } from './expand-row.ts';
import { inOrder, type Outcome, type Part } from './outcome.ts';

export const sizeBeforeGiB = 20;
export const sizeAfterGiB = 40;

const made: Part = { calls: ['CreateSnapshot OK'], events: ['SnapshotCreated'] };
const askAgain: Part = { replies: ['ABORTED'] };
const unknown: Part = { replies: ['UNAVAILABLE'] };
const done: Part = { replies: ['OK'] };
const resized: Part = { calls: ['ResizeDisk OK'] };
const refused: Part = { calls: ['ResizeDisk DiskCreatingSnapshot'], events: ['WaitingForSnapshot'] };
const warned: Part = { events: ['SnapshotFailed'] };
const deleted: Part = { calls: ['DeleteSnapshot OK'] };
const released: Part = { ...deleted, events: ['SnapshotReleased'] };

/** What an expansion of 20 to 40 GiB has to look like, from the rules of the guard. */
export function expectedExpansion(row: ExpandRow): Outcome {
  const isAsked = row.policy !== 'closed';
  const hasInstantAccess = row.category === 'cloud_essd';
  if (isAsked && hasInstantAccess && row.state !== 'never attached') {
    return guarded(row);
  }
  const note: Part = { events: isAsked && !hasInstantAccess ? ['ProtectionNotPossible'] : [] };
  return resize([note], row, false);
}

/** The snapshot comes first. Without it forced does not go on, while besteffort does, with a warning. */
function guarded(row: ExpandRow): Outcome {
  const goesOn = row.policy === 'besteffort';
  switch (row.snapshot) {
    case 'ok':
    case 'slow upload':
    case 'failed in the upload':
      return resize([made], row, true);
    case 'lost reply':
      // The repeated call finds the snapshot that was made.
      return resize([unknown, { ...made, calls: ['CreateSnapshot no answer'] }], row, true);
    case 'throttled':
      return resize([{ calls: ['CreateSnapshot Throttling'] }, made], row, true);
    case 'failed':
    case 'quota': {
      const calls =
        row.snapshot === 'failed'
          ? ['CreateSnapshot OK', 'DeleteSnapshot OK']
          : ['CreateSnapshot QuotaExceed.Snapshot'];
      const without: Part = { ...warned, calls };
      return goesOn ? resize([without], row, false) : resize([without, askAgain, made], row, true);
    }
  }
}

/** The resize, and what then becomes of the snapshot: released when it worked, kept for its day when it did not. */
function resize(before: Part[], row: ExpandRow, isProtected: boolean): Outcome {
  const after = isProtected ? [released] : [];
  switch (row.resize) {
    case 'ok':
      return expanded([...before, resized, ...after, done]);
    case 'lost reply':
      return expanded([...before, { calls: ['ResizeDisk no answer'] }, unknown, ...after, done]);
    case 'refused for the snapshot':
      return expanded(isProtected ? [...before, ...onceUploaded(row)] : [...before, resized, done]);
    case 'failed': {
      const events = isProtected ? ['ExpansionFailedSnapshotKept'] : [];
      const calls = ['ResizeDisk QuotaExceed.DiskCapacity'];
      const parts = [...before, { calls, events, replies: ['FAILED_PRECONDITION'] }];
      return {
        ...inOrder(parts),
        left: { sizeGiB: sizeBeforeGiB, snapshotDays: isProtected ? [1] : [] },
      };
    }
  }
}

/** ECS resizes once the snapshot is uploaded: besteffort does not wait for ever, forced does, over several calls. */
function onceUploaded({ policy, snapshot }: ExpandRow): Part[] {
  const goesOn = policy === 'besteffort';
  switch (snapshot) {
    case 'slow upload':
      return goesOn
        ? [refused, warned, deleted, resized, done]
        : [refused, askAgain, resized, released, done];
    case 'failed in the upload':
      return goesOn
        ? [refused, warned, deleted, resized, done]
        : [refused, warned, deleted, askAgain, made, { calls: refused.calls ?? [] }, resized, released, done];
    default:
      return [refused, resized, released, done];
  }
}

function expanded(parts: readonly Part[]): Outcome {
  return { ...inOrder(parts), left: { sizeGiB: sizeAfterGiB, snapshotDays: [] } };
}
