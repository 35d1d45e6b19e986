import { defineAction } from '../action.ts';
import { EcsError } from '../errors.ts';
import { list, tags } from '../parameters/repeated.ts';
import { required, text } from '../parameters/scalars.ts';
import { taggableByIds, taggableTable } from '../rules/taggable.ts';
import type { Tag } from '../state/entities.ts';

export const tagResources = defineAction({
  name: 'TagResources',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    ResourceType: required(text()),
    ResourceId: required(list({ max: 50, tooMany: 'NumberExceed.ResourceIds' })),
    Tag: required(tags('NumberExceed.Tags')),
  },
  run: ({ ResourceType, ResourceId, Tag: added }, { state, regionId, settings }) => {
    const table = taggableTable(state, ResourceType);
    const changes = taggableByIds(table, ResourceId, regionId).map((resource) => {
      const merged = mergeTags(resource.tags, added);
      checkCapitals(merged);
      if (merged.filter(({ key }) => !key.startsWith('acs:')).length > settings.tagsPerResource) {
        throw new EcsError('QuotaExceed.Tags', `The resource is ${resource.id}.`);
      }
      return [resource.id, merged] as const;
    });
    for (const [id, merged] of changes) {
      table.update(id, { tags: merged });
    }
    return {};
  },
});

/** Keys of one resource differ in more than their capitals. */
function checkCapitals(merged: readonly Tag[]): void {
  const byLowerCase = Map.groupBy(merged, ({ key }) => key.toLowerCase());
  const clash = [...byLowerCase.values()].find(({ length }) => length > 1);
  if (clash !== undefined) {
    throw new EcsError('TagKey.Duplication', `They are ${clash.map(({ key }) => key).join(' and ')}.`);
  }
}

/** Equal keys are overwritten in place, new ones come last. */
function mergeTags(present: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map(present.map((tag) => [tag.key, tag]));
  added.forEach((tag) => merged.set(tag.key, tag));
  return [...merged.values()];
}
