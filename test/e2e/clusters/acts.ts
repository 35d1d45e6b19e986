/** What is asked and done again and again in clusters of another kind. */
import { expect } from 'chai';
import { readAuditLog } from '../checks/audit-log.ts';
import { expectNothingDenied } from '../checks/rights.ts';
import type { BareCluster } from '../system/bare-cluster.ts';
import { helm } from '../system/helm.ts';
import { chart, releaseName, releaseNamespace, valuesFor, type Product } from '../system/product.ts';
import type { World } from '../system/story.ts';

/** `helm install` that must fail. @returns what it says. */
export function refusedInstallation({ place, ecs }: BareCluster): string {
  const args = ['install', releaseName, chart, '--namespace', releaseNamespace, ...valuesFor(ecs, [])];
  try {
    helm(place.programs, args, place.controlPlane.adminKubeconfig);
  } catch (error) {
    return String(error);
  }
  throw new Error('helm installed the chart, though the cluster lacks what it needs');
}

/** Waits until every replica says so: in `/readyz`, and in its log; and somebody in an event on the CSIDriver. */
export async function untilSaid(
  { eventually, event, say }: World,
  product: Product,
  text: string,
): Promise<void> {
  for (const replica of product.replicas) {
    await eventually(`${replica.name} is not ready and says ${text}`, async () => {
      const answer = await replica.probe('plugin', 'readinessProbe');
      say(`/readyz of ${replica.name}: ${answer.text}`);
      return answer.status === 503 && answer.text.includes(text);
    });
    expect(replica.log('plugin'), `log of ${replica.name}`).to.include(text);
  }
  await event('CSIDriver/diskplugin.csi.alibabacloud.com', 'ApiNotServed', text);
}

export async function untilReady({ eventually }: World, product: Product): Promise<void> {
  for (const replica of product.replicas) {
    await eventually(
      `${replica.name} is ready`,
      async () => (await replica.probe('plugin', 'readinessProbe')).status === 200,
      120_000,
    );
  }
}

/** Each container has the rights of its own role alone here, too. */
export async function nothingWasDenied({ controlPlane }: BareCluster): Promise<void> {
  const requests = await readAuditLog(controlPlane);
  expect(requests.length).to.be.greaterThan(50);
  expectNothingDenied(requests, controlPlane);
}
