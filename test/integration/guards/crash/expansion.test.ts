import { guardedExpansion } from './flows.ts';
import { itSurvives, killIn } from './kill-points.ts';

describe('The guard before an expansion, killed before and after each request to ECS and to Kubernetes', () => {
  itSurvives('an expansion with forced', () => killIn((site) => guardedExpansion(site, 'forced')));
  itSurvives('an expansion with besteffort', () =>
    killIn((site) => guardedExpansion(site, 'besteffort'), { uploadMs: 0 }),
  );
});
