import { expect } from 'chai';
import { eventually } from '../system/wait.ts';
import type { Check, ProductContext } from './index.ts';

export const probesAnswer: Check<ProductContext> = {
  title:
    'chart: every probe of every container is answered with 200, at the path and port that the chart names',
  async run({ product }) {
    for (const pod of product.pods) {
      for (const { name, livenessProbe, readinessProbe } of pod.containers) {
        expect(livenessProbe, `${pod.name} ${name} has a liveness probe`).not.to.equal(undefined);
        for (const kind of ['livenessProbe', 'readinessProbe'] as const) {
          if (kind === 'livenessProbe' || readinessProbe !== undefined) {
            await eventually(`${kind} of ${pod.name} ${name} is answered with 200`, async () => {
              return (await pod.probe(name, kind)).status === 200;
            });
          }
        }
      }
    }
  },
};
