import { DiskError, isFinal } from '../disk/disk-error.ts';
import type { GroupCloud } from '../disk/groups/group-calls.ts';
import type { SpecCalls } from '../disk/modify/spec-calls.ts';

/**
 * A look that ECS refuses, for whatever reason, tells nothing about what an earlier attempt has made. Were its error
 * final, a sidecar would forget the disk of that attempt. So it becomes `unreadable`, with the same text.
 */
function look<Arguments extends unknown[], Result>(
  method: (...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  return async (...args) => {
    try {
      return await method(...args);
    } catch (error) {
      if (isFinal(error)) {
        const { code, action, requestId } = error;
        throw new DiskError('unreadable', error.message, { code, action, requestId, cause: error });
      }
      throw error;
    }
  };
}

/** The same cloud, whose reads never end in a final error. */
export function withUndecidedLooks<Cloud extends GroupCloud & SpecCalls>(cloud: Cloud): Cloud {
  return {
    ...cloud,
    findDisk: look(cloud.findDisk),
    findDisks: look(cloud.findDisks),
    findDisksByTag: look(cloud.findDisksByTag),
    findDisksMadeFrom: look(cloud.findDisksMadeFrom),
    waitForDisk: look(cloud.waitForDisk),
    isDiskProvenAbsent: look(cloud.isDiskProvenAbsent),
    listDiskIds: look(cloud.listDiskIds),
    findInstance: look(cloud.findInstance),
    countDataDisksOn: look(cloud.countDataDisksOn),
    findDiskLimit: look(cloud.findDiskLimit),
    waitUntilUnmodified: look(cloud.waitUntilUnmodified),
    waitForSpecTask: look(cloud.waitForSpecTask),
    findFailedSpecTasks: look(cloud.findFailedSpecTasks),
    findSnapshot: look(cloud.findSnapshot),
    findSnapshots: look(cloud.findSnapshots),
    findSnapshotsByName: look(cloud.findSnapshotsByName),
    findSnapshotsOfDisk: look(cloud.findSnapshotsOfDisk),
    waitForSnapshot: look(cloud.waitForSnapshot),
    isSnapshotProvenAbsent: look(cloud.isSnapshotProvenAbsent),
    listSnapshotIds: look(cloud.listSnapshotIds),
    findSnapshotGroup: look(cloud.findSnapshotGroup),
    findSnapshotGroups: look(cloud.findSnapshotGroups),
    findSnapshotGroupsByName: look(cloud.findSnapshotGroupsByName),
    findSnapshotGroupsByTag: look(cloud.findSnapshotGroupsByTag),
    waitForSnapshotGroup: look(cloud.waitForSnapshotGroup),
    isSnapshotGroupProvenAbsent: look(cloud.isSnapshotGroupProvenAbsent),
    checkAccess: look(cloud.checkAccess),
  };
}
