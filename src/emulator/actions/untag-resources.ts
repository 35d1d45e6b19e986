import { defineAction } from '../action.ts';
import { EcsError } from '../errors.ts';
import { list } from '../parameters/repeated.ts';
import { flag, required, text } from '../parameters/scalars.ts';
import { taggableByIds, taggableTable } from '../rules/taggable.ts';

export const untagResources = defineAction({
  name: 'UntagResources',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    ResourceType: required(text()),
    ResourceId: required(list({ max: 50, tooMany: 'NumberExceed.ResourceIds' })),
    TagKey: list({ max: 20, tooMany: 'NumberExceed.Tags' }),
    All: flag(),
  },
  run: ({ ResourceType, ResourceId, TagKey, All }, { state, regionId }) => {
    if (TagKey.length === 0 && All !== true) {
      throw new EcsError('MissingParameter.TagKey', 'Give TagKey.N, or All=true to remove every tag.');
    }
    const table = taggableTable(state, ResourceType);
    for (const { id, tags } of taggableByIds(table, ResourceId, regionId)) {
      const isKept = (key: string): boolean =>
        TagKey.length === 0 ? key.startsWith('acs:') : !TagKey.includes(key);
      table.update(id, { tags: tags.filter(({ key }) => isKept(key)) });
    }
    return {};
  },
});
