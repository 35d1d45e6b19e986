import type { ClusterEvent } from '../../../../src/disk/cluster.ts';
import { isGuardSnapshot, wantedSizeOf } from '../../../../src/disk/guards/guard-snapshot.ts';
import { isReady, type Snapshot } from '../../../../src/disk/snapshot.ts';
import type { World } from './interleavings-world.ts';

/** How often an event said until when a snapshot is kept. */
export interface Promises {
  count: number;
}

/**
 * Holds the events of failed expansions to what they say: a snapshot that is kept until a time is there until then, or
 * until the disk has the size for which the snapshot was made.
 */
export function watchPromises(world: World): Promises {
  const made = new Map<string, Snapshot>();
  const keptUntil = new Map<string, number>();
  const promises = { count: 0 };
  const isOver = (id: string) => {
    const snapshot = made.get(id);
    const wantedGiB = (snapshot && wantedSizeOf(snapshot)) ?? Infinity;
    return (world.cloud.disks.get('d-1')?.sizeGiB ?? 0) >= wantedGiB;
  };
  world.onMade = (snapshot) => made.set(snapshot.id, snapshot);
  world.onGone = (id) => {
    if ((keptUntil.get(id) ?? 0) > world.parts.now() && !isOver(id)) {
      world.violations.push(`snapshot ${id} is deleted, though an event said that it is kept`);
    }
  };
  world.onReport = (event) => {
    for (const { id, until } of promisesIn(event)) {
      promises.count += 1;
      keptUntil.set(id, until);
      const snapshot = world.cloud.snapshots.get(id);
      if (!isOver(id) && (snapshot === undefined || !isReady(snapshot))) {
        world.violations.push(`an event says that ${id} is kept, and it is gone or cannot be restored`);
      }
      if (snapshot !== undefined && !isGuardSnapshot(snapshot, 'expand')) {
        world.violations.push(`an event says that ${id} is kept, which somebody else may delete`);
      }
    }
  };
  return promises;
}

const promise = /snapshotId\[([^\]]+)\] is kept until (\d{4}-\S+?Z)/g;

function promisesIn({ reason, message }: ClusterEvent): { readonly id: string; readonly until: number }[] {
  if (reason !== 'ExpansionFailedSnapshotKept') {
    return [];
  }
  return [...message.matchAll(promise)].map(([, id = '', until = '']) => ({ id, until: Date.parse(until) }));
}
