import type { Story } from '../system/story.ts';
import { deleteByMistake, deleteRefused } from './delete.ts';
import { expandFails, expandForced, expandWithoutSnapshot } from './expand.ts';
import { groupOfStatefulSet, groupPolicies } from './group-snapshots.ts';
import { interrupted } from './interrupted.ts';
import { provisionAtOnce, provisionForFirstConsumer } from './provision.ts';
import { snapshotAndRestore } from './snapshots.ts';

/** In the order in which they are told. */
export const stories: readonly Story[] = [
  provisionAtOnce,
  provisionForFirstConsumer,
  expandForced,
  expandWithoutSnapshot,
  expandFails,
  deleteByMistake,
  deleteRefused,
  snapshotAndRestore,
  groupOfStatefulSet,
  groupPolicies,
  ...interrupted,
];
