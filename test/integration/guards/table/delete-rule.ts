import type { DeleteRow } from './delete-row.ts';
import { inOrder, type Outcome, type Part } from './outcome.ts';

export const diskSizeGiB = 20;
export const retentionDays = 3;

const needsSomebody = 'FAILED_PRECONDITION';

/** What a deletion has to look like, from the rules of the guard. */
export function expectedDeletion(row: DeleteRow): Outcome {
  if (row.state === 'in use') {
    return refused([]);
  }
  if (row.retention === 'invalid') {
    return refused(['InvalidProtectionPolicy']);
  }
  if (row.retention === 'none' || row.state === 'never attached') {
    return deleted([], row, false);
  }
  if (row.category === 'cloud_ssd') {
    return deleted([{ events: ['ProtectionNotPossible'] }], row, false);
  }
  const secured = row.state === 'available' ? snapshot(row) : snapshotOfClone(row);
  return deleted([...secured, { events: ['DeleteProtected'] }], row, true);
}

/** The disk stays until somebody changes its state or its policy; asked again, the answer is the same. */
function refused(events: string[]): Outcome {
  return {
    ...{ replies: [needsSomebody, needsSomebody, needsSomebody], calls: [], events },
    left: { sizeGiB: diskSizeGiB, snapshotDays: [] },
  };
}

/** No deletion without the snapshot: what keeps it from being made keeps the disk. */
function snapshot(row: DeleteRow): Part[] {
  const made: Part = { calls: ['CreateSnapshot OK'] };
  switch (row.snapshot) {
    case 'ok':
    case 'slow upload':
      // Restorable from its cut on, however long the upload takes.
      return [made];
    case 'lost reply':
      return [{ calls: ['CreateSnapshot no answer'], replies: ['UNAVAILABLE'] }];
    case 'throttled':
      return [{ calls: ['CreateSnapshot Throttling'] }, made];
    case 'failed':
      return [made, { calls: ['DeleteSnapshot OK'], events: ['DeleteRefused'], replies: ['ABORTED'] }, made];
    case 'quota': {
      const calls = ['CreateSnapshot QuotaExceed.Snapshot'];
      return [{ calls, events: ['DeleteRefused'], replies: [needsSomebody] }, made];
    }
  }
}

/** ECS makes no other one, so the one that the clone was made from takes its place. */
const refusedForClone: Part = { calls: ['CreateSnapshot IncorrectDiskStatus.NeverAttached'] };

/** What keeps ECS from saying so keeps the clone. */
function snapshotOfClone(row: DeleteRow): Part[] {
  switch (row.snapshot) {
    case 'quota':
      return [...snapshot(row).slice(0, 1), refusedForClone];
    case 'throttled':
      return [{ calls: ['CreateSnapshot Throttling'] }, refusedForClone];
    default:
      return [refusedForClone];
  }
}

function deleted(before: Part[], row: DeleteRow, isProtected: boolean): Outcome {
  const { deletion, state } = row;
  // Each call asks ECS once more.
  const again = isProtected && state === 'unused clone' ? [refusedForClone] : [];
  const last: Readonly<Record<DeleteRow['deletion'], Part[]>> = {
    ok: [{ calls: ['DeleteDisk OK'] }],
    // The repeated call finds the disk gone.
    'lost reply': [{ calls: ['DeleteDisk no answer'], replies: ['UNAVAILABLE'] }],
    'refused once': [
      { calls: ['DeleteDisk IncorrectDiskStatus'], replies: [needsSomebody] },
      ...again,
      { calls: ['DeleteDisk OK'] },
    ],
  };
  return {
    ...inOrder([...before, ...last[deletion], { replies: ['OK'] }]),
    left: { sizeGiB: undefined, snapshotDays: isProtected ? [retentionDays] : [] },
  };
}
