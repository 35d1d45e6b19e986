import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { invoke } from '../../../support/csi-client.ts';
import type { FaultRule } from '../../../support/emulator.ts';
import { deleteRows, type DeleteRow } from './delete-row.ts';
import { expectedDeletion, retentionDays } from './delete-rule.ts';
import type { Outcome } from './outcome.ts';
import { callTimeLimitMs, callUntil, playThrottledLast, volumeWithSource } from './play.ts';
import { observe, startScene, stateOf, type Scene } from './scene.ts';
import { tagDisk } from './tag-disk.ts';

type Fault = Omit<FaultRule, 'match' | 'action'>;

const once = { times: 1 } as const;
const lostReply: Fault = { ...once, when: 'after', effect: { type: 'drop' } };

const snapshotFaults: Readonly<Record<DeleteRow['snapshot'], Fault | undefined>> = {
  ok: undefined,
  'slow upload': { ...once, effect: { type: 'snapshot', uploadMs: 3_600_000 } },
  failed: { ...once, effect: { type: 'snapshot', outcome: 'failed-before-cut' } },
  quota: { ...once, effect: { type: 'error', code: 'QuotaExceed.Snapshot', status: 403 } },
  'lost reply': lostReply,
  throttled: { ...once, effect: { type: 'error', code: 'Throttling' } },
};

const deleteFaults: Readonly<Record<DeleteRow['deletion'], Fault | undefined>> = {
  ok: undefined,
  'lost reply': lostReply,
  'refused once': { ...once, effect: { type: 'error', code: 'IncorrectDiskStatus', status: 403 } },
};

const retentionParameters: Readonly<Record<DeleteRow['retention'], Record<string, string>>> = {
  none: {},
  '3 days': { volumeDeleteSnapshotRetentionDays: String(retentionDays) },
  // No class can ask for this; somebody has changed the tag of the disk.
  invalid: {},
};

function titleOf({ retention, category, state, snapshot, deletion }: DeleteRow): string {
  return `retention ${retention}, ${category} ${state}: snapshot ${snapshot}, deletion ${deletion}`;
}

/** As csi-provisioner, which asks again after any error; the same refusal three times is an answer. */
function isEnd(replies: readonly string[]): boolean {
  const [last, ...previous] = replies.slice(-3).toReversed();
  return (
    last === 'OK' ||
    (previous.length === 2 && previous.every((one) => one === 'FAILED_PRECONDITION' && one === last))
  );
}

async function play(scene: Scene, row: DeleteRow, number: number) {
  const { emulator, plugin } = scene;
  const type = { type: row.category, zoneId: 'cn-hangzhou-h' };
  const parameters = { ...type, ...retentionParameters[row.retention] };
  const { diskId, sourceId } = await volumeWithSource(scene, `pvc-${number}`, {
    state: row.state,
    parameters,
  });
  if (row.retention === 'invalid') {
    await tagDisk(emulator, diskId, { key: tagKeys.deleteSnapshotRetentionDays, value: 'ten' });
  }
  for (const [action, fault] of [
    ['CreateSnapshot', snapshotFaults[row.snapshot]],
    ['DeleteDisk', deleteFaults[row.deletion]],
  ] as const) {
    if (fault !== undefined) {
      await emulator.addFault({ ...fault, action, match: { DiskId: diskId } });
    }
  }
  const remove = () =>
    invoke(plugin.client.controller, 'DeleteVolume', { volumeId: diskId }, callTimeLimitMs);
  return { diskId, sourceId, replies: await callUntil(isEnd, remove) };
}

interface Deletion extends Outcome {
  /** Snapshots with its data that can be restored, and that its manifest leads to. */
  readonly waysBack: number;
}

async function playTable(rows: readonly DeleteRow[]): Promise<Map<DeleteRow, Deletion>> {
  await using scene = await startScene({});
  const isThrottled = (row: DeleteRow) => expectedDeletion(row).calls.includes('CreateSnapshot Throttling');
  const played = await playThrottledLast(rows, isThrottled, (row, number) => play(scene, row, number));
  const outcomeOf = await observe(scene);
  const { snapshots } = await stateOf(scene);
  const waysBack = (diskId: string, sourceId: string) => {
    const file = join(scene.manifestDirectory, `${diskId}-delprotect.yaml`);
    const manifest = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return snapshots.filter((one) => one.sourceDiskId === sourceId && manifest.includes(one.id)).length;
  };
  return new Map(
    played.map(([row, { diskId, sourceId, replies }]) => {
      return [row, { replies, ...outcomeOf(diskId, sourceId), waysBack: waysBack(diskId, sourceId) }];
    }),
  );
}

describe('Deletions: every row of the guard table', () => {
  const rows = deleteRows();
  let outcomes: Map<DeleteRow, Deletion>;

  before(async () => {
    const startedAt = Date.now();
    outcomes = await playTable(rows);
    console.log(`      ${outcomes.size} rows in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  });

  for (const row of rows) {
    it(titleOf(row), () => {
      const expected = expectedDeletion(row);
      expect(outcomes.get(row)).to.deep.equal({ ...expected, waysBack: expected.left.snapshotDays.length });
    });
  }

  it('no clone that asked for a snapshot, and was never used, was deleted before it had one', () => {
    const guarded = [...outcomes].filter(
      ([row]) => row.retention === '3 days' && row.category === 'cloud_essd' && row.state === 'unused clone',
    );
    expect(guarded).to.have.length(18);
    for (const [row, { left, waysBack }] of guarded) {
      expect({ ...left, waysBack }, titleOf(row)).to.deep.equal({
        sizeGiB: undefined,
        snapshotDays: [retentionDays],
        waysBack: 1,
      });
    }
  });

  it('no disk that asked for a snapshot, and held data, was deleted before it had one', () => {
    const guarded = [...outcomes].filter(
      ([row]) => row.retention !== 'none' && row.category === 'cloud_essd' && row.state === 'available',
    );
    for (const [row, { calls, waysBack }] of guarded) {
      const firstDeletion = calls.findIndex((call) => /^DeleteDisk (OK|no answer)/.test(call));
      const before = calls.slice(0, Math.max(0, firstDeletion));
      const isSafe = firstDeletion < 0 || before.some((call) => /^CreateSnapshot (OK|no answer)/.test(call));
      expect(isSafe && (firstDeletion < 0 || waysBack === 1), titleOf(row)).to.equal(true);
    }
  });
});
