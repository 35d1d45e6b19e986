import { defineAction, type ActionContext } from '../action.ts';
import { categoryNamed } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { disksOn } from '../lifecycle/attach.ts';
import { clientToken, description, resourceGroupId, resourceName } from '../parameters/names.ts';
import { list, tags } from '../parameters/repeated.ts';
import { required, text } from '../parameters/scalars.ts';
import type { Values } from '../parameters/schema.ts';
import { findDisk, findInstance } from '../rules/find.ts';
import { checkCanSnapshot, enterSnapshot, planFor, type SnapshotWish } from '../rules/snapshots.ts';
import type { Disk, SnapshotGroup } from '../state/entities.ts';

const parameters = {
  RegionId: required(text(), 'MissingParamter.RegionId'),
  InstanceId: text(),
  DiskId: list({ max: 1000 }),
  ExcludeDiskId: list({ max: 1000 }),
  Name: resourceName('InvalidParameter.Name'),
  Description: description('InvalidParameter.Description'),
  ResourceGroupId: resourceGroupId(),
  Tag: tags(),
  ClientToken: clientToken(),
};

type Wish = Values<typeof parameters>;

export const createSnapshotGroup = defineAction({
  name: 'CreateSnapshotGroup',
  parameters,
  tokenBusyCode: 'IdempotentProcessing',
  accepts: ['InstantAccess', 'InstantAccessRetentionDays'],
  refuses: ['StorageLocationArn'],
  run: (values, context) => {
    const disks = disksOf(values, context);
    checkTogether(context, disks);
    disks.forEach((disk) => {
      checkCanSnapshot(context, disk, true);
    });
    const group = enterGroup(values, context, disks);
    const cutMs = Math.max(...disks.map((disk) => planFor(context, disk).cutMs));
    context.state.schedule({ what: 'group-cut', subjectId: group.id, atMs: context.nowMs + cutMs });
    return { SnapshotGroupId: group.id };
  },
});

/** The disks that are meant: those named, or those on the instance without the excluded ones. */
function disksOf(values: Wish, context: ActionContext): Disk[] {
  if (values.DiskId.length > 0 && values.ExcludeDiskId.length > 0) {
    throw new EcsError('InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict');
  }
  if (new Set(values.DiskId).size < values.DiskId.length) {
    throw new EcsError('InvalidParameter.DiskId', 'A disk is given twice.');
  }
  const named = values.DiskId.map((id) => findDisk(context, id));
  if (values.InstanceId === undefined) {
    if (named.length === 0) {
      throw new EcsError('MissingParamter.InstanceId');
    }
    return named;
  }
  const instance = findInstance(context, values.InstanceId);
  const present = disksOn(context.state, instance.id).filter(({ id }) => !values.ExcludeDiskId.includes(id));
  const stranger = named.find((disk) => !present.includes(disk));
  if (stranger !== undefined) {
    throw new EcsError('InvalidDiskId.NotFound', `The disk ${stranger.id} is not on ${instance.id}.`);
  }
  const chosen = named.length > 0 ? named : present;
  if (chosen.length === 0) {
    throw new EcsError('InvalidInstance.NoDisk', `The instance is ${instance.id}.`);
  }
  return chosen;
}

/** What must hold for the disks of one group, besides what holds for each of them. */
function checkTogether({ settings }: ActionContext, disks: readonly Disk[]): void {
  if (disks.length > settings.groupDisks) {
    throw new EcsError(
      'NumberExceed.TooManyDisks',
      `There are ${disks.length}, the limit is ${settings.groupDisks}.`,
    );
  }
  for (const disk of disks) {
    if (!settings.groupCategories.includes(disk.category)) {
      throw new EcsError('DiskCategory.OperationNotSupported', `The disk ${disk.id} is ${disk.category}.`);
    }
    if (disk.multiAttach) {
      throw new EcsError('InvalidOperation.MultiAttachDisk', `The disk is ${disk.id}.`);
    }
  }
  if (new Set(disks.map(({ category }) => categoryNamed(category)?.isRegional)).size > 1) {
    throw new EcsError('InvalidDisk.DiskCategoryInconsistent');
  }
  if (new Set(disks.map(({ zoneId }) => zoneId)).size > 1) {
    throw new EcsError(
      'InvalidDiskIds.NotInSameZone',
      disks.map(({ id, zoneId }) => `${id} in ${zoneId}`).join(', '),
    );
  }
  const sizeGiB = disks.reduce((sum, disk) => sum + disk.sizeGiB, 0);
  if (sizeGiB > settings.groupCapacityGiB) {
    throw new EcsError(
      'CapacityExceed.TooManyDisks',
      `${sizeGiB} GiB, the limit is ${settings.groupCapacityGiB}.`,
    );
  }
}

function enterGroup(values: Wish, context: ActionContext, disks: readonly Disk[]): SnapshotGroup {
  const { state, nowMs, regionId } = context;
  const id = context.newId('ssg');
  const sequence = state.nextSequence();
  const members = disks.map((disk) => enterSnapshot(context, disk, memberWish(values, context, id, disk)));
  const instanceIds = new Set(disks.map(({ attachments }) => attachments[0]?.instanceId ?? ''));
  return state.groups.put({
    id,
    sequence,
    name: values.Name ?? '',
    description: values.Description ?? '',
    regionId,
    createdAtMs: nowMs,
    instanceId: instanceIds.size === 1 ? ([...instanceIds][0] ?? '') : '',
    resourceGroupId: values.ResourceGroupId ?? '',
    snapshotIds: members.map((member) => member.id),
    tags: values.Tag,
  });
}

/** A member tells its group by a mark in its description or name, and its instance by a system tag. */
function memberWish(values: Wish, { settings }: ActionContext, groupId: string, disk: Disk): SnapshotWish {
  const mark = `Created_from_${groupId}`;
  const createdFrom = { key: 'acs:ecs:createFrom', value: disk.attachments[0]?.instanceId ?? '' };
  return {
    name: settings.groupMark === 'description' ? '' : mark,
    description: settings.groupMark === 'name' ? '' : mark,
    retentionDays: null,
    resourceGroupId: values.ResourceGroupId ?? '',
    tags: settings.groupTagsOnMembers ? [createdFrom, ...values.Tag] : [createdFrom],
    groupId,
  };
}
