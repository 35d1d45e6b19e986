import { defineAction, type ActionContext } from '../action.ts';
import { instanceTypeNamed, zoneNamed, type Category } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { diskStatus } from '../lifecycle/disk-status.ts';
import { unfinishedSnapshots } from '../lifecycle/snapshot-progress.ts';
import { flag, integer, required, text } from '../parameters/scalars.ts';
import type { Values } from '../parameters/schema.ts';
import {
  checkLevelSize,
  knownCategory,
  performanceLevelFor,
  provisionedIopsFor,
} from '../rules/disk-spec.ts';
import { findDisk } from '../rules/find.ts';
import { checkNotBeingModified } from '../rules/tasks.ts';
import type { Disk, Task } from '../state/entities.ts';

const parameters = {
  DiskId: required(text()),
  DiskCategory: text(),
  PerformanceLevel: text(),
  ProvisionedIops: integer({ min: 0, code: 'InvalidProvisionedIops.LimitExceed' }),
  DryRun: flag(),
};

type Wish = Values<typeof parameters>;

export const modifyDiskSpec = defineAction({
  name: 'ModifyDiskSpec',
  parameters,
  refuses: ['DestinationZoneId', 'PerformanceControlOptions'],
  run: (values, context) => {
    const disk = findDisk(context, values.DiskId);
    checkDisk(context, disk);
    const target = targetOf(values, disk);
    checkPlace(context, disk, target.category);
    if (values.DryRun === true) {
      throw new EcsError('DryRunOperation');
    }
    const task = enterTask(context, disk, target);
    const onlyLevelChanges =
      target.category === disk.category && target.performanceLevel !== disk.performanceLevel;
    return onlyLevelChanges && !context.settings.taskIdForLevelChange ? {} : { TaskId: task.id };
  },
});

function checkDisk({ state, settings }: ActionContext, disk: Disk): void {
  const status = diskStatus(disk);
  if (status !== 'In_use' && status !== 'Available') {
    throw new EcsError('IncorrectDiskStatus', `The disk ${disk.id} is ${status}.`);
  }
  if (disk.multiAttach) {
    throw new EcsError('InvalidOperation.MultiAttachDisk', `The disk is ${disk.id}.`);
  }
  checkNotBeingModified(state, disk);
  const unfinished = unfinishedSnapshots(state, disk.id)[0];
  if (unfinished !== undefined && settings.modifySpecDuringUpload === 'refuse') {
    throw new EcsError('DiskCreatingSnapshot', `The snapshot is ${unfinished.id}.`);
  }
}

type Target = Task['target'];

/** What the disk is to become. What is not asked for stays, as far as the category stays. */
function targetOf(values: Wish, disk: Disk): Target {
  const category = knownCategory(values.DiskCategory ?? disk.category);
  if (!category.canChangeSpec || !knownCategory(disk.category).canChangeSpec) {
    throw new EcsError('InvalidDiskCategory.NotSupported', `From ${disk.category} to ${category.name}.`);
  }
  checkChange(disk.category, category.name);
  const kept = category.name === disk.category ? disk : undefined;
  const target = {
    category: category.name,
    performanceLevel: levelOf(values, category, kept),
    provisionedIops: provisionedIopsFor(
      category,
      disk.sizeGiB,
      values.ProvisionedIops ?? kept?.provisionedIops,
    ),
  };
  checkSize(category, target.performanceLevel, disk.sizeGiB);
  if (kept?.performanceLevel === target.performanceLevel && kept.provisionedIops === target.provisionedIops) {
    throw new EcsError('NoChangeInDiskCategoryAndPerformanceLevel', `The disk is ${disk.id}.`);
  }
  return target;
}

/** ESSD Entry disks become only better ones. */
function checkChange(from: string, to: string): void {
  if (from === 'cloud_essd_entry' && !['cloud_essd_entry', 'cloud_essd', 'cloud_auto'].includes(to)) {
    throw new EcsError('InvalidDiskCategory.NotSupported', `From ${from} to ${to}.`);
  }
}

function levelOf(values: Wish, category: Category, kept: Disk | undefined): string {
  const keptLevel = kept?.performanceLevel === '' ? undefined : kept?.performanceLevel;
  const asked = values.PerformanceLevel ?? keptLevel;
  const level = performanceLevelFor(category, asked, 'InvalidPerformanceLevelParam.Mismatch');
  if (level === 'PL0' && keptLevel !== undefined && keptLevel !== 'PL0') {
    throw new EcsError('InvalidPerformanceLevel.TooLow', `It has ${keptLevel}.`);
  }
  return level;
}

function checkSize(category: Category, performanceLevel: string, sizeGiB: number): void {
  if (sizeGiB < category.minGiB || sizeGiB > category.maxGiB) {
    const limits = `${category.name} has ${category.minGiB} to ${category.maxGiB} GiB`;
    throw new EcsError('InvalidDiskCategory.NotSupported', `The disk has ${sizeGiB} GiB; ${limits}.`);
  }
  checkLevelSize(category, performanceLevel, sizeGiB);
}

function checkPlace({ state, settings }: ActionContext, disk: Disk, category: string): void {
  if (zoneNamed(disk.zoneId)?.categories.includes(category) !== true) {
    throw new EcsError('InvalidDiskCategory.NotSupported', `${category} is not sold in ${disk.zoneId}.`);
  }
  if (settings.soldOut.includes(`${disk.zoneId}/${category}`)) {
    throw new EcsError('OperationDenied.NoStock', `${category} in ${disk.zoneId}.`);
  }
  for (const { instanceId } of disk.attachments) {
    const type = state.instances.get(instanceId)?.instanceType ?? '';
    if (instanceTypeNamed(type)?.categories.includes(category) === false) {
      throw new EcsError('InvalidInstanceType.NotSupportDiskCategory', `${type}, ${category}.`);
    }
  }
}

function enterTask(context: ActionContext, disk: Disk, target: Target): Task {
  const { state, settings, nowMs, regionId } = context;
  const task = state.tasks.put({
    id: context.newId('t'),
    sequence: state.nextSequence(),
    regionId,
    diskId: disk.id,
    status: 'Processing',
    createdAtMs: nowMs,
    finishedAtMs: null,
    target,
  });
  state.schedule({ what: 'disk-modified', subjectId: task.id, atMs: nowMs + settings.modifySpecMs });
  return task;
}
