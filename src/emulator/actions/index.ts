import type { Action } from '../action.ts';
import { attachDisk } from './attach-disk.ts';
import { createDisk } from './create-disk.ts';
import { createSnapshot } from './create-snapshot.ts';
import { createSnapshotGroup } from './create-snapshot-group.ts';
import { deleteDisk } from './delete-disk.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { deleteSnapshotGroup } from './delete-snapshot-group.ts';
import { describeAvailableResource } from './describe-available-resource.ts';
import { describeDisks } from './describe-disks.ts';
import { describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstances } from './describe-instances.ts';
import { describeRegions } from './describe-regions.ts';
import { describeSnapshotGroups } from './describe-snapshot-groups.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { describeTasks } from './describe-tasks.ts';
import { describeZones } from './describe-zones.ts';
import { detachDisk } from './detach-disk.ts';
import { listTagResources } from './list-tag-resources.ts';
import { modifyDiskAttribute } from './modify-disk-attribute.ts';
import { modifyDiskSpec } from './modify-disk-spec.ts';
import { modifySnapshotAttribute } from './modify-snapshot-attribute.ts';
import { resizeDisk } from './resize-disk.ts';
import { tagResources } from './tag-resources.ts';
import { untagResources } from './untag-resources.ts';

/** Every action that the emulator knows. */
export const actions: readonly Action[] = [
  attachDisk,
  createDisk,
  createSnapshot,
  createSnapshotGroup,
  deleteDisk,
  deleteSnapshot,
  deleteSnapshotGroup,
  describeAvailableResource,
  describeDisks,
  describeInstanceTypes,
  describeInstances,
  describeRegions,
  describeSnapshotGroups,
  describeSnapshots,
  describeTasks,
  describeZones,
  detachDisk,
  listTagResources,
  modifyDiskAttribute,
  modifyDiskSpec,
  modifySnapshotAttribute,
  resizeDisk,
  tagResources,
  untagResources,
];

const byName: ReadonlyMap<string, Action> = new Map(actions.map((action) => [action.name, action]));

export function actionNamed(name: string): Action | undefined {
  return byName.get(name);
}
