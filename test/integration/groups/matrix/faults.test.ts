import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { CsiClient } from '../../../support/csi-client.ts';
import { startEmulator } from '../../../support/emulator.ts';
import { groupsOn } from '../../../support/group-snapshots.ts';
import { socketDirectory, startPlugin } from '../../../support/plugin.ts';
import { undecided, untilReady } from '../../../support/volumes.ts';
import { untilDecided } from '../groups.ts';
import { emptyAnswer, faultKinds, type FaultKind } from './fault-kinds.ts';
import { attempt, failing, flows, type GroupFlow, type GroupState } from './flows.ts';
import { groupSite, type GroupSite } from './group-site.ts';

interface Stand {
  readonly site: GroupSite;
  readonly client: CsiClient;
}

const maxRequests = 40;

/** Meets one fault at the first request, then at the second, and so on. @returns how many requests were met. */
async function meetAtEveryRequest(flow: GroupFlow, stand: Stand, kind: FaultKind): Promise<number> {
  for (let request = 0; request < maxRequests; request += 1) {
    const point = `${kind.name.replace(/\W+/g, '-')}-${request}`;
    const state = await flow.prepare(stand.site, point);
    const ruleId = await stand.site.emulator.addFault({ action: '*', ...kind.rule, skip: request, times: 1 });
    await inAnyCase(point, () => tryAndGoOn(flow, stand, state, kind));
    if (!(await wasHit(stand.site, ruleId))) {
      return request;
    }
    await inAnyCase(point, () => finish(flow, stand, state));
  }
  throw new Error(`the flow sends more than ${maxRequests} requests`);
}

/** The first attempt, with the fault in its way: it may end in any status that leaves nothing undone for ever. */
async function tryAndGoOn(flow: GroupFlow, stand: Stand, state: GroupState, kind: FaultKind): Promise<void> {
  try {
    await attempt(flow, stand, state, kind.timeLimitMs);
  } catch (error) {
    const { code } = error as ServiceError;
    if (undecided.includes(GrpcStatus[code])) {
      return;
    }
    expect(kind.mayBeFinal, `final although the outcome is unknown: ${String(error)}`).to.equal(true);
    expect(GrpcStatus[code], String(error)).to.equal('PERMISSION_DENIED');
    await flow.afterOtherFinal(stand.site, state);
    return;
  }
  await flow.expectDecided(stand.site, state);
}

/** All is well again: the repeated call ends as it has to, and what is there is right. */
async function finish(flow: GroupFlow, stand: Stand, state: GroupState): Promise<void> {
  await stand.site.emulator.clearFaults();
  await untilDecided(() => attempt(flow, stand, state));
  await flow.expectDecided(stand.site, state);
  await flow.verify?.(stand.site, stand.client, state);
}

async function wasHit({ emulator }: GroupSite, ruleId: string): Promise<boolean> {
  const { faults } = await emulator.control<{ faults: { id: string; hits: number }[] }>('GET', '/faults');
  return (faults.find(({ id }) => id === ruleId)?.hits ?? 0) > 0;
}

async function inAnyCase(point: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw new Error(`${point}: ${String(error)}`, { cause: error });
  }
}

const looks = ['DescribeDisks', 'DescribeSnapshots', 'DescribeSnapshotGroups'];

/** Lets the plugin see nothing, from the first look of an action on or from a later one. @returns how many points. */
async function blind(flow: GroupFlow, stand: Stand): Promise<number> {
  const views = [looks, ...looks.map((look) => [look])];
  const starts = [0, 1, 2];
  for (const skip of starts) {
    for (const actions of views) {
      const point = `blind-to-${actions.join('-')}-${skip}`;
      const state = await flow.prepare(stand.site, point);
      for (const action of actions) {
        await stand.site.emulator.addFault({ action, effect: emptyAnswer, skip });
      }
      const kind = { name: point, rule: { effect: emptyAnswer }, timeLimitMs: 700 };
      await inAnyCase(point, () => tryAndGoOn(flow, stand, state, kind));
      await inAnyCase(point, () => finish(flow, stand, state));
    }
  }
  return starts.length * views.length;
}

/** One flow with one kind of fault. */
interface Unit {
  readonly flow: GroupFlow;
  readonly kind: string;
  readonly run: (stand: Stand) => Promise<number>;
  readonly points: PromiseWithResolvers<number>;
}

function unitsOf(flow: GroupFlow): Unit[] {
  const unit = (kind: string, run: Unit['run']) => ({
    flow,
    kind,
    run,
    points: Promise.withResolvers<number>(),
  });
  return [
    unit('sees nothing', (stand) => blind(flow, stand)),
    ...faultKinds.map((kind) => unit(kind.name, (stand) => meetAtEveryRequest(flow, stand, kind))),
  ];
}

/** Takes units on a plugin of its own until there are none left, once that plugin is ready. */
async function work(waiting: Unit[], onReady: () => void): Promise<void> {
  await using emulator = await startEmulator();
  using directory = socketDirectory();
  await using plugin = await startPlugin({
    ecsEndpoint: emulator.endpoint,
    socket: directory.socket,
    args: [...groupsOn, '--poll-interval', '50ms'],
  });
  await untilReady(plugin.client);
  onReady();
  const stand = { site: groupSite(emulator), client: plugin.client };
  for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
    await unit.run(stand).then(unit.points.resolve, unit.points.reject);
  }
}

/** Most of the time is spent waiting, for back-offs and slow answers. */
const standsAtOnce = 8;

/** One starts after the other: to start is what takes most of the processor's time. */
async function workAll(units: readonly Unit[]): Promise<void> {
  // First what waits longest: a name whose group was removed waits until ECS surely does not know that any more.
  const waiting = units.toSorted((a, b) => Number(b.flow === failing) - Number(a.flow === failing));
  const ended: Promise<void>[] = [];
  for (let stand = 0; stand < standsAtOnce && waiting.length > 0; stand += 1) {
    const ready = Promise.withResolvers<undefined>();
    const running = work(waiting, () => ready.resolve(undefined));
    ended.push(running);
    await Promise.race([ready.promise, running]);
  }
  await Promise.all(ended);
}

describe('The group calls, with something wrong with each of their requests to ECS', () => {
  const units = Object.values(flows).flatMap(unitsOf);
  let total = 0;

  before(() => {
    for (const { points } of units) {
      // Told of by the test that waits for it.
      points.promise.catch(() => undefined);
    }
    workAll(units).catch((error: unknown) => units.forEach(({ points }) => points.reject(error)));
  });

  after(() => {
    console.log(`      ${total} points in all`);
  });

  for (const [name, flow] of Object.entries(flows)) {
    it(`${name}: never final while the outcome is unknown, and right in the end`, async () => {
      const points = new Map<string, number>();
      for (const unit of units.filter((one) => one.flow === flow)) {
        points.set(unit.kind, await unit.points.promise);
      }
      const count = [...points.values()].reduce((sum, one) => sum + one, 0);
      console.log(
        `        ${count} points: ${[...points].map(([kind, one]) => `${one} ${kind}`).join(', ')}`,
      );
      total += count;
      expect(Math.min(...points.values())).to.be.at.least(1);
    }).timeout(300_000);
  }
});
