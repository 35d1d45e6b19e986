import { apiPage } from './error-row.ts';
import type { ErrorGroup } from './error-row.ts';

/** Codes about snapshots and groups of them. */
export const snapshotErrors: readonly ErrorGroup[] = [
  {
    title: 'A new snapshot',
    source: apiPage('CreateSnapshot'),
    rows: [
      {
        code: 'IncorrectDiskStatus.NeverAttached',
        kind: 'never-used',
        reason: 'the disk was never attached',
      },
      {
        code: 'IncorrectDiskStatus.NeverUsed',
        kind: 'never-used',
        reason: 'nothing was ever written to the disk',
      },
      {
        code: 'IncorrectDiskStatus.CreatingSnapshot',
        kind: 'busy',
        reason: 'a snapshot of the disk is being made',
      },
      {
        code: 'IncorrectDiskStatus.TooManyCreatingSnapshots',
        kind: 'busy',
        reason: 'too many snapshots are being made',
      },
      { code: 'DISK_HAS_CREATING_SNAPSHOT', kind: 'busy', reason: 'a snapshot of the disk is being made' },
      {
        code: 'QuotaExceed.ConcurrentSnapshotQuota',
        kind: 'busy',
        reason: 'too many snapshots are being made',
      },
      { code: 'QuotaExceed.Snapshot', kind: 'quota', reason: 'the disk has all the snapshots it may have' },
      {
        code: 'QuotaExceed.SnapshotQuota',
        kind: 'quota',
        reason: 'the account has all the snapshots it may have',
      },
      {
        code: 'DiskCategory.OperationNotSupported',
        kind: 'unsupported',
        reason: 'no snapshots in the category',
      },
      { code: 'DiskId.ValueNotSupported', kind: 'unsupported', reason: 'no snapshots of this disk' },
      {
        code: 'IncorrectDiskType.NotSupport',
        kind: 'unsupported',
        reason: 'no snapshots of this type of disk',
      },
      { code: 'CreateSnapshot.Failed', kind: 'failed', reason: 'ECS gave up' },
      { code: 'InvalidSnapshotName.Malformed', kind: 'invalid', reason: 'a name that ECS does not allow' },
      { code: 'InvalidRetentionDays.Malformed', kind: 'invalid', reason: 'retention is 1 to 65536 days' },
      {
        code: 'InvalidOperation.UnfinishedEncryptedSnapshotCopy',
        kind: 'busy',
        reason: 'an encrypted copy still runs',
      },
      {
        code: 'InvalidRegion.NotSupportSnapshotInstantAccessRegion',
        kind: 'unsupported',
        reason: 'no instant access here',
      },
      {
        code: 'InvalidCategoryAndInstantAccess.Malformed',
        kind: 'bug',
        reason: 'parameters that are out of use',
      },
      {
        code: 'InvalidInstantAccessRetentionDays.Malformed',
        kind: 'bug',
        reason: 'parameters that are out of use',
      },
    ],
  },
  {
    title: 'An existing snapshot',
    source: apiPage('DeleteSnapshot'),
    rows: [
      { code: 'InvalidSnapshotId.NotFound', kind: 'not-found', reason: 'no such snapshot' },
      { code: 'InvalidSnapshotIds.Malformed', kind: 'invalid', reason: 'ids that ECS does not take' },
      { code: 'InvalidFilterKey.NotFound', kind: 'bug', reason: 'no such filter' },
      { code: 'SnapshotCreatedDisk', kind: 'source-of-disks', reason: 'disks were made from it' },
      {
        code: 'SnapshotCreatedImage',
        kind: 'in-use',
        reason: 'an image was made from it',
        remedy: 'delete the image first',
      },
      {
        code: 'InvalidOperation.RelatedSnapshotNotFinished',
        kind: 'busy',
        reason: 'a related snapshot is being made',
      },
      {
        code: 'InvalidOperation.DeleteSharedSnapshotUnsupported',
        kind: 'unsupported',
        reason: 'it belongs to another account',
      },
      {
        code: 'InvalidOperation.ResourceManagedByCloudProduct',
        kind: 'unsupported',
        reason: 'another product manages it',
      },
      {
        code: 'InvalidOperation.SnapshotIsLocked',
        kind: 'wrong-state',
        reason: 'the snapshot is locked',
        remedy: 'unlock it in the ECS console',
      },
      {
        code: 'InvalidOperation.DecreaseRetentionDaysUnsupported',
        kind: 'unsupported',
        reason: 'retention can only be extended',
      },
    ],
  },
  {
    title: 'Snapshot-consistent groups',
    source: apiPage('CreateSnapshotGroup'),
    rows: [
      { code: 'InvalidDiskIds.NotInSameZone', kind: 'unsupported', reason: 'disks of several zones' },
      { code: 'InvalidSnapshotGroupId.NotFound', kind: 'not-found', reason: 'no such group' },
      { code: 'NumberExceed.TooManyDisks', kind: 'unsupported', reason: 'more disks than a group may have' },
      {
        code: 'CapacityExceed.TooManyDisks',
        kind: 'unsupported',
        reason: 'more capacity than a group may have',
      },
      {
        code: 'InvalidDisk.DiskCategoryInconsistent',
        kind: 'unsupported',
        reason: 'regional and other disks in one group',
      },
      { code: 'InvalidDisk.ShareVolume', kind: 'unsupported', reason: 'shared disks are in no group' },
      { code: 'InvalidInstance.NoDisk', kind: 'invalid', reason: 'the instance has no such disk' },
      { code: 'InvalidStatus.ValueNotSupported', kind: 'bug', reason: 'no such state' },
      { code: 'InvalidSnapshotGroupId.MustBeOne', kind: 'bug', reason: 'one group id at a time' },
    ],
  },
];
