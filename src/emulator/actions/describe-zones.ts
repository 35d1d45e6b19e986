import { defineAction } from '../action.ts';
import { instanceTypes, zones } from '../catalog.ts';
import { required, text } from '../parameters/scalars.ts';

export const describeZones = defineAction({
  name: 'DescribeZones',
  parameters: { RegionId: required(text(), 'MissingParamter.RegionId') },
  accepts: ['AcceptLanguage', 'InstanceChargeType', 'SpotStrategy', 'Verbose'],
  run: (_values, { regionId, isInvisible }) => {
    const shown = isInvisible ? [] : zones.filter((zone) => zone.regionId === regionId);
    const Zone = shown.map((zone) => ({
      ZoneId: zone.id,
      LocalName: zone.localName,
      ZoneType: 'AvailabilityZone',
      AvailableDiskCategories: { DiskCategories: zone.categories },
      AvailableInstanceTypes: { InstanceTypes: instanceTypes.map(({ name }) => name) },
      AvailableResourceCreation: { ResourceTypes: ['Disk', 'Instance'] },
    }));
    return { Zones: { Zone } };
  },
});
