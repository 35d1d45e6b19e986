import { defineAction, type ActionContext } from '../action.ts';
import { EcsError } from '../errors.ts';
import { pageOf, pagingParameters, queryOf } from '../paging.ts';
import { entries, tagFilters, type Entry } from '../parameters/repeated.ts';
import { flag, jsonIds, required, text } from '../parameters/scalars.ts';
import type { Values } from '../parameters/schema.ts';
import { fits, listed, rowsByIds } from '../rules/find.ts';
import type { Snapshot } from '../state/entities.ts';
import { snapshotView, usageOf } from '../views/snapshot.ts';

const parameters = {
  RegionId: required(text(), 'MissingParamter.RegionId'),
  SnapshotIds: jsonIds(100, 'InvalidSnapshotIds.Malformed'),
  DiskId: text(),
  InstanceId: text(),
  SnapshotName: text(),
  Status: text({
    oneOf: ['progressing', 'accomplished', 'failed', 'all'],
    code: 'InvalidStatus.ValueNotSupported',
  }),
  SnapshotType: text({ oneOf: ['auto', 'user', 'all'] }),
  SourceDiskType: text({ oneOf: ['system', 'data', 'System', 'Data'] }),
  Usage: text({ oneOf: ['image', 'disk', 'image_disk', 'none'] }),
  Encrypted: flag(),
  ResourceGroupId: text(),
  Filter: entries(['Key', 'Value']),
  Tag: tagFilters(),
  DryRun: flag(),
  ...pagingParameters,
};

export const describeSnapshots = defineAction({
  name: 'DescribeSnapshots',
  parameters,
  refuses: ['Category', 'KMSKeyId', 'SnapshotLinkId'],
  run: (values, context) => {
    const createdAfterMs = startTimeOf(values.Filter);
    if (values.DryRun === true) {
      throw new EcsError('DryRunOperation');
    }
    const rows = listed(candidates(values, context), values.Tag, context)
      .filter(matching(values, context))
      .filter(
        ({ cutAtMs }) => createdAfterMs === undefined || (cutAtMs !== null && cutAtMs >= createdAfterMs),
      );
    const page = pageOf(rows, values, {
      query: queryOf('DescribeSnapshots', context.regionId, values),
      minResults: 10,
      maxResults: 100,
      tokens: context.pageTokens,
    });
    const view = (snapshot: Snapshot): object =>
      snapshotView(snapshot, usage(context, snapshot), context.nowMs);
    return { ...page.fields, Snapshots: { Snapshot: page.rows.map(view) } };
  },
});

/** The snapshots that can match at all; the look-up by disk saves a walk over all of them. */
function candidates(
  { SnapshotIds, DiskId }: Values<typeof parameters>,
  { state }: ActionContext,
): Snapshot[] {
  return SnapshotIds === undefined && DiskId !== undefined
    ? state.snapshotsByDisk.rows(DiskId)
    : rowsByIds(state.snapshots, SnapshotIds);
}

function usage({ state }: ActionContext, snapshot: Snapshot): ReturnType<typeof usageOf> {
  return usageOf(snapshot, state.disksBySnapshot.rows(snapshot.id).length);
}

function matching(wish: Values<typeof parameters>, context: ActionContext): (snapshot: Snapshot) => boolean {
  const status = wish.Status === 'all' ? undefined : wish.Status;
  return (snapshot) =>
    [
      fits(wish.DiskId, snapshot.sourceDiskId),
      fits(wish.InstanceId, snapshot.instanceId),
      fits(wish.SnapshotName, snapshot.name),
      fits(status, snapshot.status as string),
      fits(wish.Encrypted, snapshot.encrypted),
      fits(wish.ResourceGroupId, snapshot.resourceGroupId),
      fits(wish.Usage, usage(context, snapshot) as string),
      wish.SnapshotType !== 'auto',
      wish.SourceDiskType?.toLowerCase() !== 'system',
    ].every(Boolean);
}

/** The one filter that is modelled: snapshots created at or after a time, as `2026-01-02T03:04Z`. */
function startTimeOf(filters: readonly Entry[]): number | undefined {
  const unknown = filters.find((filter) => filter['Key'] !== 'CreationStartTime');
  if (unknown !== undefined) {
    throw new EcsError('InvalidFilterKey.NotFound', `It is ${unknown['Key'] ?? ''}.`);
  }
  const value = filters[0]?.['Value'];
  if (value === undefined) {
    return undefined;
  }
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) {
    throw new EcsError('InvalidParameter.Filter', `"${value}" is not a time.`);
  }
  return ms;
}
