import type { ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import type { TagFilter } from '../parameters/repeated.ts';
import type { Disk, Instance, Snapshot, Tag } from '../state/entities.ts';

type Place = Pick<ActionContext, 'state' | 'regionId'>;

/** The disk in the region of the request; throws InvalidDiskId.NotFound. */
export function findDisk({ state, regionId }: Place, id: string): Disk {
  const disk = state.disks.get(id);
  if (disk?.regionId !== regionId) {
    throw new EcsError('InvalidDiskId.NotFound', `The disk is ${id}.`);
  }
  return disk;
}

/** The snapshot in the region of the request; throws InvalidSnapshotId.NotFound. */
export function findSnapshot({ state, regionId }: Place, id: string): Snapshot {
  const snapshot = state.snapshots.get(id);
  if (snapshot?.regionId !== regionId) {
    throw new EcsError('InvalidSnapshotId.NotFound', `The snapshot is ${id}.`);
  }
  return snapshot;
}

/** The instance in the region of the request; throws InvalidInstanceId.NotFound. */
export function findInstance({ state, regionId }: Place, id: string): Instance {
  const instance = state.instances.get(id);
  if (instance?.regionId !== regionId) {
    throw new EcsError('InvalidInstanceId.NotFound', `The instance is ${id}.`);
  }
  return instance;
}

export function hasTags(tags: readonly Tag[], filters: readonly TagFilter[]): boolean {
  return filters.every((filter) =>
    tags.some(
      ({ key, value }) => key === filter.key && (filter.value === undefined || filter.value === value),
    ),
  );
}

interface Listed {
  readonly sequence: number;
  readonly regionId: string;
  readonly tags: readonly Tag[];
}

/** The rows of the region that carry the tags. A query by tags sees only the newest rows up to a limit. */
export function listed<T extends Listed>(
  rows: readonly T[],
  filters: readonly TagFilter[],
  context: ActionContext,
): T[] {
  if (context.isInvisible) {
    return [];
  }
  const inRegion = rows.filter((row) => row.regionId === context.regionId);
  if (filters.length === 0) {
    return inRegion;
  }
  return inRegion
    .filter((row) => hasTags(row.tags, filters))
    .sort((a, b) => b.sequence - a.sequence)
    .slice(0, context.settings.tagFilterLimit);
}

/** The rows with these ids, each once; ids of nothing are left out. Without ids all rows. */
export function rowsByIds<T>(
  table: { get(id: string): T | undefined; all(): T[] },
  ids: readonly string[] | undefined,
): T[] {
  if (ids === undefined) {
    return table.all();
  }
  return [...new Set(ids)].map((id) => table.get(id)).filter((row) => row !== undefined);
}

/** True if no wish is given or the value is what is wished for. */
export function fits<T>(wish: T | undefined, value: T): boolean {
  return wish === undefined || wish === value;
}
