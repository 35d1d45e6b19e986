import { expect } from 'chai';
import type { CsiClient } from '../../../support/csi-client.ts';
import { socketDirectory, startPlugin } from '../../../support/plugin.ts';
import { untilReady } from '../../../support/volumes.ts';
import { killAtEveryRequest, requestsToEcs } from '../../crash/crash-points.ts';
import type { GuardFlow } from './flows.ts';
import { killKeeperAtEveryRequest, type KeeperWork } from './keeper-points.ts';
import { requestsToKube, startSite, type CrashSite, type SiteOptions } from './site.ts';

/** How many points were tried, by whose requests they are. */
interface Points {
  readonly ecs: number;
  readonly kubernetes: number;
}

/** Kills the plugin before and after each of its requests while one call of a flow runs. */
export async function killIn(
  flowOf: (site: CrashSite) => GuardFlow,
  options: SiteOptions = {},
): Promise<Points> {
  await using site = await startSite(options);
  const flow = flowOf(site);
  const { emulator, directory, args } = site;
  const ecs = await killAtEveryRequest(flow, emulator, directory, { args, server: requestsToEcs(emulator) });
  const server = requestsToKube(site.kube);
  return { ecs, kubernetes: await killAtEveryRequest(flow, emulator, directory, { args, server }) };
}

/** The same for a round of the keeper. */
export async function killKeeperIn<State>(
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

/** Declares one test a flow; one in which hardly anything was killed fails. */
export function itSurvives(flow: string, kill: () => Promise<Points>): void {
  it(`${flow}: nothing is lost, leaked or done twice`, async () => {
    const { ecs, kubernetes } = await kill();
    console.log(`        killed at ${ecs} points of ECS and ${kubernetes} of Kubernetes`);
    expect(ecs).to.be.at.least(4);
    expect(kubernetes).to.be.at.least(2);
  }).timeout(600_000);
}
