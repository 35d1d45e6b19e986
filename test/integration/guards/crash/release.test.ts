import { release } from './keeper-work.ts';
import { itSurvives, killKeeperIn } from './kill-points.ts';

describe('The keeper behind an expansion, killed before and after each request to ECS and to Kubernetes', () => {
  itSurvives('the release of a snapshot by the keeper', () => killKeeperIn(release));
});
