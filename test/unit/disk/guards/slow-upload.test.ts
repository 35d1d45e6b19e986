import { defaultDriverName } from '../../../../src/disk/guards/restore-command.ts';
import { Sightings } from '../../../../src/disk/sightings.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Call } from '../../../../src/disk/call.ts';
import { DiskError, isDiskError } from '../../../../src/disk/disk-error.ts';
import type { Disk, DiskResize } from '../../../../src/disk/disk.ts';
import { expandDisk } from '../../../../src/disk/expand-disk.ts';
import { guardBeforeExpand, releaseAfterExpand } from '../../../../src/disk/guards/before-expand.ts';
import type { ExpandGuardParts } from '../../../../src/disk/guards/guard-parts.ts';
import { Keeper } from '../../../../src/disk/guards/keeper.ts';
import type { NewSnapshot } from '../../../../src/disk/snapshot.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aCall } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { FakeDiskCloud } from '../../../support/fake-disk-cloud.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const startMs = Date.UTC(2026, 0, 2);
const maxAgeMs = 10 * minuteMs;
const cutMs = secondMs;
/** One way of a request, and the time between two looks. */
const travelMs = 50;
/** csi-resizer's: `--timeout=10s`, of which the plugin keeps a tenth for the way back, and its work queue. */
const workingTimeMs = 9 * secondMs;
const wayBackMs = secondMs;
const firstBackOffMs = secondMs;
const maxBackOffMs = 5 * minuteMs;

/** How long ECS uploads the first snapshot of a disk, and then what has changed since. */
interface Uploads {
  readonly firstMs: number;
  readonly laterMs: number;
}

/** A cloud in which time passes with every request, and which resizes no disk during an upload. */
class SlowCloud extends FakeDiskCloud {
  nowMs = startMs;
  /** Aborts the call under way when its time is over. */
  onTime: () => void = () => undefined;
  /** The age of the restore point when the disk grew. */
  ageAtResizeMs: number | undefined;
  /** The longest time for which two guard snapshots were alive. */
  longestOverlapMs = 0;
  #overlapSinceMs: number | undefined;
  readonly #uploads: Uploads;
  readonly #requestedAtMs = new Map<string, number>();

  constructor(uploads: Uploads) {
    super({
      looks: { cutting: Infinity, uploading: Infinity, growing: 0, deleting: 0 },
      rounds: Infinity,
      travel: () => {
        this.pass(travelMs);
        return Promise.resolve();
      },
    });
    this.#uploads = uploads;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const [number, [id, requestedAtMs]] of [...this.#requestedAtMs].entries()) {
      if (this.snapshots.get(id) !== undefined) {
        this.#progress(id, requestedAtMs, number === 0 ? this.#uploads.firstMs : this.#uploads.laterMs);
      }
    }
    this.#noteOverlap();
    this.onTime();
  }

  override async createSnapshot(snapshot: NewSnapshot, call: Call): Promise<string> {
    const id = await super.createSnapshot(snapshot, call);
    if (!this.#requestedAtMs.has(id)) {
      this.#requestedAtMs.set(id, this.nowMs);
    }
    return id;
  }

  override async resizeDisk(resize: DiskResize, call: Call): Promise<void> {
    await super.resizeDisk(resize, call);
    const cuts = this.snapshots.values().map(({ cutAt }) => cutAt?.getTime() ?? 0);
    this.ageAtResizeMs = this.nowMs - Math.max(0, ...cuts);
  }

  get snapshotsMade(): number {
    return this.#requestedAtMs.size;
  }

  #progress(id: string, requestedAtMs: number, uploadMs: number): void {
    const cutAtMs = requestedAtMs + cutMs;
    if (this.nowMs >= cutAtMs) {
      this.snapshots.set(id, { cutAt: new Date(cutAtMs), available: true });
    }
    if (this.nowMs >= cutAtMs + uploadMs) {
      this.snapshots.set(id, { status: 'accomplished', progressPercent: 100 });
    }
  }

  #noteOverlap(): void {
    this.#overlapSinceMs =
      this.snapshots.values().length > 1 ? (this.#overlapSinceMs ?? this.nowMs) : undefined;
    this.longestOverlapMs = Math.max(
      this.longestOverlapMs,
      this.nowMs - (this.#overlapSinceMs ?? this.nowMs),
    );
  }
}

interface Run {
  readonly minutes: number;
  readonly snapshots: number;
  readonly ageMs: number;
  readonly longestOverlapMs: number;
  readonly aliveAfterCalls: number;
  readonly left: number;
}

/** Expands one disk as csi-resizer does, until it has grown. */
async function expandPatiently(
  uploads: Uploads,
  policy = 'forced',
  longestBackOffMs = maxBackOffMs,
): Promise<Run> {
  const cloud = new SlowCloud(uploads);
  const used = { wasEverAttached: true, lastAttachedAt: new Date(startMs - minuteMs) };
  const tags = new Map([[tagKeys.expandPolicy, policy]]);
  cloud.addDisk({ id: 'd-1', category: 'cloud_essd', status: 'In_use', ...used, tags });
  let backOffMs = firstBackOffMs;
  let aliveAfterCalls = 0;
  for (let calls = 1; calls <= 200; calls += 1) {
    const disk = await expandOnce(cloud);
    aliveAfterCalls = Math.max(aliveAfterCalls, cloud.snapshots.values().length);
    if (disk !== undefined) {
      expect(disk.sizeGiB).to.equal(40);
      await keepOnce(cloud);
      return {
        ...{ aliveAfterCalls, minutes: (cloud.nowMs - startMs) / minuteMs },
        ...{ snapshots: cloud.snapshotsMade, longestOverlapMs: cloud.longestOverlapMs },
        ...{ ageMs: cloud.ageAtResizeMs ?? Infinity, left: cloud.snapshots.values().length },
      };
    }
    cloud.pass(wayBackMs + backOffMs);
    backOffMs = Math.min(longestBackOffMs, 2 * backOffMs);
  }
  throw new Error('the expansion did not come to an end in 200 calls');
}

function partsOf(cloud: SlowCloud): ExpandGuardParts {
  return {
    ...{
      cloud,
      cluster: new FakeCluster(),
      clusterId: 'c-1',
      driverName: defaultDriverName,
      isSwitchedOn: true,
    },
    sightings: new Sightings(() => cloud.nowMs),
    ...{ now: () => cloud.nowMs, maxAgeMs, besteffortWaitMs: 5 * minuteMs },
  };
}

async function keepOnce(cloud: SlowCloud): Promise<void> {
  const problems: unknown[] = [];
  const onProblem = (error: unknown) => problems.push(error);
  const keeper = new Keeper({ ...partsOf(cloud), isDryRun: false, onAct: () => undefined, onProblem });
  await keeper.round(aCall());
  expect(problems).to.deep.equal([]);
}

/** @returns the disk; `undefined` when the call is to be repeated. */
async function expandOnce(cloud: SlowCloud): Promise<Disk | undefined> {
  const parts = partsOf(cloud);
  const controller = new AbortController();
  const endMs = cloud.nowMs + workingTimeMs;
  cloud.onTime = () => {
    if (cloud.nowMs >= endMs) {
      controller.abort(new DiskError('timed-out', 'not finished within the time given'));
    }
  };
  const call = { signal: controller.signal, requestId: 'expand' };
  try {
    const expansion = { diskId: 'd-1', sizeGiB: 40, maxSizeGiB: undefined };
    const disk = await expandDisk(cloud, expansion, call, guardBeforeExpand(parts, expansion.sizeGiB));
    await releaseAfterExpand(parts, disk, false, call);
    return disk;
  } catch (error) {
    if (!isDiskError(error, 'busy', 'timed-out')) {
      throw error;
    }
    return undefined;
  } finally {
    cloud.onTime = () => undefined;
  }
}

/** Two guard snapshots live side by side only from the request of the new one to the dropping of the old one. */
const handOverMs = cutMs + secondMs;
/** When the call's time ends in between, the next call finishes it (or the keeper, if it comes round sooner). */
const cutOffHandOverMs = handOverMs + wayBackMs + maxBackOffMs + secondMs;

/** The same from the socket to the emulator, for a few of these times: test/integration/guards/slow-upload.test.ts. */
describe('A snapshot that takes long to upload, for any time', function () {
  this.timeout(60_000);

  const uploads = (maxLaterMs: number) =>
    fc.record({
      firstMs: fc.integer({ min: 0, max: 120 * minuteMs }),
      laterMs: fc.integer({ min: 0, max: maxLaterMs }),
    });

  /** The sidecar comes back after its longest back-off; what is uploaded by then is still young enough. */
  const seenInTimeMs = maxBackOffMs;

  it('any first upload, later ones of 5 minutes at most: 2 snapshots at most, none older than 10 minutes', async () => {
    await fc.assert(
      fc.asyncProperty(uploads(seenInTimeMs), async (times) => {
        const run = await expandPatiently(times);
        expect(run.snapshots).to.be.at.most(2);
        expect(run.ageMs).to.be.at.most(maxAgeMs);
      }),
      { numRuns: 300 },
    );
  });

  // Between 5 and 10 minutes the sidecar's longest back-off makes it miss the moment: the upload is over when the
  // cut has become too old, in every round. The third one is then used as it is, a little older than asked for;
  // a fourth would fare no better, and the volume would never grow.
  it('any first upload, later ones of 8 minutes at most: it ends, with 3 snapshots, two only while one takes over, none older than the upload and one back-off', async () => {
    let oldestMs = 0;
    let most = 0;
    await fc.assert(
      fc.asyncProperty(uploads(8 * minuteMs), async (times) => {
        const run = await expandPatiently(times);
        oldestMs = Math.max(oldestMs, run.ageMs);
        most = Math.max(most, run.snapshots);
        expect(run.snapshots).to.be.within(1, 3);
        expect(run.aliveAfterCalls).to.be.at.most(2);
        expect(run.longestOverlapMs).to.be.at.most(cutOffHandOverMs);
        expect(run.left).to.equal(0);
        const lastResortMs = times.laterMs + maxBackOffMs + workingTimeMs + wayBackMs + cutMs;
        expect(run.ageMs).to.be.at.most(Math.max(maxAgeMs, lastResortMs));
        expect(run.minutes).to.be.at.most(
          times.firstMs / minuteMs + (3 * (times.laterMs + maxBackOffMs)) / minuteMs + 2,
        );
      }),
      { numRuns: 300 },
    );
    console.log(
      `      ${most} snapshots at most, restore point ${Math.round(oldestMs / secondMs)} s old at most`,
    );
  });

  it('any first upload, later ones of 8 minutes at most, --retry-interval-max=1m: none older than 10 minutes', async () => {
    await fc.assert(
      fc.asyncProperty(uploads(8 * minuteMs), async (times) => {
        const run = await expandPatiently(times, 'forced', minuteMs);
        expect(run.snapshots).to.be.at.most(2);
        expect(run.ageMs).to.be.at.most(maxAgeMs);
      }),
      { numRuns: 100 },
    );
  });

  it('a call whose time ends while one snapshot takes over from the other: the next call drops the old one', async () => {
    // The upload ends in the last second of a call, which asks for the fresh snapshot and sees no more of it.
    const run = await expandPatiently({ firstMs: 1_537_101, laterMs: 8 * minuteMs });
    expect(run.aliveAfterCalls).to.equal(2);
    expect(run.longestOverlapMs).to.be.at.most(cutOffHandOverMs);
    expect(run.left).to.equal(0);
  });

  it('besteffort: does not wait longer than it may and one back-off', async () => {
    await fc.assert(
      fc.asyncProperty(uploads(8 * minuteMs), async (times) => {
        const run = await expandPatiently(times, 'besteffort');
        expect(run.snapshots).to.equal(1);
        expect(run.minutes).to.be.at.most(11);
        expect(run.left).to.equal(0);
      }),
      { numRuns: 100 },
    );
  });
});
