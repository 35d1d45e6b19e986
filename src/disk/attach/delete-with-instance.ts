import { diskCategories } from '../categories.ts';
import type { Disk } from '../disk.ts';

/**
 * Whether the disk is to go with its instance: never, except where ECS allows nothing else (elastic ephemeral disks),
 * and unsaid where ECS allows no word about it (multi-attach disks).
 */
export function deleteWithInstance(disk: Disk): boolean | undefined {
  if (disk.multiAttach) {
    return undefined;
  }
  return diskCategories.get(disk.category)?.ephemeral === true;
}
