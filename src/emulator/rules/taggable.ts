import { EcsError } from '../errors.ts';
import type { Tag } from '../state/entities.ts';
import type { EmulatorState } from '../state/state.ts';

/** A resource as far as its tags are concerned. */
export interface Taggable {
  readonly id: string;
  readonly sequence: number;
  readonly regionId: string;
  readonly tags: readonly Tag[];
}

/** The resources of one type, of which some are to be tagged. */
export interface TaggableTable {
  get(id: string): Taggable | undefined;
  all(): Taggable[];
  update(id: string, change: { readonly tags: readonly Tag[] }): unknown;
}

/** The resources of a type of TagResources; throws InvalidResourceType.NotFound. */
export function taggableTable(state: EmulatorState, resourceType: string): TaggableTable {
  const tables: Readonly<Record<string, TaggableTable>> = {
    disk: state.disks,
    snapshot: state.snapshots,
    snapshotgroup: state.groups,
    instance: state.instances,
  };
  const table = tables[resourceType];
  if (table === undefined) {
    throw new EcsError('InvalidResourceType.NotFound', `It is ${resourceType}.`);
  }
  return table;
}

/** All the resources with these ids; throws InvalidResourceId.NotFound if one is missing. */
export function taggableByIds(table: TaggableTable, ids: readonly string[], regionId: string): Taggable[] {
  return [...new Set(ids)].map((id) => {
    const resource = table.get(id);
    if (resource?.regionId !== regionId) {
      throw new EcsError('InvalidResourceId.NotFound', `It is ${id}.`);
    }
    return resource;
  });
}
