import type { Emulator } from '../emulator.ts';
import { diskStatus } from '../lifecycle/disk-status.ts';
import { groupStatus, membersOf } from '../lifecycle/snapshot-progress.ts';
import type { Route } from './route.ts';

/** What is there, in numbers and ids: made for proving that nothing was left behind. */
function stateView({ state }: Emulator): object {
  const disks = state.disks.all();
  const snapshots = state.snapshots.all();
  const groups = state.groups.all();
  return {
    counts: {
      disks: disks.length,
      snapshots: snapshots.length,
      groups: groups.length,
      instances: state.instances.size,
      tasks: state.tasks.size,
    },
    disks: disks.map((disk) => ({
      id: disk.id,
      name: disk.name,
      status: diskStatus(disk),
      sizeGiB: disk.sizeGiB,
      category: disk.category,
      performanceLevel: disk.performanceLevel,
      provisionedIops: disk.provisionedIops,
      burstingEnabled: disk.burstingEnabled,
      zoneId: disk.zoneId,
      tags: disk.tags,
      instanceIds: disk.attachments.map(({ instanceId }) => instanceId),
    })),
    snapshots: snapshots.map(({ id, name, status, isAvailable, sourceDiskId, groupId, retentionDays }) => ({
      id,
      name,
      status,
      isAvailable,
      sourceDiskId,
      groupId,
      retentionDays,
    })),
    groups: groups.map((group) => ({
      id: group.id,
      name: group.name,
      status: groupStatus(membersOf(state, group)),
      snapshotIds: group.snapshotIds,
    })),
    tasks: state.tasks.all().map(({ id, diskId, status, target }) => ({ id, diskId, status, target })),
    instances: state.instances
      .all()
      .map(({ id, zoneId, instanceType, status }) => ({ id, zoneId, instanceType, status })),
  };
}

export const stateRoutes: readonly Route[] = [
  { method: 'GET', path: 'health', handle: () => ({ status: 'ok' }) },
  { method: 'GET', path: 'state', handle: ({ emulator }) => stateView(emulator) },
  {
    method: 'POST',
    path: 'reset',
    handle: ({ emulator }) => {
      emulator.reset();
      return stateView(emulator);
    },
  },
];
