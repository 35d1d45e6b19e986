import type { Step } from './steps.ts';
import { createVolume } from './steps/create-volume.ts';
import { deleteAll } from './steps/delete-all.ts';
import { expandVolume } from './steps/expand-volume.ts';
import { proveDeletionRefused } from './steps/refuse-deletion.ts';
import { proveNothingLeft } from './steps/nothing-left.ts';
import { restoreSnapshot } from './steps/restore-snapshot.ts';
import { startServices } from './steps/start-services.ts';
import { stopServices } from './steps/stop-services.ts';
import { takeSnapshot } from './steps/take-snapshot.ts';
import { writeFirstData } from './steps/write-data.ts';
import { writeMore } from './steps/write-more.ts';

/** The life of a volume. */
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
  { title: 'Look for leftovers', run: proveNothingLeft },
  { title: 'Stop both', run: stopServices },
];
