import { expect } from 'chai';
import { socketDirectory, startPlugin } from '../../../support/plugin.ts';
import { untilReady } from '../../../support/volumes.ts';
import { killAtEveryRequest, requestsToEcs } from '../../crash/crash-points.ts';
import { guardedDeletion, guardedExpansion, hurriedExpansion, type GuardFlow } from './flows.ts';
import { deletionOfUnusedClone } from './unused-clone.ts';
import { killKeeperAtEveryRequest, type KeeperWork } from './keeper-points.ts';
import { release, removal } from './keeper-work.ts';
import { requestsToKube, startSite, type CrashSite, type SiteOptions } from './site.ts';
import type { CsiClient } from '../../../support/csi-client.ts';

/** How many points were tried, by whose requests they are. */
interface Points {
  readonly ecs: number;
  readonly kubernetes: number;
}

async function killIn(flowOf: (site: CrashSite) => GuardFlow, options: SiteOptions = {}): Promise<Points> {
  await using site = await startSite(options);
  const flow = flowOf(site);
  const { emulator, directory, args } = site;
  const ecs = await killAtEveryRequest(flow, emulator, directory, { args, server: requestsToEcs(emulator) });
  const server = requestsToKube(site.kube);
  return { ecs, kubernetes: await killAtEveryRequest(flow, emulator, directory, { args, server }) };
}

async function killKeeperIn<State>(
  workOf: (site: CrashSite, client: CsiClient) => KeeperWork<State>,
): Promise<Points> {
  await using site = await startSite({ uploadMs: 0 });
  using directory = socketDirectory();
  const { emulator, args } = site;
  // Brings the cloud to where the keeper starts, and is never killed.
  await using helper = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket, args });
  await untilReady(helper.client);
  const work = workOf(site, helper.client);
  const ecs = await killKeeperAtEveryRequest(site, work, requestsToEcs(emulator));
  return { ecs, kubernetes: await killKeeperAtEveryRequest(site, work, requestsToKube(site.kube)) };
}

const matrix: Readonly<Record<string, () => Promise<Points>>> = {
  'an expansion with forced': () => killIn((site) => guardedExpansion(site, 'forced')),
  'a deletion under protection': () => killIn(guardedDeletion),
  'a deletion of a clone that was never used': () => killIn(deletionOfUnusedClone),
  'the release of a snapshot by the keeper': () => killKeeperIn(release),
  'an expansion with besteffort': () =>
    killIn((site) => guardedExpansion(site, 'besteffort'), { uploadMs: 0 }),
  'an expansion with besteffort that gives its snapshot up': () =>
    killIn(hurriedExpansion, { uploadMs: 60_000, args: ['--expand-besteffort-wait', '100ms'] }),
  'the removal of an expired protection by the keeper': () => killKeeperIn(removal),
};

const atOnce = 2;
/** Only the flows whose name holds this text; with `--grep` the others would run all the same. */
const onlyFlow = process.env['CRASH_FLOW'] ?? '';
const flows = Object.entries(matrix).filter(([name]) => name.includes(onlyFlow));

interface Result extends Points {
  /** How long the flow itself has taken; what mocha shows is how long it was waited for. */
  readonly seconds: number;
}

/** Runs everything, so many at a time. @returns the result of each, by name. */
function runAll(): Map<string, Promise<Result>> {
  const waiting = flows.map(([name, run]) => ({
    name,
    run: async () => {
      const startedAt = Date.now();
      const points = await run();
      return { ...points, seconds: Math.round((Date.now() - startedAt) / 1000) };
    },
    result: Promise.withResolvers<Result>(),
  }));
  const results = new Map(waiting.map(({ name, result }) => [name, result.promise]));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await next.run().then(next.result.resolve, next.result.reject);
    }
  };
  for (const { promise } of waiting.map(({ result }) => result)) {
    promise.catch(() => undefined);
  }
  for (let worker = 0; worker < atOnce; worker += 1) {
    void work();
  }
  return results;
}

describe('The guards of a plugin that is killed before and after each request to ECS and to Kubernetes', () => {
  let results = new Map<string, Promise<Result>>();
  let total = 0;

  before(() => {
    results = runAll();
  });

  after(() => {
    console.log(`      killed at ${total} points in all`);
  });

  for (const [name] of flows) {
    it(`${name}: nothing is lost, leaked or done twice`, async () => {
      const points = (await results.get(name)) ?? expect.fail('not run');
      const { ecs, kubernetes, seconds } = points;
      console.log(
        `        killed at ${ecs} points of ECS and ${kubernetes} of Kubernetes in ${seconds} seconds`,
      );
      total += points.ecs + points.kubernetes;
      expect(points.ecs).to.be.at.least(4);
      expect(points.kubernetes).to.be.at.least(2);
    }).timeout(600_000);
  }
});
