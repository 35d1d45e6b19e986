import { apiPage } from './error-row.ts';
import type { ErrorGroup } from './error-row.ts';

const moving = ['AttachDisk', 'DetachDisk'];

/** Codes about attaching disks and changing what they are. */
export const instanceErrors: readonly ErrorGroup[] = [
  {
    title: 'Attach',
    source: apiPage('AttachDisk'),
    rows: [
      { code: 'InvalidInstanceId.NotFound', kind: 'not-found', reason: 'no such instance' },
      {
        code: 'IncorrectInstanceStatus',
        kind: 'wrong-state',
        reason: 'the instance is in no state that allows it',
      },
      {
        code: 'IncorrectInstanceStatus',
        actions: [...moving, 'CreateSnapshot', 'CreateSnapshotGroup'],
        kind: 'busy',
        reason: 'the instance is starting or stopping, which passes',
      },
      {
        code: 'IncorrectDiskStatus',
        actions: moving,
        kind: 'busy',
        reason: 'another attach or detach has just begun; a look at the disk decides',
      },
      { code: 'InvalidInstanceStatus.NotRunning', kind: 'wrong-state', reason: 'the instance does not run' },
      { code: 'InstanceDiskLimitExceeded', kind: 'no-capacity', reason: 'the instance takes no more disks' },
      {
        code: 'DiskAttachedNumberExceeded',
        kind: 'no-capacity',
        reason: 'the disk has all the instances it may have',
      },
      {
        code: 'InvalidOperation.DiskQueueNumberNotEnough',
        kind: 'no-capacity',
        reason: 'the instance takes no more disks',
      },
      {
        code: 'ResourcesNotInSameZone',
        kind: 'invalid',
        reason: 'disk and instance are in different zones',
      },
      { code: 'InvalidInstance.ZoneConflict', kind: 'unsupported', reason: 'forced attach within one zone' },
      {
        code: 'InvalidInstanceType.*',
        kind: 'unsupported',
        reason: 'the instance type does not take such disks',
      },
      {
        code: 'InvalidOperation.InstanceTypeNotSupport',
        kind: 'unsupported',
        reason: 'the instance must be stopped first',
      },
      {
        code: 'InvalidOperation.OtherInstanceUnsupported',
        kind: 'unsupported',
        reason: 'the disk belongs to its instance',
      },
      { code: 'DeleteWithInstance.Conflict', kind: 'bug', reason: 'not to be set for this disk' },
      { code: 'InvalidParameterForce.*', kind: 'unsupported', reason: 'forced attach is for regional disks' },
    ],
  },
  {
    title: 'Detach',
    source: apiPage('DetachDisk'),
    rows: [
      { code: 'InvalidDisk.AlreadyDetached', kind: 'not-found', reason: 'not attached any more' },
      {
        code: 'InvalidDiskId.OperationNotSupported',
        actions: ['DetachDisk'],
        kind: 'not-found',
        reason: 'not attached any more',
      },
      {
        code: 'InvalidDiskId.OperationNotSupported',
        kind: 'unsupported',
        reason: 'not possible with this disk',
      },
      {
        code: 'DependencyViolation',
        actions: ['DetachDisk'],
        kind: 'not-found',
        reason: 'the disk is not on that instance',
      },
      { code: 'DependencyViolation', kind: 'wrong-state', reason: 'something else needs it' },
      { code: 'InvalidOperation.DiskDetachingFromThisEcs', kind: 'busy', reason: 'the detach is under way' },
      { code: 'DisksDetachingOnEcsExceeded', kind: 'busy', reason: 'the instance detaches others just now' },
    ],
  },
  {
    title: 'Resize of an attached disk',
    source: apiPage('ResizeDisk'),
    rows: [
      {
        code: 'InvalidOperation.InstanceTypeNotSupportOnlineResize',
        kind: 'unsupported',
        reason: 'the instance type resizes offline only',
      },
      {
        code: 'InvalidOperation.MultiAttachDiskNotSupportResizeOnline',
        kind: 'unsupported',
        reason: 'multi-attach disks are resized offline only',
      },
    ],
  },
  {
    title: 'Change of category, level and attributes',
    source: apiPage('ModifyDiskSpec'),
    rows: [
      {
        code: 'NoChangeInDiskCategoryAndPerformanceLevel',
        kind: 'wrong-state',
        reason: 'the disk is so already',
      },
      { code: 'DiskInCoolingPeriod', kind: 'wrong-state', reason: 'changed too short a time ago' },
      { code: 'ModifyingDiskCategoryLimitExceed', kind: 'quota', reason: 'too many changes at a time' },
      {
        code: 'InvalidOperation.MultiAttachDisk',
        kind: 'unsupported',
        reason: 'not possible with multi-attach disks',
      },
      {
        code: 'OperationDenied.DiskExpansionUnfinished',
        kind: 'wrong-state',
        reason: 'the resize is not in effect yet',
      },
      { code: 'DiskHasFlashSnapshot', kind: 'wrong-state', reason: 'a local snapshot of the disk exists' },
      {
        code: 'BurstingEnabledForModifyingDiskUnsupported',
        kind: 'busy',
        reason: 'the change of the disk still runs',
      },
    ],
  },
];
