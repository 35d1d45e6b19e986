import type { Step } from './steps.ts';
import { createVolume } from './steps/create-volume.ts';
import { deleteAll } from './steps/delete-all.ts';
import { expandVolume } from './steps/expand-volume.ts';
import { proveDeletionRefused } from './steps/refuse-deletion.ts';
import { proveNothingLeft } from './steps/nothing-left.ts';
import { restoreSnapshot } from './steps/restore-snapshot.ts';
import { startServices } from './steps/start-services.ts';
import { createGuardedVolume } from './steps/guards/create-guarded.ts';
import { deleteGuardedVolume } from './steps/guards/delete-guarded.ts';
import { expandGuardedVolume } from './steps/guards/expand-guarded.ts';
import { letProtectionsExpire } from './steps/guards/expire.ts';
import { failExpansion } from './steps/guards/fail-expansion.ts';
import { restoreDeletedVolume } from './steps/guards/restore-deleted.ts';
import { restoreKeptSnapshot } from './steps/guards/restore-kept.ts';
import { createPair } from './steps/groups/create-pair.ts';
import { deletePair } from './steps/groups/delete-pair.ts';
import { ruinPair } from './steps/groups/ruin-pair.ts';
import { restorePair } from './steps/groups/restore-pair.ts';
import { snapshotPair } from './steps/groups/snapshot-pair.ts';
import { stopServices } from './steps/stop-services.ts';
import { takeSnapshot } from './steps/take-snapshot.ts';
import { writeFirstData } from './steps/write-data.ts';
import { writeMore } from './steps/write-more.ts';

/**
 * The life of a volume, then of one that is guarded (both stories of the guards with their data), and then of two that
 * belong together.
 */
export const story: readonly Step[] = [
  { title: 'Start the ECS emulator and the plugin', run: startServices },
  { title: 'Create a volume from a StorageClass', run: createVolume },
  { title: 'Write data and read it back', run: writeFirstData },
  { title: 'Take a snapshot', run: takeSnapshot },
  { title: 'Write more, over the old data and behind it', run: writeMore },
  { title: 'Expand the volume while it is in use', run: expandVolume },
  { title: 'Restore the snapshot to a new volume', run: restoreSnapshot },
  { title: 'Try to delete a volume that is in use', run: proveDeletionRefused },
  { title: 'Detach and delete everything', run: deleteAll },
  { title: 'Create a volume with both guards (forced, 3 days)', run: createGuardedVolume },
  { title: 'Expand it, and ECS refuses: the snapshot is kept', run: failExpansion },
  { title: 'Damage its data, and restore that snapshot', run: restoreKeptSnapshot },
  { title: 'Expand the restored volume: the snapshot is released', run: expandGuardedVolume },
  { title: 'Delete it by mistake: a snapshot stays', run: deleteGuardedVolume },
  { title: 'Restore the deleted volume', run: restoreDeletedVolume },
  { title: 'Let days pass', run: letProtectionsExpire },
  { title: 'Create two volumes of one application that never stops writing', run: createPair },
  { title: 'Snapshot both at one moment', run: snapshotPair },
  { title: 'The application ruins both', run: ruinPair },
  { title: 'Restore both: they are one moment in time', run: restorePair },
  { title: 'Delete the group snapshot, and the volumes', run: deletePair },
  { title: 'Look for leftovers', run: proveNothingLeft },
  { title: 'Stop both', run: stopServices },
];
