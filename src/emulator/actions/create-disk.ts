import { defineAction, type ActionContext } from '../action.ts';
import { zoneNamed, type Category } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { clientToken, description, resourceGroupId, resourceName } from '../parameters/names.ts';
import { tags } from '../parameters/repeated.ts';
import { flag, integer, required, text } from '../parameters/scalars.ts';
import type { Values } from '../parameters/schema.ts';
import {
  checkBurst,
  checkNewSize,
  knownCategory,
  performanceLevelFor,
  provisionedIopsFor,
} from '../rules/disk-spec.ts';
import { findSnapshot } from '../rules/find.ts';
import type { Disk, Snapshot } from '../state/entities.ts';

const parameters = {
  RegionId: required(text(), 'MissingParamter.RegionId'),
  ZoneId: text(),
  DiskCategory: text(),
  Size: integer({ min: 1, code: 'InvalidDiskSize.NotSupported' }),
  SnapshotId: text(),
  DiskName: resourceName('InvalidDiskName.Malformed'),
  Description: description(),
  PerformanceLevel: text(),
  ProvisionedIops: integer({ min: 0, code: 'InvalidProvisionedIops.LimitExceed' }),
  BurstingEnabled: flag(),
  Encrypted: flag(),
  KMSKeyId: text(),
  MultiAttach: text({ oneOf: ['Enabled', 'Disabled'] }),
  ResourceGroupId: resourceGroupId(),
  StorageClusterId: text(),
  Tag: tags(),
  ClientToken: clientToken(),
};

/** The key that encrypts disks for which none is named. */
const defaultKmsKeyId = '0e478b7a-4262-4802-b8cb-00d3fb408001';

export const createDisk = defineAction({
  name: 'CreateDisk',
  parameters,
  tokenBusyCode: 'LastTokenProcessing',
  accepts: ['Arn', 'AdvancedFeatures', 'EncryptAlgorithm'],
  refuses: ['InstanceId', 'StorageSetId', 'StorageSetPartitionNumber'],
  run: (values, context) => {
    const category = knownCategory(values.DiskCategory ?? 'cloud');
    checkPlace(values, category, context);
    const snapshot = values.SnapshotId === undefined ? undefined : sourceSnapshot(values, category, context);
    const spec = specOf(values, category, sizeOf(values, snapshot, context));
    const encryption = encryptionOf(values, snapshot);
    checkQuota(context);
    const disk = enter(values, context, { ...spec, ...encryption });
    if (snapshot !== undefined) {
      context.state.data.copy(disk.dataId, snapshot.dataId);
    }
    return { DiskId: disk.id };
  },
});

type Wish = Values<typeof parameters>;

function checkPlace(values: Wish, category: Category, { regionId, settings }: ActionContext): void {
  if (category.isRegional) {
    if (values.ZoneId !== undefined) {
      throw new EcsError('InvalidZoneId.DiskCategoryUnsupported', `It is ${values.ZoneId}.`);
    }
    return;
  }
  if (values.ZoneId === undefined) {
    throw new EcsError('MissingParameter.ZoneId', 'Give ZoneId.');
  }
  const zone = zoneNamed(values.ZoneId);
  if (zone?.regionId !== regionId) {
    throw new EcsError('InvalidZoneId.NotFound', `The zone is ${values.ZoneId}, the region ${regionId}.`);
  }
  if (!zone.categories.includes(category.name)) {
    throw new EcsError('InvalidDataDiskCategory.NotSupported', `${category.name} in ${zone.id}.`);
  }
  if (settings.soldOut.includes(`${zone.id}/${category.name}`)) {
    throw new EcsError('OperationDenied.NoStock', `${category.name} in ${zone.id}.`);
  }
}

function sourceSnapshot(values: Wish, category: Category, context: ActionContext): Snapshot {
  const snapshot = findSnapshot(context, values.SnapshotId ?? '');
  if (!category.canSnapshot) {
    throw new EcsError('InvalidOperation.CreateFromSnapshotUnsupported', `The category is ${category.name}.`);
  }
  const isUploaded = snapshot.status === 'accomplished';
  const canUseEarly = context.settings.instantAccessCategories.includes(category.name);
  if (!snapshot.isAvailable || (!isUploaded && !canUseEarly)) {
    throw new EcsError('InvalidSnapshot.NotReady', `The snapshot ${snapshot.id} is ${snapshot.status}.`);
  }
  return snapshot;
}

function sizeOf(values: Wish, snapshot: Snapshot | undefined, { settings }: ActionContext): number {
  const size = values.Size ?? snapshot?.sourceDiskSizeGiB;
  if (size === undefined) {
    throw new EcsError('MissingParameter.Size', 'Give Size or SnapshotId.');
  }
  if (snapshot === undefined || size >= snapshot.sourceDiskSizeGiB) {
    return size;
  }
  if (settings.smallerThanSnapshot === 'refuse') {
    throw new EcsError('InvalidDiskSize.TooSmall', `The snapshot has ${snapshot.sourceDiskSizeGiB} GiB.`);
  }
  return snapshot.sourceDiskSizeGiB;
}

type Spec = Pick<
  Disk,
  'category' | 'sizeGiB' | 'performanceLevel' | 'provisionedIops' | 'burstingEnabled' | 'multiAttach'
>;

function specOf(values: Wish, category: Category, sizeGiB: number): Spec {
  const performanceLevel = performanceLevelFor(category, values.PerformanceLevel);
  checkNewSize(category, performanceLevel, sizeGiB);
  const multiAttach = values.MultiAttach === 'Enabled';
  if (multiAttach && !category.canMultiAttach) {
    throw new EcsError('InvalidParameter.DiskCategoryAndMultiAttachNotMatch', `It is ${category.name}.`);
  }
  if (multiAttach && values.BurstingEnabled === true) {
    throw new EcsError('BurstingEnabledForMultiAttachDiskUnsupported');
  }
  checkBurst(category, sizeGiB, values.BurstingEnabled);
  return {
    category: category.name,
    sizeGiB,
    performanceLevel,
    provisionedIops: provisionedIopsFor(category, sizeGiB, values.ProvisionedIops),
    burstingEnabled: values.BurstingEnabled ?? false,
    multiAttach,
  };
}

type Encryption = Pick<Disk, 'encrypted' | 'kmsKeyId'>;

/** A disk made from an encrypted snapshot is encrypted, with the snapshot's key if none is named. */
function encryptionOf(values: Wish, snapshot: Snapshot | undefined): Encryption {
  const isInherited = snapshot?.encrypted === true;
  if (isInherited && values.Encrypted === false) {
    throw new EcsError('InvalidParameter.Encrypted', `The snapshot is ${snapshot.id}.`);
  }
  if (values.KMSKeyId !== undefined && values.Encrypted !== true) {
    throw new EcsError('InvalidParameter.EncryptedIllegal');
  }
  if (values.Encrypted !== true && !isInherited) {
    return { encrypted: false, kmsKeyId: '' };
  }
  const inheritedKey = isInherited ? snapshot.kmsKeyId : defaultKmsKeyId;
  return { encrypted: true, kmsKeyId: values.KMSKeyId ?? inheritedKey };
}

function checkQuota({ state, settings, regionId }: ActionContext): void {
  const count = state.disks.all().filter((disk) => disk.regionId === regionId).length;
  if (count >= settings.disksPerRegion) {
    throw new EcsError('QuotaExceed.PostPaidDisk', `There are ${count} disks.`);
  }
}

function enter(values: Wish, context: ActionContext, spec: Spec & Encryption): Disk {
  const { state, settings, nowMs, regionId } = context;
  const id = context.newId('d');
  state.schedule({ what: 'disk-created', subjectId: id, atMs: nowMs + settings.createDiskMs });
  return state.disks.put({
    id,
    sequence: state.nextSequence(),
    name: values.DiskName ?? '',
    description: values.Description ?? '',
    regionId,
    zoneId: values.ZoneId ?? '',
    isCreating: true,
    createdAtMs: nowMs,
    lastAttachedAtMs: null,
    lastDetachedAtMs: null,
    // A disk made from a snapshot holds data from the start.
    wasUsed: values.SnapshotId !== undefined,
    attachments: [],
    deleteAutoSnapshot: true,
    resourceGroupId: values.ResourceGroupId ?? '',
    storageClusterId: values.StorageClusterId ?? '',
    sourceSnapshotId: values.SnapshotId ?? '',
    tags: values.Tag,
    dataId: id,
    ...spec,
  });
}
