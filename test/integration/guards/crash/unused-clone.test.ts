import { itSurvives, killIn } from './kill-points.ts';
import { deletionOfUnusedClone } from './unused-clone.ts';

describe('The guard before the deletion of a clone that was never used, killed before and after each request', () => {
  itSurvives('a deletion behind the snapshot that the clone was made from', () =>
    killIn(deletionOfUnusedClone, { uploadMs: 100 }),
  );
});
