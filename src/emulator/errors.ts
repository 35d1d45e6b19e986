/**
 * Every error that the emulator puts on the wire: code, HTTP status and text.
 * The codes and statuses are those that ECS publishes; the texts are ours, so nobody can come to depend on them.
 */
const table = {
  // Gateway and account.
  'InvalidAction.NotFound': [404, 'There is no such API action.'],
  NoSuchVersion: [400, 'This API version does not exist; use 2014-05-26.'],
  IncompleteSignature: [
    400,
    'The Authorization header or one of the headers it needs is missing or malformed.',
  ],
  'InvalidAccessKeyId.NotFound': [404, 'The AccessKey ID is not known.'],
  SignatureDoesNotMatch: [400, 'The signature computed from the request differs from the one it carries.'],
  SignatureNonceUsed: [400, 'The signature nonce was used before.'],
  'InvalidTimeStamp.Format': [400, 'The x-acs-date header is not of the form 2026-01-02T03:04:05Z.'],
  'InvalidTimeStamp.Expired': [
    400,
    'The x-acs-date header is more than 15 minutes away from the server time.',
  ],
  MissingSecurityToken: [400, 'This AccessKey is temporary and needs a security token.'],
  'InvalidSecurityToken.Expired': [400, 'The security token has expired.'],
  'InvalidSecurityToken.Malformed': [400, 'The security token is not valid.'],
  'InvalidSecurityToken.MismatchWithAccessKey': [
    400,
    'The security token does not belong to this AccessKey.',
  ],
  'Forbidden.RAM': [403, 'The user has no RAM right for this operation.'],
  Throttling: [400, 'Too many requests for this action; try again later.'],
  'Throttling.User': [400, 'Too many requests by this user; try again later.'],
  'Throttling.Api': [400, 'Too many requests for this API; try again later.'],
  ServiceUnavailable: [503, 'The service cannot answer now; try again later.'],
  InternalError: [500, 'The request failed for a reason that is unknown to the service.'],
  UnsupportedHTTPMethod: [405, 'Use POST or GET.'],
  RequestTooLarge: [413, 'The request is too large.'],
  MalformedRequest: [400, 'The request is not readable HTTP.'],
  DryRunOperation: [400, 'The request would have succeeded; nothing was done because it was a dry run.'],

  // Parameters.
  InvalidParameter: [400, 'A parameter is not valid.'],
  MissingParameter: [400, 'A parameter that this action needs is missing.'],
  'MissingParamter.RegionId': [400, 'The parameter RegionId is missing.'],
  'MissingParamter.InstanceId': [400, 'Give InstanceId or DiskId.N.'],
  'InvalidRegionId.NotFound': [404, 'The region does not exist.'],
  'InvalidZoneId.NotFound': [404, 'The zone does not exist in this region.'],
  'InvalidResourceGroup.NotFound': [404, 'The resource group does not exist.'],
  'InvalidClientToken.Malformed': [403, 'A ClientToken has at most 64 ASCII characters.'],
  IdempotentParameterMismatch: [403, 'This ClientToken was used before with other parameters.'],
  IdempotentProcessing: [403, 'The first request with this ClientToken is still being processed.'],
  LastTokenProcessing: [403, 'The first request with this ClientToken is still being processed.'],
  'InvalidNextToken.Malformed': [400, 'The NextToken was not given out for this query.'],

  // Disks.
  'InvalidDiskId.NotFound': [404, 'The disk does not exist.'],
  'InvalidDiskIds.Malformed': [403, 'At most 100 disk ids can be given.'],
  'InvalidDiskName.Malformed': [400, 'The disk name breaks the naming rules.'],
  'InvalidDescription.Malformed': [
    400,
    'A description has 2 to 256 characters and does not start with http:// or https://.',
  ],
  'InvalidDiskCategory.ValueNotSupported': [400, 'The disk category does not exist.'],
  'InvalidDiskCategory.NotSupported': [403, 'The disk category does not support this operation.'],
  'InvalidDataDiskCategory.NotSupported': [400, 'The disk category is not sold in this zone.'],
  'InvalidZoneId.DiskCategoryUnsupported': [400, 'A regional disk has no zone; leave ZoneId out.'],
  'OperationDenied.NoStock': [403, 'The specified AZone inventory is insufficient.'],
  'InvalidDiskSize.NotSupported': [400, 'The size is outside the limits of the disk category.'],
  'InvalidDiskSize.TooSmall': [403, 'The size is too small.'],
  'InvalidDiskSize.TooLarge': [403, 'The size is above the limit of the disk category.'],
  'InvalidDiskSize.NotSupportResizeOnline': [403, 'Disks of this category cannot be resized online.'],
  InvalidDiskSize: [403, 'The size is not valid.'],
  'OperationDenied.PerformanceLevelNotMatch': [403, 'The size is too small for the performance level.'],
  'InvalidPerformanceLevel.Malformed': [400, 'The performance level is not one of PL0, PL1, PL2, PL3.'],
  'InvalidPerformanceLevel.ValueNotSupported': [400, 'Only cloud_essd disks have a performance level.'],
  'InvalidPerformanceLevel.TooLow': [403, 'A disk cannot be lowered to PL0.'],
  'InvalidPerformanceLevelParam.Mismatch': [400, 'Only cloud_essd disks have a performance level.'],
  ProvisionedIopsForDiskCategoryUnsupported: [400, 'The disk category has no provisioned IOPS.'],
  'InvalidProvisionedIops.LimitExceed': [
    400,
    'The provisioned IOPS exceed what a disk of this size can have.',
  ],
  BurstingEnabledForDiskCategoryUnsupported: [400, 'The disk category has no performance burst.'],
  BurstingEnabledForMultiAttachDiskUnsupported: [400, 'A multi-attach disk has no performance burst.'],
  BurstingEnabledForModifyingDiskUnsupported: [
    400,
    'The disk is being modified; try again when that is done.',
  ],
  'InvalidBurstingEnabled.DiskSizeTooSmall': [400, 'Performance burst needs a disk larger than 3 GiB.'],
  'InvalidParameter.DiskCategoryAndMultiAttachNotMatch': [400, 'The disk category cannot be multi-attach.'],
  'InvalidParameter.EncryptedIllegal': [400, 'KMSKeyId is only valid together with Encrypted=true.'],
  'InvalidParameter.Encrypted': [400, 'A disk made from an encrypted snapshot is encrypted.'],
  'InvalidSnapshot.NotReady': [403, 'The snapshot is not ready to be used for this disk.'],
  'InvalidOperation.CreateFromSnapshotUnsupported': [
    403,
    'Disks of this category cannot be made from a snapshot.',
  ],
  'QuotaExceed.PostPaidDisk': [403, 'The quota of pay-as-you-go disks is used up.'],
  IncorrectDiskStatus: [403, 'The disk is in a state that does not allow this operation.'],
  'IncorrectDiskStatus.Initializing': [403, 'The disk is still being created.'],
  DiskStillAttached: [403, 'The disk is attached to an instance.'],
  DiskCreatingSnapshot: [403, 'A snapshot of the disk is being made; wait until it is accomplished.'],
  'InvalidStatus.DiskNotReady': [403, 'The specification of the disk is being changed.'],
  NoChangeInDiskCategoryAndPerformanceLevel: [403, 'The disk already has this specification.'],
  'InvalidOperation.MultiAttachDisk': [403, 'This operation is not possible for a multi-attach disk.'],
  NoAttributeToModify: [400, 'No attribute to modify was given.'],

  // Attachments and instances.
  'InvalidInstanceId.NotFound': [404, 'The instance does not exist.'],
  IncorrectInstanceStatus: [403, 'The instance is in a state that does not allow this operation.'],
  'InvalidInstanceStatus.NotRunning': [403, 'Online resizing needs every attached instance running.'],
  'InvalidDisk.InUse': [404, 'The disk is already in use.'],
  'InvalidDisk.AlreadyDetached': [404, 'The disk is not attached.'],
  DependencyViolation: [403, 'The disk is not attached to this instance.'],
  'InvalidOperation.DiskDetachingFromThisEcs': [
    403,
    'The disk is already being detached from this instance.',
  ],
  'OperationConflict.DisksAttachingParallellyExceed': [
    400,
    'Another disk is being attached to this instance.',
  ],
  DisksDetachingOnEcsExceeded: [400, 'Too many disks are being detached from this instance.'],
  InstanceDiskLimitExceeded: [403, 'The instance cannot take more disks.'],
  ResourcesNotInSameZone: [403, 'The disk and the instance are in different zones.'],
  DiskAttachedNumberExceeded: [403, 'The disk is attached to as many instances as it can be.'],
  'InvalidInstanceType.NotSupportDiskCategory': [
    403,
    'The instance type does not take disks of this category.',
  ],
  'InvalidInstanceType.ValueNotSupported': [403, 'The instance type does not exist.'],
  'InvalidInstanceType.NvmeRequired': [403, 'A multi-attach disk needs an instance with NVMe.'],
  'InvalidInstance.ZoneConflict': [
    403,
    'Force needs the target instance to be in another zone than the present one.',
  ],
  'InvalidParameterForce.NotSupported': [400, 'Force is only valid for regional disks.'],
  'DeleteWithInstance.Conflict': [403, 'DeleteWithInstance cannot be set for a multi-attach disk.'],
  'InvalidParameter.DeleteWithInstance': [403, 'An elastic ephemeral disk needs DeleteWithInstance=true.'],

  // Snapshots.
  'InvalidSnapshotId.NotFound': [404, 'The snapshot does not exist.'],
  'InvalidSnapshotId.NotReady': [400, 'The snapshot is not finished.'],
  'InvalidSnapshotIds.Malformed': [403, 'At most 100 snapshot ids can be given.'],
  'InvalidSnapshotName.Malformed': [400, 'The snapshot name breaks the naming rules.'],
  'InvalidRetentionDays.Malformed': [400, 'RetentionDays is a number of days from 1 to 65536.'],
  'InvalidOperation.DecreaseRetentionDaysUnsupported': [400, 'The retention time can only be made longer.'],
  'IncorrectDiskStatus.NeverAttached': [403, 'The disk was never attached to an instance.'],
  'IncorrectDiskStatus.NeverUsed': [403, 'The disk was never written to.'],
  'DiskCategory.OperationNotSupported': [400, 'Disks of this category have no snapshots.'],
  'QuotaExceed.Snapshot': [403, 'The disk has as many snapshots as it can have.'],
  'QuotaExceed.ConcurrentSnapshotQuota': [
    403,
    'Too many snapshots of the disk are being made at the same time.',
  ],
  SnapshotCreatedDisk: [403, 'Disks were made from the snapshot; use Force=true to delete it all the same.'],
  SnapshotCreatedImage: [403, 'An image uses the snapshot.'],
  'InvalidFilterKey.NotFound': [404, 'The filter key does not exist.'],
  'InvalidStatus.ValueNotSupported': [403, 'The status is not one that can be asked for.'],

  // Groups.
  'InvalidSnapshotGroupId.NotFound': [404, 'The snapshot group does not exist.'],
  'InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict': [400, 'Give DiskId.N or ExcludeDiskId.N, not both.'],
  'InvalidDiskIds.NotInSameZone': [400, 'The disks of a group are in one zone.'],
  'InvalidDisk.DiskCategoryInconsistent': [403, 'Regional and zonal disks cannot be in one group.'],
  'InvalidInstance.NoDisk': [403, 'The instance has no disk that can be in a group.'],
  'NumberExceed.TooManyDisks': [403, 'Too many disks for one group.'],
  'CapacityExceed.TooManyDisks': [403, 'The disks of the group are too large together.'],
  'IncorrectDiskStatus.TooManyCreatingSnapshots': [
    403,
    'Too many snapshots of a disk are being made at the same time.',
  ],

  // Tags.
  'InvalidTagKey.Malformed': [400, 'The tag key breaks the rules.'],
  'InvalidTagValue.Malformed': [400, 'The tag value breaks the rules.'],
  'Duplicate.TagKey': [400, 'A tag key is given twice.'],
  'TagKey.Duplication': [403, 'Tag keys that differ in capitals only.'],
  InvalidTagCount: [400, 'Too many tags in one request.'],
  'QuotaExceed.Tags': [403, 'A resource has at most 20 tags.'],
  'NumberExceed.Tags': [400, 'At most 20 tags in one request.'],
  'NumberExceed.ResourceIds': [400, 'At most 50 resources in one request.'],
  'InvalidResourceId.NotFound': [404, 'A resource does not exist.'],
  'InvalidResourceType.NotFound': [404, 'The resource type does not exist.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof table | `MissingParameter.${string}` | `InvalidParameter.${string}`;

const entries: ReadonlyMap<string, readonly [number, string]> = new Map(Object.entries(table));

/** The HTTP status that a code usually has; 400 for a code that the table does not know. */
export function statusOfCode(code: string): number {
  return entryOf(code)?.[0] ?? 400;
}

/** The text of a code, or a neutral sentence for a code that the table does not know. */
export function messageOfCode(code: string): string {
  return entryOf(code)?.[1] ?? 'The request failed.';
}

/** All codes of the table, for documentation and tests. */
export function knownCodes(): string[] {
  return [...entries.keys()];
}

function entryOf(code: string): readonly [number, string] | undefined {
  return entries.get(code) ?? entries.get(code.slice(0, Math.max(code.indexOf('.'), 0)));
}

export interface AccessDeniedDetail {
  readonly AuthAction: string;
  readonly AuthPrincipalType: string;
  readonly AuthPrincipalDisplayName: string;
  readonly AuthPrincipalOwnerId: string;
  readonly PolicyType: string;
  readonly NoPermissionType: string;
}

/** An answer other than success. `detail` is added to the text of the code and names the culprit. */
export class EcsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly accessDenied: AccessDeniedDetail | undefined;

  constructor(code: ErrorCode, detail = '', accessDenied?: AccessDeniedDetail) {
    super(detail === '' ? messageOfCode(code) : `${messageOfCode(code)} ${detail}`);
    this.name = 'EcsError';
    this.code = code;
    this.status = statusOfCode(code);
    this.accessDenied = accessDenied;
  }
}
