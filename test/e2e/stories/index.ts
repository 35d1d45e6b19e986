import type { Story } from '../system/story.ts';
import { attachToPodsNode } from './attach.ts';
import { cloneClaim } from './clone.ts';
import { deleteByMistake, deleteRefused, deleteStoppedByStranger, protectionExpires } from './delete.ts';
import { expandFails, expandForced, expandWithoutSnapshot } from './expand.ts';
import { groupAcrossZones, groupOfStatefulSet, groupPolicies } from './group-snapshots.ts';
import { changeAttributes, weakenProtection } from './modify.ts';
import { provisionAtOnce, provisionForFirstConsumer } from './provision.ts';
import { rightsTakenAway } from './rights.ts';
import { snapshotAndRestore, snapshotOfNothing } from './snapshots.ts';
import { staticVolume } from './static.ts';
import { groupTakenOver, snapshotTakenOver } from './taken-over.ts';
import { tryPreset } from './try-preset.ts';

/** In the order in which they are told. */
export const stories: readonly Story[] = [
  provisionAtOnce,
  provisionForFirstConsumer,
  staticVolume,
  attachToPodsNode,
  changeAttributes,
  weakenProtection,
  cloneClaim,
  expandForced,
  expandWithoutSnapshot,
  expandFails,
  deleteByMistake,
  deleteRefused,
  deleteStoppedByStranger,
  protectionExpires,
  snapshotAndRestore,
  snapshotOfNothing,
  snapshotTakenOver,
  groupOfStatefulSet,
  groupPolicies,
  groupAcrossZones,
  groupTakenOver,
  rightsTakenAway,
  tryPreset,
];
