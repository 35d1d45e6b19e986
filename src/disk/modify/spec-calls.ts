import type { Call } from '../call.ts';
import type { Tag } from '../disk.ts';

/** What a living disk is to become. Fields that are `undefined` are not sent and stay as they are. */
export interface SpecChange {
  readonly diskId: string;
  readonly category: string | undefined;
  readonly performanceLevel: string | undefined;
  readonly provisionedIops: number | undefined;
}

/** A change of specification that ECS carries out, or has carried out. It does not say what the disk becomes. */
export interface SpecTask {
  readonly id: string;
  readonly diskId: string;
  readonly status: 'Processing' | 'Finished' | 'Failed' | 'Unknown';
  readonly finishedAt: Date | undefined;
}

/** How living disks are changed. The rules of DiskCloud hold here too. */
export interface SpecCalls {
  /** Dry run. @returns false when the disk is so already; rejects as the real request would. */
  readonly checkSpecChange: (change: SpecChange, call: Call) => Promise<boolean>;
  /** @returns the task's id; `undefined` when ECS names none: for a change of nothing but the level, and for no change. */
  readonly startSpecChange: (change: SpecChange, call: Call) => Promise<string | undefined>;
  /** Looks in shared rounds until the disk has no running task, then resolves. */
  readonly waitUntilUnmodified: (diskId: string, call: Call) => Promise<void>;
  /** Looks in shared rounds until the task has ended. */
  readonly waitForSpecTask: (taskId: string, call: Call) => Promise<SpecTask>;
  readonly findFailedSpecTasks: (diskId: string, call: Call) => Promise<SpecTask[]>;
  readonly setBursting: (diskId: string, isEnabled: boolean, call: Call) => Promise<void>;
  /** In one request: all of them or none. A tag of the same key is replaced, and is never absent meanwhile. */
  readonly tagDisk: (diskId: string, tags: readonly Tag[], call: Call) => Promise<void>;
  /** Tags that are not there count as taken off. */
  readonly untagDisk: (diskId: string, keys: readonly string[], call: Call) => Promise<void>;
}
