import { diskCategories, minSizeOfPerformanceLevel } from '../../disk/categories.ts';
import type { Tag } from '../../disk/disk.ts';
import { expandPolicies, maxRetentionDays, type ExpandPolicy } from '../../disk/guards/policy.ts';
import { tagKeys } from '../../disk/tags.ts';
import { invalidArgument } from '../status.ts';
import { ParameterMap } from './parameter-map.ts';
import { removedUserTags, userTags } from './user-tags.ts';

/** What a VolumeAttributesClass asks for. What is `undefined` is left as it is. */
export interface VolumeAttributes {
  readonly category: string | undefined;
  readonly performanceLevel: string | undefined;
  readonly provisionedIops: number | undefined;
  readonly burstingEnabled: boolean | undefined;
  readonly expandPolicy: ExpandPolicy | undefined;
  /** 0: deleted without a snapshot, whatever the StorageClass says. */
  readonly deleteSnapshotRetentionDays: number | undefined;
  readonly tags: readonly Tag[];
  readonly removedTagKeys: readonly string[];
}

const what = 'VolumeAttributesClass parameter';
const removalPrefix = '-diskTags/';
const ours = [
  ...['type', 'performanceLevel', 'provisionedIops', 'burstingEnabled', 'diskTags/<key>', '-diskTags/<key>'],
  ...['volumeExpandAutoSnapshot', 'volumeDeleteSnapshotRetentionDays'],
];

/**
 * Reads the parameters of a VolumeAttributesClass.
 * @throws StatusError INVALID_ARGUMENT that names the parameter and its allowed values.
 */
export function parseVolumeAttributesClass(parameters: Readonly<Record<string, string>>): VolumeAttributes {
  assertNoneEmpty(parameters);
  const map = new ParameterMap(what, parameters);
  // Names that csi-resizer adds, and whatever it will add one day.
  map.withPrefix('csi.storage.k8s.io/');
  const attributes = {
    category: map.oneOf('type', [...diskCategories.keys()]),
    performanceLevel: map.oneOf('performanceLevel', [...minSizeOfPerformanceLevel.keys()]),
    provisionedIops: map.integer('provisionedIops', 0, 50_000),
    burstingEnabled: map.boolean('burstingEnabled'),
    expandPolicy: map.oneOf('volumeExpandAutoSnapshot', expandPolicies),
    deleteSnapshotRetentionDays: map.integer('volumeDeleteSnapshotRetentionDays', 0, maxRetentionDays),
    tags: userTags('diskTags', map.withPrefix('diskTags/')),
    removedTagKeys: removedUserTags(
      '-diskTags',
      map.withPrefix(removalPrefix).map(([key]) => key),
    ),
  };
  map.assertNothingLeft(ours);
  assertConsistent(attributes);
  return attributes;
}

/** An empty value could mean "leave it" or "none": who knows. */
function assertNoneEmpty(parameters: Readonly<Record<string, string>>): void {
  const empty = ours.find((key) => parameters[key] === '');
  if (empty !== undefined) {
    throw invalidArgument(`${what} ${empty} is empty; leave it out, or give it a value`);
  }
}

function assertConsistent(attributes: VolumeAttributes): void {
  const { category, performanceLevel, tags, removedTagKeys } = attributes;
  if (performanceLevel !== undefined && (category ?? 'cloud_essd') !== 'cloud_essd') {
    throw invalidArgument(`${what} performanceLevel: only type cloud_essd has performance levels`);
  }
  const both = tags.find(({ key }) => removedTagKeys.includes(key));
  if (both !== undefined) {
    throw invalidArgument(`${what}s diskTags/${both.key} and -diskTags/${both.key} contradict each other`);
  }
}

/** The tags in which a disk keeps the protection that is asked for; a class that says nothing of it has none. */
export function protectionTagsOf(
  wanted: Pick<VolumeAttributes, 'expandPolicy' | 'deleteSnapshotRetentionDays'>,
): Tag[] {
  const { expandPolicy, deleteSnapshotRetentionDays: days } = wanted;
  // Empty rather than absent: an absent tag lets the StorageClass speak.
  const daysText = days === 0 ? '' : days?.toString();
  const tags: [string, string | undefined][] = [
    [tagKeys.deleteSnapshotRetentionDays, daysText],
    [tagKeys.expandPolicy, expandPolicy],
  ];
  return tags.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}
