import { diskCategories, type DiskCategory } from '../../disk/categories.ts';
import { invalidArgument } from '../status.ts';
import { assertConsistent, type StorageClassParameters } from './storage-class.ts';
import { userTags } from './user-tags.ts';
import type { VolumeAttributes } from './volume-attributes-class.ts';

/**
 * What a new volume is to be: the word of its VolumeAttributesClass comes before that of its StorageClass.
 * @throws StatusError INVALID_ARGUMENT when both together make no sense.
 */
export function applyAttributes(
  parameters: StorageClassParameters,
  attributes: VolumeAttributes,
): StorageClassParameters {
  const categories = categoriesFor(parameters, attributes);
  const applied = {
    ...parameters,
    categories,
    performanceLevels: levelsFor(parameters, attributes, categories),
    provisionedIops: attributes.provisionedIops ?? parameters.provisionedIops,
    burstingEnabled: attributes.burstingEnabled ?? parameters.burstingEnabled,
    expandPolicy: attributes.expandPolicy ?? parameters.expandPolicy,
    deleteSnapshotRetentionDays:
      attributes.deleteSnapshotRetentionDays ?? parameters.deleteSnapshotRetentionDays,
    tags: userTags('diskTags', [
      ...parameters.tags
        .filter(({ key }) => !attributes.removedTagKeys.includes(key))
        .map(({ key, value }) => [key, value] as const),
      ...attributes.tags.map(({ key, value }) => [key, value] as const),
    ]),
  };
  assertConsistent(applied);
  return applied;
}

/** The wished-for category, or those of the StorageClass that can do what is wished for. */
function categoriesFor(parameters: StorageClassParameters, attributes: VolumeAttributes): readonly string[] {
  const { category, performanceLevel, provisionedIops = 0, burstingEnabled } = attributes;
  const categories = category === undefined ? parameters.categories : [category];
  const wishes: [parameter: string, isWished: boolean, can: (known: DiskCategory) => boolean][] = [
    ['performanceLevel', performanceLevel !== undefined, (known) => known.performanceLevels],
    ['provisionedIops', provisionedIops > 0, (known) => known.provisionedIops],
    ['burstingEnabled', burstingEnabled === true, (known) => known.bursting],
  ];
  return wishes
    .filter(([, isWished]) => isWished)
    .reduce<readonly string[]>((left, [parameter, , can]) => {
      const able = left.filter((name) => {
        const known = diskCategories.get(name);
        return known !== undefined && can(known);
      });
      if (able.length === 0) {
        throw invalidArgument(
          `VolumeAttributesClass parameter ${parameter}: not possible with type ${left.join(', ')}`,
        );
      }
      return able;
    }, categories);
}

/** Levels of the StorageClass mean nothing for a category of the VolumeAttributesClass that has none. */
function levelsFor(
  parameters: StorageClassParameters,
  { performanceLevel }: VolumeAttributes,
  categories: readonly string[],
): readonly string[] {
  if (performanceLevel !== undefined) {
    return [performanceLevel];
  }
  return categories.some((name) => diskCategories.get(name)?.performanceLevels === true)
    ? parameters.performanceLevels
    : [];
}
