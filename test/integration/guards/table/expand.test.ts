import { expect } from 'chai';
import { invoke } from '../../../support/csi-client.ts';
import type { FaultRule } from '../../../support/emulator.ts';
import { gib, mountCapability } from '../../../support/volumes.ts';
import { expandRows, type ExpandRow } from './expand-row.ts';
import { expectedExpansion, sizeAfterGiB } from './expand-rule.ts';
import type { Outcome } from './outcome.ts';
import { callTimeLimitMs, callUntil, isFinal, playThrottledLast, volumeInState } from './play.ts';
import { observe, startScene, stateOf, type Scene } from './scene.ts';

const hourMs = 3_600_000;
/** Where ECS refuses to resize during an upload, it lasts long enough to be met. */
const shortUploadMs = 2_000;

type Fault = Omit<FaultRule, 'match' | 'action'>;

const once = { times: 1 } as const;
const lostReply: Fault = { ...once, when: 'after', effect: { type: 'drop' } };

const snapshotFaults: Readonly<Record<ExpandRow['snapshot'], Fault | undefined>> = {
  ok: undefined,
  'slow upload': { ...once, effect: { type: 'snapshot', uploadMs: hourMs } },
  failed: { ...once, effect: { type: 'snapshot', outcome: 'failed-before-cut' } },
  'failed in the upload': {
    ...once,
    effect: { type: 'snapshot', outcome: 'failed', uploadMs: shortUploadMs },
  },
  quota: { ...once, effect: { type: 'error', code: 'QuotaExceed.Snapshot', status: 403 } },
  'lost reply': lostReply,
  throttled: { ...once, effect: { type: 'error', code: 'Throttling' } },
};

const resizeFaults: Readonly<Record<ExpandRow['resize'], Fault | undefined>> = {
  ok: undefined,
  'refused for the snapshot': undefined,
  failed: { ...once, effect: { type: 'error', code: 'QuotaExceed.DiskCapacity', status: 403 } },
  'lost reply': lostReply,
};

function titleOf({ policy, category, state, snapshot, resize }: ExpandRow): string {
  return `${policy}, ${category} ${state}: snapshot ${snapshot}, resize ${resize}`;
}

/** Expands one volume as the row says. @returns its disk, and the status of each call. */
async function play(scene: Scene, row: ExpandRow, number: number) {
  const { emulator, plugin } = scene;
  const parameters = { type: row.category, zoneId: 'cn-hangzhou-h', volumeExpandAutoSnapshot: row.policy };
  const diskId = await volumeInState(scene, `pvc-${number}`, { state: row.state, parameters });
  for (const [action, fault] of [
    ['CreateSnapshot', snapshotFaults[row.snapshot]],
    ['ResizeDisk', resizeFaults[row.resize]],
  ] as const) {
    if (fault !== undefined) {
      await emulator.addFault({ ...fault, action, match: { DiskId: diskId } });
    }
  }
  const request = {
    volumeId: diskId,
    capacityRange: { requiredBytes: sizeAfterGiB * gib },
    volumeCapability: mountCapability,
  };
  const expand = () => invoke(plugin.client.controller, 'ControllerExpandVolume', request, callTimeLimitMs);
  const finishUpload = () => (row.snapshot === 'slow upload' ? endUploads(scene, diskId) : Promise.resolve());
  return { diskId, replies: await callUntil(isFinal, expand, finishUpload) };
}

async function endUploads(scene: Scene, diskId: string): Promise<void> {
  const { snapshots } = await stateOf(scene);
  for (const { id, sourceDiskId, status } of snapshots) {
    if (sourceDiskId === diskId && status === 'progressing') {
      await scene.emulator.control('POST', `/snapshots/${id}`, { status: 'accomplished' });
    }
  }
}

/** The rows of one scene. */
async function playScene(
  rows: readonly ExpandRow[],
  settings: Record<string, unknown>,
): Promise<[ExpandRow, Outcome][]> {
  await using scene = await startScene(settings);
  const isThrottled = (row: ExpandRow) => expectedExpansion(row).calls.includes('CreateSnapshot Throttling');
  const played = await playThrottledLast(rows, isThrottled, (row, number) => play(scene, row, number));
  const outcomeOf = await observe(scene);
  return played.map(([row, { diskId, replies }]) => [row, { replies, ...outcomeOf(diskId) }]);
}

describe('Expansions: every row of the guard table', () => {
  const rows = expandRows();
  const needsRefusal = ({ resize }: ExpandRow) => resize === 'refused for the snapshot';
  let outcomes: Map<ExpandRow, Outcome>;

  before(async () => {
    const startedAt = Date.now();
    const played = await Promise.all([
      playScene(rows.filter(needsRefusal), { resizeDuringUpload: 'refuse', uploadMs: shortUploadMs }),
      playScene(
        rows.filter((row) => !needsRefusal(row)),
        { resizeDuringUpload: 'allow' },
      ),
    ]);
    outcomes = new Map(played.flat());
    console.log(`      ${outcomes.size} rows in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  });

  for (const row of rows) {
    it(titleOf(row), () => {
      expect(outcomes.get(row)).to.deep.equal(expectedExpansion(row));
    });
  }
});
