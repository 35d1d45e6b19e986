import { expect } from 'chai';
import { killAtEveryRequest, requestsToEcs } from '../../crash/crash-points.ts';
import { guardedDeletion, guardedExpansion, hurriedExpansion, type GuardFlow } from './flows.ts';
import { requestsToKube, startSite, type CrashSite } from './site.ts';

async function kill(flow: (site: CrashSite) => GuardFlow, whom: 'ECS' | 'Kubernetes'): Promise<number> {
  await using site = await startSite();
  return await killAtEveryRequest(flow(site), site.emulator, site.directory, {
    args: site.args,
    server: whom === 'ECS' ? requestsToEcs(site.emulator) : requestsToKube(site.kube),
  });
}

const flows: Record<string, (site: CrashSite) => GuardFlow> = {
  'forced expansion': (site) => guardedExpansion(site, 'forced'),
  'besteffort expansion': (site) => guardedExpansion(site, 'besteffort'),
  'protected deletion': guardedDeletion,
};

describe('tmp', () => {
  for (const [name, flow] of Object.entries(flows)) {
    for (const whom of ['ECS', 'Kubernetes'] as const) {
      it(`${name} ${whom}`, async () => {
        const points = await kill(flow, whom);
        console.log(`        ${name}: killed at ${points} requests to ${whom}`);
        expect(points).to.be.at.least(1);
      }).timeout(180_000);
    }
  }
});
void hurriedExpansion;
