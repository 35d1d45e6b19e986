import type { Story } from '../system/story.ts';
import { attachToPodsNode } from './attach.ts';
import { cloneClaim, deleteUnusedClone } from './clone.ts';
import { deleteByMistake, deleteRefused, deleteStoppedByStranger, protectionExpires } from './delete.ts';
import { askTheDoctor } from './doctor.ts';
import { expandFails, expandForced, expandWithoutSnapshot } from './expand.ts';
import { groupGuide } from './group-guide.ts';
import { groupAcrossZones, groupOfStatefulSet, groupPolicies } from './group-snapshots.ts';
import { instantAccessDocument } from './instant-access-document.ts';
import { changeAttributes, weakenProtection } from './modify.ts';
import { provisionAtOnce, provisionForFirstConsumer } from './provision.ts';
import { rightsTakenAway } from './rights.ts';
import { snapshotAndRestore, snapshotOfNothing } from './snapshots.ts';
import { staticVolume } from './static.ts';
import { groupTakenOver, snapshotTakenOver } from './taken-over.ts';
import { tryPreset } from './try-preset.ts';

/** In the order in which they are told. */
export const stories: readonly Story[] = [
  // First: the others leave things behind on purpose.
  askTheDoctor,
  provisionAtOnce,
  provisionForFirstConsumer,
  staticVolume,
  attachToPodsNode,
  changeAttributes,
  weakenProtection,
  cloneClaim,
  deleteUnusedClone,
  expandForced,
  expandWithoutSnapshot,
  expandFails,
  instantAccessDocument,
  deleteByMistake,
  deleteRefused,
  deleteStoppedByStranger,
  protectionExpires,
  snapshotAndRestore,
  snapshotOfNothing,
  snapshotTakenOver,
  groupOfStatefulSet,
  groupPolicies,
  groupGuide,
  groupAcrossZones,
  groupTakenOver,
  rightsTakenAway,
  tryPreset,
];
