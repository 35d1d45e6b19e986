import { apiPage } from './error-row.ts';
import type { ErrorGroup } from './error-row.ts';

const creating = ['CreateDisk'];

/** Codes of CreateDisk after which the next category, level or zone of the class is tried. */
export const candidateErrors: readonly ErrorGroup[] = [
  {
    title:
      'Category or zone not to be had: the next candidate is tried; where quotas rule out each and another node would not help, the answer is FAILED_PRECONDITION',
    source: apiPage('CreateDisk'),
    rows: [
      {
        code: '*',
        actions: creating,
        textIncludes: 'AZone inventory is insufficient',
        kind: 'not-offered',
        reason: 'out of stock in this zone',
      },
      {
        code: '*',
        actions: creating,
        textIncludes: "Category' is not valid in this region",
        kind: 'not-offered',
        reason: 'the category is not sold in this region',
      },
      { code: 'InvalidZoneId.NotFound', actions: creating, kind: 'not-offered', reason: 'no such zone here' },
      {
        code: 'InvalidPerformanceLevel.ValueNotSupported',
        actions: creating,
        kind: 'not-offered',
        reason: 'the level is not sold here',
      },
      {
        code: 'InvalidDiskSize.NotSupported',
        actions: creating,
        kind: 'not-offered',
        reason: 'the category does not come in this size here',
      },
      {
        code: 'UserNotInTheWhiteList',
        actions: creating,
        kind: 'not-offered',
        reason: 'the account may not use this category',
      },
      {
        code: 'QuotaExceed*',
        actions: creating,
        kind: 'no-capacity',
        reason: 'a quota of the category or of the account is full; another candidate may fit',
      },
      {
        code: 'QuotaExceed.DiskCapacity',
        actions: creating,
        kind: 'no-capacity',
        reason: 'the capacity quota of the category is full; another category may fit',
      },
      {
        code: 'QuotaExceeded.PostpaidDataDiskCapacity',
        actions: creating,
        kind: 'no-capacity',
        reason: 'the quota of pay-as-you-go capacity is full; another category may fit',
      },
      {
        code: 'InvalidDataDiskCategory.*',
        actions: creating,
        kind: 'not-offered',
        reason: 'category not sold here',
      },
      {
        code: 'InvalidDiskCategory.*',
        actions: creating,
        kind: 'not-offered',
        reason: 'category not sold here',
      },
      {
        code: 'Zone.NotOnSale',
        actions: creating,
        kind: 'not-offered',
        reason: 'the zone sells no more disks',
      },
      {
        code: 'OperationDenied',
        actions: creating,
        kind: 'not-offered',
        reason: 'zone or category closed for new disks',
      },
      {
        code: 'OperationDenied.NoStock',
        actions: creating,
        kind: 'not-offered',
        reason: 'out of stock in this zone',
      },
      {
        code: 'OperationDenied.ZoneNotSupportMultiAttachDisk',
        actions: creating,
        kind: 'not-offered',
        reason: 'no multi-attach disks in this zone',
      },
      { code: 'Zone.NotOnSale', kind: 'no-capacity', reason: 'the zone sells no more disks' },
      { code: 'OperationDenied.NoStock', kind: 'no-capacity', reason: 'out of stock in this zone' },
      { code: 'OperationDenied', kind: 'unsupported', reason: 'zone or category does not allow it' },
      { code: 'InvalidDataDiskCategory.*', kind: 'unsupported', reason: 'the category cannot do it' },
      { code: 'InvalidDiskCategory.*', kind: 'unsupported', reason: 'the category cannot do it' },
    ],
  },
];
