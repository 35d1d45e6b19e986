import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { shownDiskStatus } from '../lifecycle/disk-status.ts';
import { pageOf, pagingParameters, queryOf } from '../paging.ts';
import { list, tagFilters } from '../parameters/repeated.ts';
import { flag, jsonIds, required, text } from '../parameters/scalars.ts';
import type { Values } from '../parameters/schema.ts';
import { fits, listed, rowsByIds } from '../rules/find.ts';
import type { Disk } from '../state/entities.ts';
import { diskView } from '../views/disk.ts';

const parameters = {
  RegionId: required(text(), 'MissingParamter.RegionId'),
  DiskIds: jsonIds(100, 'InvalidDiskIds.Malformed'),
  InstanceId: text(),
  ZoneId: text(),
  DiskName: text(),
  Status: text({
    oneOf: ['Creating', 'Available', 'Attaching', 'In_use', 'Detaching', 'ReIniting', 'All'],
    code: 'InvalidStatus.ValueNotSupported',
  }),
  Category: text(),
  SnapshotId: text(),
  ResourceGroupId: text(),
  DiskType: text({ oneOf: ['system', 'data', 'all'] }),
  DiskChargeType: text({ oneOf: ['PrePaid', 'PostPaid'] }),
  Encrypted: flag(),
  MultiAttach: text({ oneOf: ['Disabled', 'Enabled', 'LegacyShared'] }),
  Tag: tagFilters(),
  AdditionalAttributes: list({ max: 10 }),
  DryRun: flag(),
  ...pagingParameters,
};

export const describeDisks = defineAction({
  name: 'DescribeDisks',
  parameters,
  accepts: [],
  refuses: [
    'Filter',
    'AutoSnapshotPolicyId',
    'DeleteAutoSnapshot',
    'DeleteWithInstance',
    'EnableAutoSnapshot',
    'EnableAutomatedSnapshotPolicy',
    'EnableShared',
    'KMSKeyId',
    'LockReason',
    'Portable',
  ],
  run: (values, context) => {
    if (values.DryRun === true) {
      throw new EcsError('DryRunOperation');
    }
    const rows = listed(rowsByIds(context.state.disks, values.DiskIds), values.Tag, context);
    const page = pageOf(rows.filter(matching(values, context)), values, {
      query: queryOf('DescribeDisks', context.regionId, values),
      minResults: 10,
      maxResults: 500,
      tokens: context.pageTokens,
    });
    const withPlacement = values.AdditionalAttributes.includes('Placement');
    const options = { nowMs: context.nowMs, withPlacement, settings: context.settings };
    return { ...page.fields, Disks: { Disk: page.rows.map((disk) => diskView(disk, options)) } };
  },
});

function matching(wish: Values<typeof parameters>, { nowMs }: ActionContext): (disk: Disk) => boolean {
  const multiAttach = wish.MultiAttach === undefined ? undefined : wish.MultiAttach === 'Enabled';
  const status = wish.Status === 'All' ? undefined : wish.Status;
  return (disk) =>
    [
      fits(wish.ZoneId, disk.zoneId),
      fits(wish.DiskName, disk.name),
      fits(status, shownDiskStatus(disk, nowMs) as string),
      fits(wish.Category, disk.category),
      fits(wish.SnapshotId, disk.sourceSnapshotId),
      fits(wish.ResourceGroupId, disk.resourceGroupId),
      fits(wish.Encrypted, disk.encrypted),
      fits(multiAttach, disk.multiAttach),
      wish.DiskType !== 'system',
      wish.DiskChargeType !== 'PrePaid',
      isOn(disk, wish.InstanceId),
    ].every(Boolean);
}

function isOn(disk: Disk, instanceId: string | undefined): boolean {
  return (
    instanceId === undefined ||
    disk.attachments.some((one) => one.instanceId === instanceId && one.phase !== 'attaching')
  );
}
