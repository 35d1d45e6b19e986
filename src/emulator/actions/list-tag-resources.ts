import { defineAction } from '../action.ts';
import { EcsError } from '../errors.ts';
import { pageOf, queryOf } from '../paging.ts';
import { list, tagFilters } from '../parameters/repeated.ts';
import { required, text } from '../parameters/scalars.ts';
import { hasTags } from '../rules/find.ts';
import { taggableTable } from '../rules/taggable.ts';

const pageSize = 50;
/** More than a resource has tags, so that each tag of each resource has a place of its own in the list. */
const placesPerResource = 1000;

export const listTagResources = defineAction({
  name: 'ListTagResources',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    ResourceType: required(text()),
    ResourceId: list({ max: 50, tooMany: 'NumberExceed.ResourceIds' }),
    Tag: tagFilters(),
    NextToken: text(),
  },
  refuses: ['TagFilter'],
  run: (values, context) => {
    const { ResourceType, ResourceId, Tag, NextToken } = values;
    if (ResourceId.length === 0 && Tag.length === 0) {
      throw new EcsError('MissingParameter.ResourceId', 'Give ResourceId.N or Tag.N.');
    }
    const resources = taggableTable(context.state, ResourceType)
      .all()
      .filter(
        ({ id, regionId, tags }) =>
          regionId === context.regionId &&
          (ResourceId.length === 0 || ResourceId.includes(id)) &&
          hasTags(tags, Tag) &&
          !context.isInvisible,
      );
    const rows = resources.flatMap(({ id, sequence, tags }) =>
      tags.map(({ key, value }, index) => ({
        sequence: sequence * placesPerResource - index,
        id,
        key,
        value,
      })),
    );
    const request = { MaxResults: pageSize, NextToken };
    const page = pageOf(rows, request, {
      query: queryOf('ListTagResources', context.regionId, { ...values, MaxResults: undefined }),
      minResults: pageSize,
      maxResults: pageSize,
      tokens: context.pageTokens,
    });
    const TagResource = page.rows.map(({ id, key, value }) => ({
      ResourceId: id,
      ResourceType,
      TagKey: key,
      TagValue: value,
    }));
    return { NextToken: page.fields['NextToken'], TagResources: { TagResource } };
  },
});
