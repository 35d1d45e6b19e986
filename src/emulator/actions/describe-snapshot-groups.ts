import { defineAction, type ActionContext } from '../action.ts';
import { isoSeconds } from '../clock.ts';
import { groupStatus, membersOf, snapshotPercent } from '../lifecycle/snapshot-progress.ts';
import { pageOf, pagingParameters, queryOf } from '../paging.ts';
import { list, tagFilters } from '../parameters/repeated.ts';
import { required, text } from '../parameters/scalars.ts';
import { EcsError } from '../errors.ts';
import { fits, listed, rowsByIds } from '../rules/find.ts';
import type { Snapshot, SnapshotGroup } from '../state/entities.ts';
import { keyTags } from '../views/tags.ts';

const statuses: readonly string[] = ['progressing', 'accomplished', 'failed'];

export const describeSnapshotGroups = defineAction({
  name: 'DescribeSnapshotGroups',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    SnapshotGroupId: list({ max: 10 }),
    Name: text(),
    InstanceId: text(),
    Status: list({ max: 3 }),
    ResourceGroupId: text(),
    Tag: tagFilters(),
    MaxResults: pagingParameters.MaxResults,
    NextToken: pagingParameters.NextToken,
  },
  accepts: ['AdditionalAttributes'],
  run: (values, context) => {
    const wrong = values.Status.find((status) => !statuses.includes(status));
    if (wrong !== undefined) {
      throw new EcsError('InvalidStatus.ValueNotSupported', `It is ${wrong}.`);
    }
    const ids = values.SnapshotGroupId.length === 0 ? undefined : values.SnapshotGroupId;
    const groups = listed(rowsByIds(context.state.groups, ids), values.Tag, context).filter(
      (group) =>
        fits(values.Name, group.name) &&
        fits(values.InstanceId, group.instanceId) &&
        fits(values.ResourceGroupId, group.resourceGroupId) &&
        (values.Status.length === 0 || values.Status.includes(groupStatus(membersOf(context.state, group)))),
    );
    const page = pageOf(
      groups,
      { ...values, MaxResults: values.MaxResults ?? 10 },
      {
        query: queryOf('DescribeSnapshotGroups', context.regionId, values),
        minResults: 1,
        maxResults: 100,
        tokens: context.pageTokens,
      },
    );
    return {
      NextToken: page.fields['NextToken'],
      SnapshotGroups: { SnapshotGroup: page.rows.map((group) => groupView(context, group)) },
    };
  },
});

function groupView({ state, nowMs }: ActionContext, group: SnapshotGroup): object {
  const members = membersOf(state, group);
  return {
    SnapshotGroupId: group.id,
    Name: group.name,
    Description: group.description,
    Status: groupStatus(members),
    ProgressStatus: '',
    CreationTime: isoSeconds(group.createdAtMs),
    InstanceId: group.instanceId,
    ResourceGroupId: group.resourceGroupId,
    Tags: keyTags(group.tags),
    Snapshots: { Snapshot: members.map((member) => memberView(member, nowMs)) },
  };
}

function memberView(member: Snapshot, nowMs: number): object {
  return {
    SnapshotId: member.id,
    SourceDiskId: member.sourceDiskId,
    SourceDiskType: 'data',
    Progress: `${snapshotPercent(member, nowMs)}%`,
    Available: member.isAvailable,
    InstantAccess: member.isInstantAccess,
    InstantAccessRetentionDays: 0,
    Tags: keyTags(member.tags),
  };
}
