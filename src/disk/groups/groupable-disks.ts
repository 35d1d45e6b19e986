import type { Call } from '../call.ts';
import { diskCategories, isRegional } from '../categories.ts';
import type { Disk } from '../disk.ts';
import { DiskError, type DiskErrorKind } from '../disk-error.ts';
import { hidden, untilTimeIsUp } from '../waiting.ts';
import type { GroupParts } from './group-parts.ts';
import { diskWithClaim, GroupRefusal, told, volumeIfKnown } from './group-refusal.ts';

/** Why a disk cannot be in the group. */
interface Obstacle {
  readonly diskId: string;
  readonly kind: DiskErrorKind;
  /** What is said of the disk, which stands before it. */
  readonly says: string;
}

/**
 * Makes sure, before ECS is asked for anything, that it can make one group of these disks. How many disks and how much
 * capacity a group may have differs from region to region, so that is left to ECS.
 * @throws GroupRefusal that names the disks in the way with their claims; DiskError `unreadable` for a disk that ECS
 *   hides, `busy` for one that is being attached or detached.
 */
export async function assertGroupable(
  parts: GroupParts,
  diskIds: readonly string[],
  call: Call,
): Promise<void> {
  const found = new Map((await parts.cloud.findDisks(diskIds, call)).map((disk) => [disk.id, disk]));
  const missing = diskIds.filter((diskId) => !found.has(diskId));
  await refuseIfAny(parts, await Promise.all(missing.map((diskId) => absence(parts, diskId, call))), call);
  const disks = await Promise.all([...found.values()].map((disk) => untilSettled(parts, disk, call)));
  await refuseIfAny(parts, disks.flatMap(ownObstacle), call);
  await refuseIfAny(parts, [...mixedKinds(disks), ...severalZones(disks)], call);
}

/** @throws DiskError `unreadable` when the disk exists all the same. */
async function absence({ cloud }: GroupParts, diskId: string, call: Call): Promise<Obstacle> {
  if (await cloud.isDiskProvenAbsent(diskId, call)) {
    return { diskId, kind: 'not-found', says: 'does not exist' };
  }
  throw hidden('disk', diskId);
}

/** ECS makes snapshots of disks that are free or in use, and of none in between; that passes soon. */
async function untilSettled({ cloud }: GroupParts, disk: Disk, call: Call): Promise<Disk> {
  const isOnItsWay = (now: Disk) => !['Available', 'In_use', 'Unknown'].includes(now.status);
  if (!isOnItsWay(disk)) {
    return disk;
  }
  const text = `disk ${disk.id} is ${disk.status}; the group snapshot waits until it is not`;
  const settled = await untilTimeIsUp(
    cloud.waitForDisk(disk.id, (now) => now === undefined || !isOnItsWay(now), call),
    text,
  );
  if (settled === undefined) {
    throw new DiskError('busy', `disk ${disk.id} has just disappeared; call again`);
  }
  return settled;
}

/** What is in the way of a disk whatever the others are. A category that we do not know is left to ECS. */
function ownObstacle({ id, category, multiAttach, wasEverAttached }: Disk): Obstacle[] {
  const obstacle = (kind: DiskErrorKind, says: string) => [{ diskId: id, kind, says }];
  if (multiAttach) {
    return obstacle('unsupported', 'is a multi-attach disk, and ECS makes no group snapshots of those');
  }
  if (diskCategories.get(category)?.snapshotGroups === false) {
    return obstacle(
      'unsupported',
      `is of category ${category}, and groups hold disks of the ESSD family only`,
    );
  }
  return wasEverAttached
    ? []
    : obstacle('never-used', 'was never attached, and ECS makes no snapshot of such a disk');
}

function mixedKinds(disks: readonly Disk[]): Obstacle[] {
  const regional = disks.filter(({ category }) => isRegional(category));
  return regional.length === disks.length
    ? []
    : regional.map(({ id }) => ({
        diskId: id,
        kind: 'unsupported',
        says: 'is a regional disk, and ECS groups those with each other only',
      }));
}

/** Disks outside the zone that most are in; of equal numbers, the zone of the first disk counts. */
function severalZones(disks: readonly Disk[]): Obstacle[] {
  const zonal = disks.filter(({ zoneId }) => zoneId !== undefined);
  const counts = Map.groupBy(zonal, ({ zoneId }) => zoneId);
  const [usual] = [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  return zonal
    .filter(({ zoneId }) => zoneId !== usual)
    .map(({ id, zoneId }) => ({
      diskId: id,
      kind: 'unsupported',
      says: `is in zone ${zoneId ?? ''} and the others are in ${usual ?? ''}; the disks of a group must be in one zone`,
    }));
}

async function refuseIfAny(parts: GroupParts, obstacles: readonly Obstacle[], call: Call): Promise<void> {
  const [first] = obstacles;
  if (first === undefined) {
    return;
  }
  const texts = await Promise.all(
    obstacles.map(
      async ({ diskId, says }) =>
        `${diskWithClaim(diskId, await volumeIfKnown(parts.cluster, diskId, call))} ${says}`,
    ),
  );
  throw new GroupRefusal(
    first.kind,
    told(texts),
    obstacles.map(({ diskId }) => diskId),
  );
}
