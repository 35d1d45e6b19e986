import type { Story } from '../system/story.ts';
import { attachToPodsNode } from './attach.ts';
import { cloneClaim, deleteUnusedClone } from './clone.ts';
import { deleteByMistake, deleteRefused, deleteStoppedByStranger, protectionExpires } from './delete.ts';
import { askTheDoctor } from './doctor.ts';
import { expandFails, expandForced, expandWithoutSnapshot } from './expand.ts';
import { groupGuide } from './group-guide.ts';
import { groupAcrossZones, groupOfStatefulSet, groupPolicies } from './group-snapshots.ts';
import { instantAccessDocument } from './instant-access-document.ts';
import { interrupted } from './interrupted.ts';
import { changeAttributes, weakenProtection } from './modify.ts';
import { provisionAtOnce, provisionForFirstConsumer } from './provision.ts';
import { rightsTakenAway } from './rights.ts';
import { snapshotAndRestore, snapshotOfNothing } from './snapshots.ts';
import { staticVolume } from './static.ts';
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
  snapshotAndRestore,
  snapshotOfNothing,
  groupOfStatefulSet,
  groupPolicies,
  groupGuide,
  groupAcrossZones,
  rightsTakenAway,
  tryPreset,
  ...interrupted,
  // It sets the clock of ECS forward: whatever comes after it would live in another time.
  protectionExpires,
];
