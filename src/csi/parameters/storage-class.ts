import type { DiskTraits, Tag } from '../../disk/disk.ts';
import { diskCategories, minSizeOfPerformanceLevel } from '../../disk/categories.ts';
import { expandPolicies, maxRetentionDays, type ExpandPolicy } from '../../disk/guards/policy.ts';
import { invalidArgument } from '../status.ts';
import { ParameterMap } from './parameter-map.ts';
import { userTags } from './user-tags.ts';

/** The names that csi-provisioner adds with --extra-create-metadata; `undefined` when it does not. */
export interface VolumeOrigin {
  readonly pvcName: string | undefined;
  readonly pvcNamespace: string | undefined;
  readonly pvName: string | undefined;
}

/** What a StorageClass asks for. */
export interface StorageClassParameters extends DiskTraits {
  readonly categories: readonly string[];
  readonly performanceLevels: readonly string[];
  readonly zoneIds: readonly string[] | undefined;
  readonly regionId: string | undefined;
  readonly snapshotId: string | undefined;
  readonly atLeast20GiB: boolean;
  readonly deleteSnapshotRetentionDays: number | undefined;
  readonly expandPolicy: ExpandPolicy | undefined;
  readonly tags: readonly Tag[];
  /** The node for which the scheduler wants the volume, where csi-provisioner says so. */
  readonly selectedNode: string | undefined;
  readonly origin: VolumeOrigin;
}

/** What the existing driver uses when a class names no type. */
const defaultCategories = ['cloud_ssd', 'cloud_efficiency'];
const performanceLevels = [...minSizeOfPerformanceLevel.keys()];
/** Read by the node plugin, or added by csi-provisioner and of no use here. */
const forOthers = [
  ...['fsType', 'fstype', 'mkfsOptions', 'mountType', 'sysConfig', 'readOnly', 'allowVolumeExpansion'],
  ...['reclaimPolicy', 'storageclassName', 'dataCacheSize', 'dataCacheMode'],
];
const ours = [
  ...[
    'type',
    'performanceLevel',
    'zoneId',
    'regionId',
    'encrypted',
    'kmsKeyId',
    'multiAttach',
    'provisionedIops',
  ],
  ...['burstingEnabled', 'resourceGroupId', 'storageClusterId', 'diskTags', 'diskTags/<key>'],
  ...['volumeSizeAutoAvailable', 'volumeExpandAutoSnapshot', 'volumeDeleteSnapshotRetentionDays'],
  ...['csi.alibabacloud.com/disk-snapshot-id', 'restrictToHpnZone', 'volume.kubernetes.io/selected-node'],
];

/**
 * Reads the parameters of a StorageClass.
 * @throws StatusError INVALID_ARGUMENT that names the parameter and its allowed values; unknown keys are errors too,
 *   since a misspelled protection would otherwise be silently absent.
 */
export function parseStorageClass(parameters: Readonly<Record<string, string>>): StorageClassParameters {
  const map = new ParameterMap('StorageClass parameter', parameters);
  const origin = takeOrigin(map);
  const parsed = { ...takePlacement(map), ...takeFeatures(map), ...takeProtection(map), origin };
  map.skip(...forOthers);
  map.withPrefix('csi.storage.k8s.io/');
  map.assertNothingLeft([...ours, ...forOthers]);
  assertConsistent(parsed);
  return parsed;
}

function takeOrigin(map: ParameterMap): VolumeOrigin {
  return {
    pvcName: map.text('csi.storage.k8s.io/pvc/name'),
    pvcNamespace: map.text('csi.storage.k8s.io/pvc/namespace'),
    pvName: map.text('csi.storage.k8s.io/pv/name'),
  };
}

function takePlacement(map: ParameterMap) {
  const type = map.listOf('type', [...diskCategories.keys(), 'available']) ?? ['available'];
  return {
    categories: [...new Set(type.flatMap((name) => (name === 'available' ? defaultCategories : [name])))],
    performanceLevels: map.listOf('performanceLevel', performanceLevels) ?? [],
    zoneIds: splitList(map.textOf('zoneId', 'zoneid')),
    regionId: map.text('regionId'),
    resourceGroupId: map.text('resourceGroupId'),
    storageClusterId: map.text('storageClusterId'),
    atLeast20GiB: map.boolean('volumeSizeAutoAvailable') ?? false,
  };
}

function splitList(text: string | undefined): string[] | undefined {
  const items = text?.split(',').map((item) => item.trim());
  if (items?.includes('') === true) {
    throw invalidArgument(
      'StorageClass parameter zoneId: must be a comma-separated list without empty items',
    );
  }
  return items === undefined ? undefined : [...new Set(items)];
}

function takeFeatures(map: ParameterMap) {
  assertNoHpnZone(map);
  return {
    encrypted: map.boolean('encrypted') ?? false,
    kmsKeyId: takeKmsKeyId(map),
    multiAttach: map.booleanOf('multiAttach', ['true', 'enabled'], ['false', 'disabled']) ?? false,
    provisionedIops: map.integer('provisionedIops', 0, 50_000),
    burstingEnabled: map.boolean('burstingEnabled'),
    snapshotId: map.text('csi.alibabacloud.com/disk-snapshot-id'),
    selectedNode: map.text('volume.kubernetes.io/selected-node'),
    tags: userTags('diskTags', [...tagList(map.text('diskTags')), ...map.withPrefix('diskTags/')]),
  };
}

/** The key set on a PVC wins over the class, as in the existing driver. */
function takeKmsKeyId(map: ParameterMap): string | undefined {
  const ofClass = map.text('kmsKeyId');
  return map.text('alibabacloud.com/kms-key-id') ?? ofClass;
}

/** Zones of Lingjun clusters need calls that this driver does not make. */
function assertNoHpnZone(map: ParameterMap): void {
  if (map.oneOf('restrictToHpnZone', ['never', 'always']) === 'always') {
    throw invalidArgument(
      'StorageClass parameter restrictToHpnZone: "always" is not supported; allowed: never',
    );
  }
}

/** The old form of tags: `key:value,key2:value2`. */
function tagList(text: string | undefined): [string, string][] {
  return (text ?? '')
    .split(',')
    .filter((item) => item.trim() !== '')
    .map((item) => {
      const [key = '', ...rest] = item.split(':');
      if (rest.length === 0) {
        throw invalidArgument(`StorageClass parameter diskTags: "${item}" is not of the form key:value`);
      }
      return [key.trim(), rest.join(':').trim()];
    });
}

function takeProtection(map: ParameterMap) {
  return {
    deleteSnapshotRetentionDays: map.integer('volumeDeleteSnapshotRetentionDays', 1, maxRetentionDays),
    expandPolicy: map.oneOf('volumeExpandAutoSnapshot', expandPolicies),
  };
}

/** @throws StatusError INVALID_ARGUMENT for parameters that are fine one by one, and together are not. */
export function assertConsistent(parsed: Omit<StorageClassParameters, 'origin'>): void {
  const hasLevels = parsed.performanceLevels.length > 0;
  if (hasLevels && !parsed.categories.includes('cloud_essd')) {
    throw invalidArgument(
      'StorageClass parameter performanceLevel: only type cloud_essd has performance levels',
    );
  }
  if (parsed.storageClusterId !== undefined && !hasLevels) {
    throw invalidArgument('StorageClass parameter storageClusterId: needs performanceLevel beside it');
  }
  if (parsed.kmsKeyId !== undefined && !parsed.encrypted) {
    throw invalidArgument('StorageClass parameter kmsKeyId: needs encrypted: "true" beside it');
  }
  if (parsed.multiAttach) {
    assertCanBeShared(parsed.categories, parsed.burstingEnabled);
  }
}

function assertCanBeShared(categories: readonly string[], burstingEnabled: boolean | undefined): void {
  if (!categories.every((category) => diskCategories.get(category)?.multiAttach === true)) {
    throw invalidArgument(
      'StorageClass parameter multiAttach: only types cloud_essd and cloud_auto can be shared',
    );
  }
  if (burstingEnabled === true) {
    throw invalidArgument('StorageClass parameters multiAttach and burstingEnabled cannot both be true');
  }
}
