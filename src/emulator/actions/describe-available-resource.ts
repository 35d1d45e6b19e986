import { defineAction, type ActionContext } from '../action.ts';
import { categoryNamed, instanceTypeNamed, zones, type Zone } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { required, text } from '../parameters/scalars.ts';

export const describeAvailableResource = defineAction({
  name: 'DescribeAvailableResource',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    DestinationResource: required(text({ oneOf: ['DataDisk'] })),
    ResourceType: text({ oneOf: ['disk', 'instance'] }),
    InstanceType: text(),
    ZoneId: text(),
    Scope: text({ oneOf: ['region'] }),
    DataDiskCategory: text(),
  },
  accepts: [
    'InstanceChargeType',
    'IoOptimized',
    'NetworkCategory',
    'SpotDuration',
    'SpotStrategy',
    'SystemDiskCategory',
  ],
  refuses: ['Cores', 'DedicatedHostId', 'Memory'],
  run: ({ InstanceType, ZoneId, Scope, DataDiskCategory }, context) => {
    const type = InstanceType === undefined ? undefined : instanceTypeNamed(InstanceType);
    if (InstanceType !== undefined && type === undefined) {
      throw new EcsError('InvalidInstanceType.ValueNotSupported', `It is ${InstanceType}.`);
    }
    const isAsked = (category: string): boolean =>
      (type?.categories.includes(category) ?? true) && (DataDiskCategory ?? category) === category;
    const inRegion = zones.filter(({ regionId }) => regionId === context.regionId);
    const places: Place[] =
      Scope === 'region'
        ? [{ ...regionWide(inRegion), id: '' }]
        : zonesAsked(inRegion, ZoneId).map(({ id, categories }) => ({
            id,
            categories: categories.filter(isZonal),
          }));
    const AvailableZone = places.map(({ id, categories }) =>
      placeView(context, { id, categories: categories.filter(isAsked) }),
    );
    return { AvailableZones: { AvailableZone: context.isInvisible ? [] : AvailableZone } };
  },
});

interface Place {
  /** Empty for the region as a whole. */
  readonly id: string;
  readonly categories: readonly string[];
}

function isZonal(category: string): boolean {
  return categoryNamed(category)?.isRegional === false;
}

function regionWide(inRegion: readonly Zone[]): Omit<Place, 'id'> {
  const regional = inRegion.flatMap(({ categories }) => categories).filter((category) => !isZonal(category));
  return { categories: [...new Set(regional)] };
}

function zonesAsked(inRegion: readonly Zone[], zoneId: string | undefined): readonly Zone[] {
  if (zoneId === undefined) {
    return inRegion;
  }
  const zone = inRegion.find(({ id }) => id === zoneId);
  if (zone === undefined) {
    throw new EcsError('InvalidZoneId.NotFound', `It is ${zoneId}.`);
  }
  return [zone];
}

function placeView({ regionId, settings }: ActionContext, place: Place): object {
  const supported = place.categories.map((name) => {
    const isSoldOut = settings.soldOut.includes(`${place.id}/${name}`);
    return { Value: name, ...limitsOf(name), Unit: 'GiB', ...stock(isSoldOut) };
  });
  const AvailableResource = [{ Type: 'DataDisk', SupportedResources: { SupportedResource: supported } }];
  return { RegionId: regionId, ZoneId: place.id, ...stock(false), AvailableResources: { AvailableResource } };
}

function limitsOf(name: string): object {
  const category = categoryNamed(name);
  return { Min: category?.minGiB ?? 0, Max: category?.maxGiB ?? 0 };
}

function stock(isSoldOut: boolean): object {
  return isSoldOut
    ? { Status: 'SoldOut', StatusCategory: 'WithoutStock' }
    : { Status: 'Available', StatusCategory: 'WithStock' };
}
