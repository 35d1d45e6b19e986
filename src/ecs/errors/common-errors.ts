import { apiPage } from './error-row.ts';
import type { ErrorGroup } from './error-row.ts';

const reads = ['Describe*', 'List*'];
const otherKey = 'check the AccessKey and the credential settings of the plugin';
const otherClock = 'set the clock of the node: ECS accepts at most 15 minutes of difference';
const otherEndpoint = 'check the end point of ECS that the plugin is given';
const payBill = 'settle the bills of the account';

/** Codes that any action may answer. */
export const commonErrors: readonly ErrorGroup[] = [
  {
    title: 'Load and faults of the service',
    source: 'https://www.alibabacloud.com/help/doc-detail/437902.htm',
    rows: [
      { code: 'Throttling*', kind: 'throttled', reason: 'over the request quota; not executed' },
      { code: 'ServiceUnavailable', kind: 'outcome-unknown', reason: 'the service failed' },
      { code: 'InternalError', kind: 'outcome-unknown', reason: 'the service failed' },
      {
        code: 'SignatureNonceUsed',
        kind: 'outcome-unknown',
        reason: 'something on the way sent the request twice',
      },
    ],
  },
  {
    title: 'Identity',
    source: 'https://help.aliyun.com/en/dns/error-code',
    rows: [
      {
        code: 'InvalidAccessKeyId*',
        kind: 'unauthenticated',
        reason: 'no such AccessKey, or it is disabled',
        remedy: otherKey,
      },
      {
        code: 'InvalidSecurityToken*',
        kind: 'unauthenticated',
        reason: 'the session token is wrong or has expired',
        remedy: otherKey,
      },
      {
        code: 'MissingSecurityToken*',
        kind: 'unauthenticated',
        reason: 'a temporary AccessKey without its token',
        remedy: otherKey,
      },
      {
        code: 'SignatureDoesNotMatch',
        kind: 'unauthenticated',
        reason: 'the AccessKey secret is wrong',
        remedy: otherKey,
      },
      {
        code: 'IncompleteSignature',
        kind: 'unauthenticated',
        reason: 'the signature is not complete',
        remedy: otherKey,
      },
      {
        code: 'InvalidCredentials',
        kind: 'unauthenticated',
        reason: 'there are no credentials',
        remedy: otherKey,
      },
      {
        code: 'InvalidTimeStamp*',
        kind: 'unauthenticated',
        reason: 'the clocks of ECS and of this node differ',
        remedy: otherClock,
      },
    ],
  },
  {
    title: 'Rights',
    source: apiPage('DescribeDisks'),
    rows: [
      {
        code: 'Forbidden*',
        actions: reads,
        kind: 'unreadable',
        reason: 'no right to look, so nothing is known',
      },
      {
        code: 'NoPermission*',
        actions: reads,
        kind: 'unreadable',
        reason: 'no right to look, so nothing is known',
      },
      { code: 'Forbidden*', kind: 'denied', reason: 'a RAM right is missing' },
      { code: 'NoPermission*', kind: 'denied', reason: 'a RAM right is missing' },
    ],
  },
  {
    title: 'Account',
    source: apiPage('CreateDisk'),
    rows: [
      { code: 'Account.Arrearage', kind: 'account', reason: 'the account is in arrears', remedy: payBill },
      {
        code: 'InvalidAccountStatus.NotEnoughBalance',
        kind: 'account',
        reason: 'too little balance',
        remedy: payBill,
      },
      { code: 'DiskInArrears', kind: 'account', reason: 'the disk is locked for arrears', remedy: payBill },
      {
        code: 'InstanceExpiredOrInArrears',
        kind: 'account',
        reason: 'the instance is locked',
        remedy: payBill,
      },
      {
        code: 'InstanceLockedForSecurity',
        kind: 'account',
        reason: 'the instance is locked for security',
        remedy: 'unlock the instance in the ECS console',
      },
      {
        code: 'InvalidAccountStatus.SnapshotServiceUnavailable',
        kind: 'account',
        reason: 'the snapshot service is not active',
        remedy: 'activate the snapshot service in the ECS console',
      },
      {
        code: 'UserNotInTheWhiteList',
        kind: 'unsupported',
        reason: 'the account may not use this feature',
        remedy: 'ask Alibaba Cloud to enable it',
      },
    ],
  },
  {
    title: 'Parameters',
    source: apiPage('DescribeDisks'),
    rows: [
      { code: 'MissingParameter*', kind: 'bug', reason: 'our request lacks a parameter' },
      { code: 'MissingParamter*', kind: 'bug', reason: 'our request lacks a parameter' },
      { code: 'IncompleteParamter*', kind: 'bug', reason: 'our request lacks a parameter' },
      { code: 'InvalidParameter*', kind: 'invalid', reason: 'a value is not allowed' },
      { code: 'InvalidParamter*', kind: 'invalid', reason: 'a value is not allowed' },
      { code: 'InvalidParam.*', kind: 'invalid', reason: 'values that contradict each other' },
      { code: 'SDK.ValidateError', kind: 'bug', reason: 'the SDK refused our request' },
      { code: 'DryRunOperation', kind: 'bug', reason: 'a dry run that nobody asked for' },
      {
        code: 'InvalidRegionId.NotFound',
        kind: 'invalid',
        reason: 'no such region',
        remedy: 'set the region of the plugin to the one the cluster is in',
      },
      { code: 'InvalidRegion.NotSupport', kind: 'unsupported', reason: 'not available in this region' },
      { code: 'InvalidZoneId.NotFound', kind: 'invalid', reason: 'no such zone in this region' },
      { code: 'InvalidResourceGroup.NotFound', kind: 'invalid', reason: 'no such resource group' },
      { code: 'InvalidClientToken.Malformed', kind: 'bug', reason: 'our ClientToken is malformed' },
      { code: 'InvalidNextToken.Malformed', kind: 'busy', reason: 'the list changed while it was read' },
      {
        code: 'InvalidAction.NotFound',
        kind: 'bug',
        reason: 'the end point is not one of ECS',
        remedy: otherEndpoint,
      },
      { code: 'NoAttributeToModify', kind: 'bug', reason: 'nothing to change was given' },
    ],
  },
  {
    title: 'Two operations at once',
    source: 'https://help.aliyun.com/zh/ecs/developer-reference/how-to-ensure-idempotence',
    rows: [
      { code: 'OperationConflict*', kind: 'busy', reason: 'another operation is under way' },
      { code: 'Operation.Conflict', kind: 'busy', reason: 'another operation is under way' },
      { code: 'InvalidOperation.Conflict', kind: 'busy', reason: 'another operation is under way' },
      { code: 'LastTokenProcessing', kind: 'busy', reason: 'the first request of this intent still runs' },
      { code: 'IdempotentProcessing', kind: 'busy', reason: 'the first request of this intent still runs' },
      { code: 'LastOrderProcessing', kind: 'busy', reason: 'the last order of the disk still runs' },
      {
        code: 'IdempotentParameterMismatch',
        kind: 'conflict',
        reason: 'the name was used with other parameters',
      },
    ],
  },
  {
    title: 'Tags',
    source: apiPage('TagResources'),
    rows: [
      { code: 'NumberExceed.ResourceIds', kind: 'bug', reason: 'too many ids in one request' },
      { code: 'NumberExceed.Tags', kind: 'invalid', reason: 'more than 20 tags' },
      {
        code: 'OperationDenied.QuotaExceed',
        kind: 'quota',
        reason: 'the resource has all the tags it may have',
      },
      { code: 'QuotaExceed.Tags', kind: 'quota', reason: 'the resource has all the tags it may have' },
      { code: 'InvalidTagKey.Malformed', kind: 'invalid', reason: 'a tag key that ECS does not allow' },
      { code: 'InvalidTagValue.Malformed', kind: 'invalid', reason: 'a tag value that ECS does not allow' },
      { code: 'InvalidTag.Mismatch', kind: 'invalid', reason: 'tag keys and values do not pair up' },
      { code: 'InvalidTagCount', kind: 'invalid', reason: 'too many tags' },
      { code: 'Duplicate.TagKey', kind: 'invalid', reason: 'a tag key given twice' },
      { code: 'TagKey.Duplication', kind: 'invalid', reason: 'two tag keys that differ only in case' },
      { code: 'InvalidResourceId.NotFound', kind: 'not-found', reason: 'no such resource' },
      { code: 'InvalidResourceType.NotFound', kind: 'bug', reason: 'no such resource type' },
    ],
  },
];
