import { defineAction } from '../action.ts';
import { regions } from '../catalog.ts';

export const describeRegions = defineAction({
  name: 'DescribeRegions',
  parameters: {},
  accepts: ['AcceptLanguage', 'InstanceChargeType', 'ResourceType'],
  run: () => ({
    Regions: {
      Region: regions.map(({ id, localName }) => ({
        RegionId: id,
        LocalName: localName,
        RegionEndpoint: `ecs.${id}.aliyuncs.com`,
        Status: 'available',
      })),
    },
  }),
});
