import { hurriedExpansion } from './flows.ts';
import { itSurvives, killIn } from './kill-points.ts';

// A file of its own: it takes as long as the other expansions together, and files are what runs side by side.
describe('The guard before an expansion that will not wait, killed before and after each request to ECS and to Kubernetes', () => {
  itSurvives('an expansion with besteffort that gives its snapshot up', () =>
    killIn(hurriedExpansion, { uploadMs: 60_000, args: ['--expand-besteffort-wait', '100ms'] }),
  );
});
