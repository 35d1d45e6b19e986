import type { Check } from '../check.ts';
import { attachedInNameOnly } from './attached-in-name-only.ts';
import { attachedUnasked } from './attached-unasked.ts';
import { diskWithoutVolume } from './disk-without-volume.ts';
import { volumeWithoutDisk } from './volume-without-disk.ts';

/** Every question of the doctor, in the order in which it asks them. */
export const checks: readonly Check[] = [
  attachedUnasked,
  attachedInNameOnly,
  volumeWithoutDisk,
  diskWithoutVolume,
];
