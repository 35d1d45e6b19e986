import { apiPage } from './error-row.ts';
import type { ErrorGroup } from './error-row.ts';

const grantKms = 'grant the disk encryption role the use of the KMS key';

/** Codes about disks and the instances that hold them. */
export const diskErrors: readonly ErrorGroup[] = [
  {
    title: 'Size and performance',
    source: apiPage('ResizeDisk'),
    rows: [
      { code: 'InvalidDiskSize', kind: 'out-of-range', reason: 'no such size' },
      {
        code: 'InvalidDiskSize',
        actions: ['ResizeDisk'],
        kind: 'not-larger',
        reason: 'not larger than it is: an earlier request may have worked',
      },
      { code: 'InvalidDiskSize.TooSmall', kind: 'out-of-range', reason: 'smaller than allowed' },
      {
        code: 'InvalidDiskSize.TooSmall',
        actions: ['ResizeDisk'],
        kind: 'not-larger',
        reason: 'not larger than it is: an earlier request may have worked',
      },
      { code: 'InvalidDiskSize.TooLarge', kind: 'out-of-range', reason: 'larger than allowed' },
      {
        code: 'InvalidDiskSize.NotSupported',
        kind: 'out-of-range',
        reason: 'size not allowed for the category',
      },
      {
        code: 'InvalidDiskSize.ExceedsMultiAttachLimit',
        kind: 'out-of-range',
        reason: 'too large for multi-attach',
      },
      {
        code: 'InvalidDataDiskSize.ValueNotSupported',
        kind: 'out-of-range',
        reason: 'size not allowed for the category',
      },
      {
        code: 'InvalidDiskSizeOrCategory',
        kind: 'out-of-range',
        reason: 'size not allowed for the category',
      },
      {
        code: 'InvalidSize.ValueNotSupported',
        kind: 'out-of-range',
        reason: 'size not allowed for the category',
      },
      {
        code: 'OperationDenied.PerformanceLevelNotMatch',
        kind: 'out-of-range',
        reason: 'too small for the level',
      },
      {
        code: 'InvalidProvisionedIops.LimitExceed',
        kind: 'out-of-range',
        reason: 'more IOPS than the size allows',
      },
      {
        code: 'InvalidBurstingEnabled.DiskSizeTooSmall',
        kind: 'out-of-range',
        reason: 'too small for bursting',
      },
      {
        code: 'InvalidDiskSize.NotSupportResizeOnline',
        kind: 'unsupported',
        reason: 'only to be resized offline',
      },
      {
        code: 'InvalidDiskSize.NotSupportMultiAttachDisk',
        kind: 'unsupported',
        reason: 'multi-attach disks keep their size',
      },
      { code: 'InvalidPerformanceLevel.Malformed', kind: 'invalid', reason: 'no such performance level' },
      {
        code: 'InvalidPerformanceLevel.ValueNotSupported',
        kind: 'invalid',
        reason: 'no such performance level',
      },
      {
        code: 'InvalidPerformanceLevel.TooLow',
        kind: 'unsupported',
        reason: 'the level cannot be lowered so far',
      },
      {
        code: 'InvalidPerformanceLevelParam.Mismatch',
        kind: 'invalid',
        reason: 'the category has no levels',
      },
      {
        code: 'ProvisionedIopsForDiskCategoryUnsupported',
        kind: 'unsupported',
        reason: 'the category has fixed IOPS',
      },
      {
        code: 'BurstingEnabledForDiskCategoryUnsupported',
        kind: 'unsupported',
        reason: 'the category does not burst',
      },
      {
        code: 'BurstingEnabledForMultiAttachDiskUnsupported',
        kind: 'unsupported',
        reason: 'multi-attach disks do not burst',
      },
    ],
  },
  {
    title: 'Features of a new disk',
    source: apiPage('CreateDisk'),
    rows: [
      { code: 'InvalidDiskName.Malformed', kind: 'invalid', reason: 'a name that ECS does not allow' },
      {
        code: 'InvalidZoneId.DiskCategoryUnsupported',
        kind: 'unsupported',
        reason: 'a regional disk has no zone',
      },
      {
        code: 'InvalidParameter.DiskCategoryAndMultiAttach*',
        kind: 'unsupported',
        reason: 'no multi-attach in the category',
      },
      {
        code: 'InvalidOperation.DiskCategoryUnsupported',
        kind: 'unsupported',
        reason: 'the category cannot do it',
      },
      { code: 'InvalidParameter.KMSKeyId.NotFound', kind: 'invalid', reason: 'no such KMS key' },
      {
        code: 'InvalidParameter.KMSKeyId.CMKNotEnabled',
        kind: 'wrong-state',
        reason: 'the KMS key is disabled',
        remedy: 'enable it',
      },
      {
        code: 'InvalidParameter.KMSKeyId.CMKUnauthorized',
        kind: 'denied',
        reason: 'no right to the key',
        remedy: grantKms,
      },
      {
        code: 'InvalidParameter.KMSKeyId.KMSUnauthorized',
        kind: 'denied',
        reason: 'no right to KMS',
        remedy: grantKms,
      },
      {
        code: 'InvalidEncrypted.NotMatchSnapshot',
        kind: 'invalid',
        reason: 'snapshot and disk differ in encryption',
      },
      {
        code: 'InvalidEncrypted.NotMatchDiskDefaultEncryption',
        kind: 'invalid',
        reason: 'the account encrypts every disk',
      },
    ],
  },
  {
    title: 'Source snapshot of a new disk',
    source: apiPage('CreateDisk'),
    rows: [
      { code: 'InvalidSnapshot.NotReady', kind: 'busy', reason: 'the snapshot is not finished' },
      { code: 'InvalidSnapshotId.NotReady', kind: 'busy', reason: 'the snapshot is not finished' },
      {
        code: 'InvalidSnapshotId.NotDataDiskSnapshot',
        kind: 'unsupported',
        reason: 'the snapshot is not of a data disk',
      },
      {
        code: 'OperationDenied.SnapshotNotAllowed',
        kind: 'unsupported',
        reason: 'no disk can be made from this snapshot',
      },
      {
        code: 'InvalidOperation.CreateFromSnapshotUnsupported',
        kind: 'unsupported',
        reason: 'the category starts empty',
      },
      {
        code: 'InvalidSnapshot.TooOld',
        kind: 'unsupported',
        reason: 'the snapshot is from before July 2013',
      },
    ],
  },
  {
    title: 'Disk quotas',
    source: apiPage('CreateDisk'),
    rows: [
      { code: 'QuotaExceed.DiskCapacity', kind: 'quota', reason: 'capacity quota of the category' },
      { code: 'QuotaExceed.PortableCloudDisk', kind: 'quota', reason: 'quota of disks' },
      { code: 'QuotaExceed.PostPaidDisk', kind: 'quota', reason: 'quota of pay-as-you-go disks' },
      {
        code: 'QuotaExceeded.PostpaidDataDiskCapacity',
        kind: 'quota',
        reason: 'quota of pay-as-you-go capacity',
      },
    ],
  },
  {
    title: 'State of a disk',
    source: apiPage('DeleteDisk'),
    rows: [
      { code: 'InvalidDiskId.NotFound', kind: 'not-found', reason: 'no such disk' },
      { code: 'InvalidDiskIds.*', kind: 'invalid', reason: 'ids that ECS does not take' },
      { code: 'IncorrectDiskStatus', kind: 'wrong-state', reason: 'not in a state that allows it' },
      {
        code: 'IncorrectDiskStatus',
        actions: ['ResizeDisk', 'CreateSnapshot', 'CreateSnapshotGroup', 'ModifyDiskSpec'],
        kind: 'busy',
        reason: 'an attach or detach has just begun; asked only of disks that were in a state that allows it',
      },
      { code: 'IncorrectDiskStatus.Initializing', kind: 'busy', reason: 'the disk is being made' },
      { code: 'IncorrectDiskStatus.Invalid', kind: 'wrong-state', reason: 'not in a state that allows it' },
      { code: 'IncorrectDiskStatus.Transferring', kind: 'busy', reason: 'the disk is being moved' },
      {
        code: 'IncorrectDiskStatus.InReplication',
        kind: 'wrong-state',
        reason: 'the disk is part of a replication pair',
      },
      { code: 'DiskId.StatusNotSupported', kind: 'wrong-state', reason: 'not in a state that allows it' },
      { code: 'InvalidStatus.Upgrading', kind: 'busy', reason: 'the disk is being changed' },
      { code: 'InvalidStatus.DiskNotReady', kind: 'busy', reason: 'the disk is being changed' },
      { code: 'DiskCreatingSnapshot', kind: 'busy', reason: 'a snapshot of the disk is being made' },
      { code: 'DiskStillAttached', kind: 'in-use', reason: 'an instance holds the disk' },
      { code: 'InvalidDisk.InUse', kind: 'in-use', reason: 'an instance holds the disk' },
      { code: 'DiskError', kind: 'wrong-state', reason: 'the disk is broken' },
      { code: 'DiskNotPortable', kind: 'unsupported', reason: 'the disk belongs to its instance' },
      { code: 'DiskTypeViolation', kind: 'unsupported', reason: 'not possible with this type of disk' },
      {
        code: 'InvalidDiskStatus.DeleteProtection',
        kind: 'wrong-state',
        reason: 'the disk is protected from deletion',
        remedy: 'switch its deletion protection off',
      },
    ],
  },
];
