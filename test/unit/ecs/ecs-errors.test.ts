import { expect } from 'chai';
import { ecsErrorRows, findErrorRow } from '../../../src/ecs/ecs-errors.ts';

/** Every code that the API pages of ECS are known to list, by where it is listed first. */
const knownCodes: Readonly<Record<string, string>> = {
  common: `Throttling Throttling.User Throttling.Api ServiceUnavailable InternalError Forbidden.RAM NoPermission Forbidden
    InvalidAccessKeyId.NotFound InvalidSecurityToken.Expired InvalidSecurityToken.Malformed SignatureDoesNotMatch SignatureNonceUsed
    InvalidTimeStamp.Expired DryRunOperation MissingParameter MissingParameter.RegionId InvalidParameter InvalidParameter.Anything
    MissingParamter.RegionId IncompleteParamter InvalidParamter InvalidRegionId.NotFound InvalidZoneId.NotFound
    InvalidResourceGroup.NotFound UserNotInTheWhiteList Account.Arrearage InvalidAccountStatus.NotEnoughBalance DiskInArrears
    InvalidNextToken.Malformed InvalidAction.NotFound InstanceExpiredOrInArrears OperationConflict Operation.Conflict InvalidOperation.Conflict InstanceLockedForSecurity`,
  CreateDisk: `InvalidSnapshotId.NotFound InvalidDataDiskCategory.NotSupported InvalidDataDiskCategory.ValueNotSupported
    InvalidDiskCategory.NotSupported InvalidDiskCategory.ValueNotSupported InvalidDiskCategory.ValueUnauthorized Zone.NotOnSale
    OperationDenied OperationDenied.NoStock InvalidDiskSize.NotSupported InvalidDataDiskSize.ValueNotSupported
    InvalidDiskSizeOrCategory InvalidSize.ValueNotSupported InvalidDiskSize.TooSmall OperationDenied.PerformanceLevelNotMatch
    InvalidPerformanceLevel.Malformed InvalidPerformanceLevel.ValueNotSupported InvalidProvisionedIops.LimitExceed
    ProvisionedIopsForDiskCategoryUnsupported BurstingEnabledForDiskCategoryUnsupported
    BurstingEnabledForMultiAttachDiskUnsupported InvalidBurstingEnabled.DiskSizeTooSmall InvalidZoneId.DiskCategoryUnsupported
    InvalidParameter.DiskCategoryAndMultiAttachNotMatch InvalidParameter.DiskCategoryAndMultiAttachConflict
    OperationDenied.ZoneNotSupportMultiAttachDisk InvalidDiskSize.ExceedsMultiAttachLimit InvalidSnapshot.NotReady
    InvalidSnapshotId.NotReady InvalidSnapshotId.NotDataDiskSnapshot OperationDenied.SnapshotNotAllowed
    InvalidOperation.CreateFromSnapshotUnsupported InvalidSnapshot.TooOld InvalidParameter.KMSKeyId.NotFound
    InvalidParameter.KMSKeyId.CMKNotEnabled InvalidParameter.KMSKeyId.CMKUnauthorized InvalidParameter.KMSKeyId.KMSUnauthorized
    InvalidParameter.EncryptedIllegal InvalidParameter.Encrypted InvalidEncrypted.NotMatchSnapshot
    InvalidEncrypted.NotMatchDiskDefaultEncryption InvalidParam.EncryptedMismatch QuotaExceed.DiskCapacity
    QuotaExceed.PortableCloudDisk QuotaExceed.PostPaidDisk QuotaExceeded.PostpaidDataDiskCapacity QuotaExceed.Tags
    Duplicate.TagKey InvalidTagKey.Malformed InvalidTagValue.Malformed InvalidDiskName.Malformed LastTokenProcessing
    IdempotentParameterMismatch`,
  DeleteDisk: `IncorrectDiskStatus IncorrectDiskStatus.Initializing DiskStillAttached DiskCreatingSnapshot DiskNotPortable
    DiskTypeViolation InvalidDiskStatus.DeleteProtection InvalidDiskId.NotFound`,
  AttachDisk: `InvalidInstanceId.NotFound InvalidDisk.InUse DiskError DiskId.StatusNotSupported IncorrectInstanceStatus
    OperationConflict.DisksAttachingParallellyExceed InstanceDiskLimitExceeded ResourcesNotInSameZone
    InvalidInstanceType.NotSupportDiskCategory InvalidInstanceType.NotSupportPL0 InvalidInstanceType.NvmeRequired
    InvalidInstanceType.NvmeUnsupported InvalidInstanceType.NotSupportMultiAttachDisk InvalidOperation.InstanceTypeNotSupport
    InvalidOperation.DiskQueueNumberNotEnough DiskAttachedNumberExceeded DeleteWithInstance.Conflict
    InvalidParameter.DeleteWithInstance InvalidOperation.OtherInstanceUnsupported InvalidParameterForce.Anything
    InvalidInstance.ZoneConflict`,
  DetachDisk: `InvalidDisk.AlreadyDetached InvalidDiskId.OperationNotSupported DependencyViolation
    InvalidOperation.DiskDetachingFromThisEcs DisksDetachingOnEcsExceeded InvalidOperation.DiskCategoryUnsupported`,
  ResizeDisk: `InvalidDiskSize InvalidDiskSize.TooLarge InvalidDiskSize.NotSupportResizeOnline
    InvalidDiskSize.NotSupportMultiAttachDisk InvalidInstanceStatus.NotRunning InvalidRegion.NotSupport
    InvalidOperation.InstanceTypeNotSupportOnlineResize InvalidOperation.MultiAttachDiskNotSupportResizeOnline
    LastOrderProcessing InvalidStatus.Upgrading IncorrectDiskStatus.InReplication`,
  ModifyDiskSpec: `NoChangeInDiskCategoryAndPerformanceLevel DiskInCoolingPeriod ModifyingDiskCategoryLimitExceed
    InvalidStatus.DiskNotReady InvalidPerformanceLevel.TooLow InvalidOperation.MultiAttachDisk
    OperationDenied.DiskExpansionUnfinished DiskHasFlashSnapshot BurstingEnabledForModifyingDiskUnsupported NoAttributeToModify
    InvalidPerformanceLevelParam.Mismatch`,
  CreateSnapshot: `IncorrectDiskStatus.NeverAttached IncorrectDiskStatus.NeverUsed IncorrectDiskStatus.CreatingSnapshot
    DISK_HAS_CREATING_SNAPSHOT IncorrectDiskStatus.Transferring IncorrectDiskStatus.Invalid DiskCategory.OperationNotSupported
    DiskId.ValueNotSupported IncorrectDiskType.NotSupport QuotaExceed.Snapshot QuotaExceed.SnapshotQuota
    QuotaExceed.ConcurrentSnapshotQuota CreateSnapshot.Failed IdempotentProcessing InvalidClientToken.Malformed
    InvalidSnapshotName.Malformed InvalidRetentionDays.Malformed InvalidAccountStatus.SnapshotServiceUnavailable
    InvalidOperation.UnfinishedEncryptedSnapshotCopy InvalidRegion.NotSupportSnapshotInstantAccessRegion
    InvalidCategoryAndInstantAccess.Malformed InvalidInstantAccessRetentionDays.Malformed`,
  DeleteSnapshot: `SnapshotCreatedDisk SnapshotCreatedImage InvalidOperation.RelatedSnapshotNotFinished
    InvalidOperation.DeleteSharedSnapshotUnsupported InvalidOperation.ResourceManagedByCloudProduct
    InvalidOperation.SnapshotIsLocked InvalidOperation.DecreaseRetentionDaysUnsupported InvalidSnapshotIds.Malformed
    InvalidTag.Mismatch InvalidTagCount InvalidFilterKey.NotFound InvalidDiskIds.Malformed InvalidParameter.DiskIds
    InvalidDiskIds.ValueNotSupported`,
  CreateSnapshotGroup: `InvalidDiskIds.NotInSameZone MissingParamter.InstanceId InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict
    NumberExceed.TooManyDisks CapacityExceed.TooManyDisks InvalidDisk.DiskCategoryInconsistent InvalidDisk.ShareVolume
    InvalidInstance.NoDisk InvalidParameter.Name InvalidParameter.Description IncorrectDiskStatus.TooManyCreatingSnapshots
    InvalidStatus.ValueNotSupported InvalidSnapshotGroupId.MustBeOne InvalidSnapshotGroupId.NotFound`,
  TagResources: `NumberExceed.ResourceIds NumberExceed.Tags OperationDenied.QuotaExceed NoPermission.Tag TagKey.Duplication
    InvalidResourceId.NotFound InvalidResourceType.NotFound`,
};

function kindOf(code: string, action: string, text = ''): string | undefined {
  return findErrorRow(code, action, text)?.kind;
}

describe('the table of ECS errors', () => {
  for (const [group, codes] of Object.entries(knownCodes)) {
    it(`has a row for every code known from ${group}`, () => {
      const action = group === 'common' ? 'DescribeDisks' : group;
      const missing = codes.split(/\s+/).filter((code) => kindOf(code, action) === undefined);
      expect(missing).to.deep.equal([]);
    });
  }

  it('has no two rows for the same code, action and text', () => {
    const keys = ecsErrorRows.map(({ code, actions, textIncludes }) =>
      JSON.stringify([code, actions, textIncludes]),
    );
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).to.deep.equal([]);
  });

  it('gives every row a reason', () => {
    expect(ecsErrorRows.filter(({ reason }) => reason.trim() === '')).to.deep.equal([]);
  });

  it('knows no row for a code that nobody listed', () => {
    expect(findErrorRow('NobodyKnows.This', 'CreateDisk', '')).to.equal(undefined);
  });

  const expected: readonly (readonly [code: string, action: string, kind: string])[] = [
    ['Forbidden.RAM', 'DescribeDisks', 'unreadable'],
    ['Forbidden.RAM', 'ListTagResources', 'unreadable'],
    ['Forbidden.RAM', 'DeleteDisk', 'denied'],
    ['NoPermission', 'UntagResources', 'denied'],
    ['InvalidDiskCategory.NotSupported', 'CreateDisk', 'not-offered'],
    ['InvalidDiskCategory.NotSupported', 'ResizeDisk', 'unsupported'],
    ['OperationDenied', 'CreateDisk', 'not-offered'],
    ['OperationDenied', 'ResizeDisk', 'unsupported'],
    ['OperationDenied.NoStock', 'CreateDisk', 'not-offered'],
    ['OperationDenied.SnapshotNotAllowed', 'CreateDisk', 'unsupported'],
    ['QuotaExceed.DiskCapacity', 'CreateDisk', 'no-capacity'],
    ['QuotaExceed.DiskCapacity', 'ResizeDisk', 'quota'],
    ['QuotaExceeded.PostpaidDataDiskCapacity', 'CreateDisk', 'no-capacity'],
    ['QuotaExceeded.PostpaidDataDiskCapacity', 'ResizeDisk', 'quota'],
    ['QuotaExceed.PostPaidDisk', 'CreateDisk', 'quota'],
    ['IncorrectDiskStatus', 'DeleteDisk', 'wrong-state'],
    ['IncorrectDiskStatus.Initializing', 'DeleteDisk', 'busy'],
    ['IncorrectDiskStatus', 'AttachDisk', 'busy'],
    ['IncorrectDiskStatus', 'DetachDisk', 'busy'],
    ['OperationConflict.DisksAttachingParallellyExceed', 'AttachDisk', 'busy'],
    ['DisksDetachingOnEcsExceeded', 'DetachDisk', 'busy'],
    ['InvalidOperation.DiskDetachingFromThisEcs', 'DetachDisk', 'busy'],
    ['IncorrectInstanceStatus', 'AttachDisk', 'busy'],
    ['IncorrectInstanceStatus', 'ResizeDisk', 'wrong-state'],
    ['IncorrectInstanceStatus', 'CreateSnapshot', 'busy'],
    ['IncorrectInstanceStatus', 'CreateSnapshotGroup', 'busy'],
    ['InstanceDiskLimitExceeded', 'AttachDisk', 'no-capacity'],
    ['ResourcesNotInSameZone', 'AttachDisk', 'invalid'],
    ['InvalidDisk.InUse', 'AttachDisk', 'in-use'],
    ['InvalidDisk.AlreadyDetached', 'DetachDisk', 'not-found'],
    ['DependencyViolation', 'DetachDisk', 'not-found'],
    ['QuotaExceed.SnapshotQuota', 'CreateSnapshot', 'quota'],
    ['QuotaExceed.ConcurrentSnapshotQuota', 'CreateSnapshot', 'busy'],
    ['IdempotentParameterMismatch', 'CreateSnapshot', 'conflict'],
    ['IdempotentParameterMismatch', 'CreateDisk', 'conflict'],
    ['LastTokenProcessing', 'CreateDisk', 'busy'],
    ['Throttling.User', 'DeleteDisk', 'throttled'],
    ['InvalidParameter.KMSKeyId.NotFound', 'CreateDisk', 'invalid'],
    ['InvalidParameter.KMSKeyId.CMKNotEnabled', 'CreateDisk', 'wrong-state'],
    ['InvalidParameter.Whatever', 'CreateDisk', 'invalid'],
    ['InvalidDiskIds.NotInSameZone', 'CreateSnapshotGroup', 'unsupported'],
    ['InvalidTimeStamp.Expired', 'DescribeDisks', 'unauthenticated'],
  ];
  for (const [code, action, kind] of expected) {
    it(`takes ${code} of ${action} as ${kind}`, () => {
      expect(kindOf(code, action)).to.equal(kind);
    });
  }

  it('takes two texts of CreateDisk as not-offered, whatever the code', () => {
    const noStock = 'The specified AZone inventory is insufficient.';
    const notSold = "The specified parameter 'DataDisk.n.Category' is not valid in this region.";
    expect(kindOf('InvalidParameter', 'CreateDisk', noStock)).to.equal('not-offered');
    expect(kindOf('Whatever', 'CreateDisk', notSold)).to.equal('not-offered');
    expect(kindOf('InvalidParameter', 'ResizeDisk', noStock)).to.equal('invalid');
  });
});
