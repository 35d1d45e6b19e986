import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { CsiClient } from '../../../support/csi-client.ts';
import { undecided } from '../../../support/volumes.ts';
import { randomFrom } from '../../../unit/disk/guards/interleavings-schedule.ts';
import { makers, pick, type Ending, type Life, type Operation } from './operations.ts';
import type { Site } from './site.ts';

/** What came of the calls. */
export interface Tally {
  readonly calls: Map<string, number>;
  /** Attempts that ended undecided, and so were repeated, by status. */
  readonly undecided: Map<string, number>;
  refused: number;
  /** Volumes of which an attempt ran out of time: ECS may have gone on with it, beside the call's order. */
  readonly cutShort: Set<string>;
}

const maxAttempts = 120;

/** Lets every volume live through its calls, all volumes at once. @returns the volumes as the calls left them. */
export async function play(
  site: Site,
  random: () => number,
  callsPerVolume: number,
  onCall: (done: number) => Promise<void>,
): Promise<{ lives: Life[]; tally: Tally }> {
  const tally: Tally = { calls: new Map(), undecided: new Map(), refused: 0, cutShort: new Set() };
  const lives = site.volumes.map((volumeId): Life => ({
    volumeId,
    node: undefined,
    sizeGiB: 20,
    category: 'cloud_essd',
  }));
  let done = 0;
  // What each volume does is drawn beforehand, so that it depends on the seed and not on who is first.
  const seeds = lives.map(() => Math.floor(random() * 2 ** 32));
  await Promise.all(
    lives.map(async (life, number) => {
      const own = randomFrom(seeds[number] ?? 0);
      for (let call = 0; call < callsPerVolume; call += 1) {
        const operation = drawOperation(life, site.nodes, own);
        // How often a call is repeated depends on the machine: what it draws must not change what comes after it.
        const ofCall = randomFrom(Math.floor(own() * 2 ** 32));
        const ending = await carryOut(operation, life, { site, tally, random: ofCall });
        if (ending === 'done') {
          operation.apply(life);
        } else {
          tally.refused += 1;
        }
        count(tally.calls, operation.name);
        done += 1;
        await onCall(done);
      }
    }),
  );
  return { lives, tally };
}

function drawOperation(life: Life, nodes: readonly string[], random: () => number): Operation {
  const { make } = pick(
    makers.flatMap((maker) => Array.from({ length: maker.weight }, () => maker)),
    random,
  );
  return make(life, nodes, random);
}

interface Stage {
  readonly site: Site;
  readonly tally: Tally;
  readonly random: () => number;
}

/** One call at one of the plugins, or at both at the same time, as when a sidecar has just changed its leader. */
async function carryOut(operation: Operation, life: Life, stage: Stage): Promise<Ending> {
  const clients = stage.site.plugins.map(({ client }) => client);
  const callers = stage.random() < 0.15 ? clients : [pick(clients, stage.random)];
  const endings = await Promise.all(
    callers.map((client) =>
      untilDecided(operation, life, client, { ...stage, random: randomFrom(stage.random() * 2 ** 32) }),
    ),
  );
  return endings.includes('done') ? 'done' : 'refused';
}

/** Repeats as a sidecar does, with time limits of which some are too short. */
async function untilDecided(
  operation: Operation,
  life: Life,
  client: CsiClient,
  { tally, random }: Stage,
): Promise<Ending> {
  for (let attempts = 1; ; attempts += 1) {
    const timeLimitMs = random() < 0.1 ? 400 : 20_000;
    try {
      return await operation.attempt(client, timeLimitMs);
    } catch (error) {
      const code = GrpcStatus[(error as ServiceError).code];
      if (!undecided.includes(code) || attempts === maxAttempts) {
        const what = `${operation.name} of ${life.volumeId}, attempt ${attempts}`;
        throw new Error(`${what}: ${String(error)}`, { cause: error });
      }
      count(tally.undecided, code);
      tally.cutShort.add(life.volumeId);
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 60 * Math.min(attempts, 10)));
    }
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
