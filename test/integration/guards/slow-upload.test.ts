import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { connectCsi, invoke, type CsiClient } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { createVolume, essdParameters, gib, mountCapability, undecided } from '../../support/volumes.ts';
import { startSteppedPlugin, SteppedTime } from './stepped-time.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const maxAgeMs = 10 * minuteMs;
/** csi-resizer: `--timeout=10s`, `--retry-interval-start=1s`, and how far it doubles that. */
const timeLimitMs = 10 * secondMs;
const firstBackOffMs = secondMs;
const usualBackOffMs = 5 * minuteMs;
/** From the request of a fresh snapshot to the dropping of the old one: the cut, and a look or two. */
const handOverMs = 4 * secondMs;
/** The look right before the old one is dropped waits a little for others that share its request. */
const lastLookMs = 50;

interface Uploads {
  readonly firstMs: number;
  readonly laterMs: number;
  readonly maxBackOffMs?: number;
}

interface Run {
  readonly minutes: number;
  readonly statuses: readonly string[];
  /** The ids of all guard snapshots that there ever were, in the order in which they came. */
  readonly made: readonly string[];
  readonly longestOverlapMs: number;
  /** How long two could be restored from at a time. */
  readonly longestDoubleMs: number;
  readonly ageMs: number;
  readonly left: readonly string[];
}

interface StateView {
  readonly snapshots: readonly { readonly id: string; readonly isAvailable: boolean }[];
}

/** The longest time for which a condition has held. */
class Stretch {
  longestMs = 0;
  #sinceMs: number | undefined;

  note(holds: boolean, nowMs: number): void {
    this.#sinceMs ??= holds ? nowMs : undefined;
    // It may have held up to this moment, at which it does no more.
    this.longestMs = Math.max(this.longestMs, nowMs - (this.#sinceMs ?? nowMs));
    if (!holds) {
      this.#sinceMs = undefined;
    }
  }
}

/** Looks at the emulator after each step. */
class Watch {
  readonly made = new Set<string>();
  readonly overlap = new Stretch();
  readonly double = new Stretch();
  left: string[] = [];
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  async look(nowMs: number): Promise<void> {
    const { snapshots } = await this.#emulator.control<StateView>('GET', '/state');
    snapshots.forEach(({ id }) => this.made.add(id));
    this.left = snapshots.map(({ id }) => id);
    this.overlap.note(snapshots.length > 1, nowMs);
    this.double.note(snapshots.filter(({ isAvailable }) => isAvailable).length > 1, nowMs);
    expect(snapshots.length, 'guard snapshots at a time').to.be.at.most(2);
  }
}

/** How old the restore point was when ECS took the request that grew the disk. */
async function ageAtResize(emulator: Emulator): Promise<number> {
  const { requests } = await emulator.control<{
    requests: { at: string; action: string; code: string }[];
  }>('GET', '/requests');
  const times = (action: string) =>
    requests
      .filter((request) => request.action === action && request.code === 'OK')
      .map(({ at }) => Date.parse(at));
  expect(times('ResizeDisk'), 'resizes').to.have.length(1);
  return Math.max(...times('ResizeDisk')) - Math.max(...times('CreateSnapshot'));
}

/** csi-resizer: repeats what is undecided, and waits longer and longer, until the volume has its size. */
class Resizer {
  readonly statuses: string[] = [];
  readonly #client: CsiClient;
  readonly #volumeId: string;
  readonly #time: SteppedTime;
  readonly #maxBackOffMs: number;
  #callAtMs: number;
  #backOffMs = firstBackOffMs;
  #isCalling = false;

  constructor(client: CsiClient, volumeId: string, time: SteppedTime, maxBackOffMs: number) {
    this.#client = client;
    this.#volumeId = volumeId;
    this.#time = time;
    this.#maxBackOffMs = maxBackOffMs;
    this.#callAtMs = time.nowMs;
  }

  get isDone(): boolean {
    return this.statuses.at(-1) === 'OK';
  }

  /** How much time may go by before it has to look up again. */
  idleMs(): number {
    return this.#isCalling ? secondMs : Math.max(1, this.#callAtMs - this.#time.nowMs);
  }

  /** Calls when it is time to, and returns once the plugin has begun to work. */
  async act(): Promise<void> {
    if (this.#isCalling || this.#time.nowMs < this.#callAtMs) {
      return;
    }
    this.#isCalling = true;
    void this.#expand().then((status) => {
      this.statuses.push(status);
      this.#isCalling = false;
      this.#callAtMs = this.#time.nowMs + this.#backOffMs;
      this.#backOffMs = Math.min(2 * this.#backOffMs, this.#maxBackOffMs);
    });
    await this.#time.untilCalm();
  }

  async #expand(): Promise<string> {
    const request = {
      volumeId: this.#volumeId,
      capacityRange: { requiredBytes: 40 * gib },
      // A block device needs nothing on the node: the expansion is complete with the disk.
      volumeCapability: { block: {}, accessMode: mountCapability.accessMode },
    };
    try {
      const { controller } = this.#client;
      const answer = await invoke(controller, 'ControllerExpandVolume', request, timeLimitMs);
      return Number(answer.capacityBytes) === 40 * gib ? 'OK' : `OK with ${answer.capacityBytes}`;
    } catch (error) {
      return GrpcStatus[(error as ServiceError).code];
    }
  }
}

/** A volume with data, whose first snapshot is uploaded for long. */
async function usedVolume(client: CsiClient, emulator: Emulator, time: SteppedTime, uploads: Uploads) {
  const parameters = { ...essdParameters, volumeExpandAutoSnapshot: 'forced' };
  const volumeId = await time.during(createVolume(client, 'pvc-slow', { parameters }));
  await emulator.attach(volumeId);
  await emulator.writeDisk(volumeId, 0, Buffer.from('what must not be lost'));
  await emulator.configure({ cutMs: secondMs, uploadMs: uploads.laterMs });
  const effect = { type: 'snapshot', outcome: 'accomplished', uploadMs: uploads.firstMs };
  await emulator.addFault({ action: 'CreateSnapshot', times: 1, effect });
  await emulator.clearRequests();
  return volumeId;
}

/** Expands one volume as csi-resizer does, until it has grown. */
async function expandPatiently(uploads: Uploads): Promise<Run> {
  await using emulator = await startEmulator();
  using directory = socketDirectory();
  using time = await SteppedTime.freeze(emulator);
  const app = await startSteppedPlugin(directory.socket, emulator, time);
  try {
    using client = connectCsi(directory.socket);
    const volumeId = await usedVolume(client, emulator, time, uploads);
    const startMs = time.nowMs;
    const watch = new Watch(emulator);
    const resizer = new Resizer(client, volumeId, time, uploads.maxBackOffMs ?? usualBackOffMs);
    while (!resizer.isDone) {
      expect(time.nowMs - startMs, 'time spent').to.be.below(2 * 60 * minuteMs);
      await resizer.act();
      await time.step(resizer.idleMs());
      await watch.look(time.nowMs);
    }
    const { made, overlap, double, left } = watch;
    return {
      ...{ minutes: (time.nowMs - startMs) / minuteMs, statuses: resizer.statuses, made: [...made], left },
      ...{ longestOverlapMs: overlap.longestMs, longestDoubleMs: double.longestMs },
      ageMs: await ageAtResize(emulator),
    };
  } finally {
    await app.stop();
  }
}

function tell(run: Run): void {
  const { minutes, statuses, made, ageMs, longestOverlapMs, longestDoubleMs } = run;
  console.log(
    `      expanded after ${minutes.toFixed(1)} min, ${statuses.length} calls, ${made.length} snapshots; restore point ${(ageMs / secondMs).toFixed(0)} s old; two of them for ${longestOverlapMs} ms at most, both restorable for ${longestDoubleMs} ms`,
  );
}

function expectOrderly({ statuses, made, longestOverlapMs, longestDoubleMs, left }: Run): void {
  expect(statuses.filter((status) => !undecided.includes(status))).to.deep.equal(['OK']);
  expect(made).to.have.length.within(1, 3);
  expect(longestOverlapMs).to.be.at.most(handOverMs);
  expect(longestDoubleMs, 'two that can be restored from').to.be.at.most(lastLookMs);
  expect(left).to.deep.equal([]);
}

describe('A snapshot that takes long to upload, from the socket to the emulator', () => {
  it('20 minutes, then 1: the expansion completes by itself, with a restore point of at most 10 minutes', async () => {
    const run = await expandPatiently({ firstMs: 20 * minuteMs, laterMs: minuteMs });
    tell(run);
    expectOrderly(run);
    expect(run.minutes).to.be.within(20, 31);
    expect(run.ageMs).to.be.at.most(maxAgeMs);
  });

  it('20 minutes, then 8: three snapshots at most, the last one used as it is', async () => {
    const run = await expandPatiently({ firstMs: 20 * minuteMs, laterMs: 8 * minuteMs });
    tell(run);
    expectOrderly(run);
    expect(run.ageMs).to.be.at.most(8 * minuteMs + usualBackOffMs + timeLimitMs);
  });

  it('20 minutes, then 8, with --retry-interval-max=1m: two snapshots, and at most 10 minutes', async () => {
    const run = await expandPatiently({
      firstMs: 20 * minuteMs,
      laterMs: 8 * minuteMs,
      maxBackOffMs: minuteMs,
    });
    tell(run);
    expectOrderly(run);
    expect(run.made).to.have.length(2);
    expect(run.ageMs).to.be.at.most(maxAgeMs);
  });
});
