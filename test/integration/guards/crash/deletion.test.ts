import { guardedDeletion } from './flows.ts';
import { removal } from './keeper-work.ts';
import { itSurvives, killIn, killKeeperIn } from './kill-points.ts';

describe('The guard before a deletion, killed before and after each request to ECS and to Kubernetes', () => {
  itSurvives('a deletion under protection', () => killIn(guardedDeletion));
  itSurvives('the removal of an expired protection by the keeper', () => killKeeperIn(removal));
});
