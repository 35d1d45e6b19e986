import type { Disk } from '../state/entities.ts';

export type DiskStatus = 'Creating' | 'Available' | 'Attaching' | 'In_use' | 'Detaching';

/** What the disk really does; operations are allowed or refused by it. */
export function diskStatus(disk: Disk): DiskStatus {
  if (disk.isCreating) {
    return 'Creating';
  }
  const phases = new Set(disk.attachments.map(({ phase }) => phase));
  if (phases.has('attached')) {
    return 'In_use';
  }
  if (phases.has('detaching')) {
    return 'Detaching';
  }
  return phases.has('attaching') ? 'Attaching' : 'Available';
}

/** What DescribeDisks tells: a disk that has just begun to be attached still looks Available for a while. */
export function shownDiskStatus(disk: Disk, nowMs: number): DiskStatus {
  const status = diskStatus(disk);
  const isHidden = disk.attachments.every(({ visibleAtMs }) => nowMs < visibleAtMs);
  return status === 'Attaching' && isHidden ? 'Available' : status;
}

/** True if the disk's bytes can be written to: it is attached somewhere, or on its way out. */
export function isWritable(disk: Disk): boolean {
  return disk.attachments.some(({ phase }) => phase !== 'attaching');
}
