import { expect } from 'chai';
import { startEmulator } from '../../../support/emulator.ts';
import { groupsOn } from '../../../support/group-snapshots.ts';
import { spawnKubeApi } from '../../../support/kube-api/kube-api.ts';
import { socketDirectory } from '../../../support/plugin.ts';
import { killAtEveryRequest, requestsToEcs, type CrashFlow } from '../../crash/crash-points.ts';
import { requestsToKube } from '../../guards/crash/site.ts';
import { attempt, flows, type GroupFlow, type GroupState } from './flows.ts';
import { groupSite, type GroupSite } from './group-site.ts';

/** How many points were tried, by whose requests they are. */
interface Points {
  readonly ecs: number;
  readonly kubernetes: number;
}

function asCrashFlow(flow: GroupFlow, site: GroupSite): CrashFlow<GroupState> {
  return {
    prepare: (_client, _emulator, point) => flow.prepare(site, point),
    run: (client, state) => attempt(flow, { site, client }, state),
    async verify(client, _emulator, state) {
      await flow.expectDecided(site, state);
      await flow.verify?.(site, client, state);
    },
  };
}

async function killIn(flow: GroupFlow): Promise<Points> {
  await using emulator = await startEmulator();
  await using kube = await spawnKubeApi();
  using directory = socketDirectory();
  await kube.putNamespace('db');
  const crashFlow = asCrashFlow(flow, groupSite(emulator, kube));
  const args = [...groupsOn, '--kubernetes', kube.kubeconfig, '--keeper', 'off'];
  const ecs = await killAtEveryRequest(crashFlow, emulator, directory, {
    args,
    server: requestsToEcs(emulator),
  });
  const server = requestsToKube(kube);
  return { ecs, kubernetes: await killAtEveryRequest(crashFlow, emulator, directory, { args, server }) };
}

const atOnce = 2;

/** Runs all flows, so many at a time. @returns the result of each, by name. */
function killInAll(): Map<string, Promise<Points>> {
  const waiting = Object.entries(flows).map(([name, flow]) => ({
    name,
    flow,
    result: Promise.withResolvers<Points>(),
  }));
  const results = new Map(waiting.map(({ name, result }) => [name, result.promise]));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await killIn(next.flow).then(next.result.resolve, next.result.reject);
    }
  };
  for (const promise of results.values()) {
    // Told of by the test that waits for it.
    promise.catch(() => undefined);
  }
  for (let worker = 0; worker < atOnce; worker += 1) {
    void work();
  }
  return results;
}

describe('A plugin that is killed before and after each request of a group call to ECS and to Kubernetes', () => {
  let results = new Map<string, Promise<Points>>();
  let total = 0;

  before(() => {
    results = killInAll();
  });

  after(() => {
    console.log(`      killed at ${total} points in all`);
  });

  for (const [name, flow] of Object.entries(flows)) {
    it(`${name}: afterwards there is one group or none, and nothing is leaked`, async () => {
      const { ecs, kubernetes } = (await results.get(name)) ?? expect.fail('not run');
      console.log(`        killed at ${ecs} points of ECS and ${kubernetes} of Kubernetes`);
      total += ecs + kubernetes;
      expect(ecs).to.be.at.least(4);
      // Whoever is refused is told of it on the claims.
      expect(kubernetes).to.be.at.least(flow.refusal === undefined ? 0 : 2);
    }).timeout(300_000);
  }
});
