import type { Check } from '../check.ts';
import { attachedInNameOnly } from './attached-in-name-only.ts';
import { attachedUnasked } from './attached-unasked.ts';
import { cloneSnapshots } from './clone-snapshots.ts';
import { csiDriver } from './csi-driver.ts';
import { diskWithoutVolume } from './disk-without-volume.ts';
import { expansionSnapshots } from './expansion-snapshots.ts';
import { groupGate } from './group-gate.ts';
import { leaseHolders } from './lease-holders.ts';
import { oneController } from './one-controller.ts';
import { protectionLost } from './protection-lost.ts';
import { protectionMissing } from './protection-missing.ts';
import { protectionSwitchedOff } from './protection-switched-off.ts';
import { protectionUnrecorded } from './protection-unrecorded.ts';
import { regions } from './regions.ts';
import { rights } from './rights.ts';
import { sidecars } from './sidecars.ts';
import { snapshotController } from './snapshot-controller.ts';
import { snapshotCrds } from './snapshot-crds.ts';
import { snapshotGroups } from './snapshot-groups.ts';
import { volumeWithoutDisk } from './volume-without-disk.ts';

/** Every question of the doctor, in the order in which it asks them. */
export const checks: readonly Check[] = [
  attachedUnasked,
  attachedInNameOnly,
  volumeWithoutDisk,
  diskWithoutVolume,
  protectionSwitchedOff,
  protectionMissing,
  protectionLost,
  protectionUnrecorded,
  expansionSnapshots,
  cloneSnapshots,
  snapshotGroups,
  rights,
  regions,
  csiDriver,
  oneController,
  leaseHolders,
  sidecars,
  snapshotCrds,
  snapshotController,
  groupGate,
];
