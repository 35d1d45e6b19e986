import type { Call } from '../../src/disk/call.ts';
import { defaultPerformanceLevel, diskCategories } from '../../src/disk/categories.ts';
import type { Disk, Tag } from '../../src/disk/disk.ts';
import { DiskError, type DiskErrorKind } from '../../src/disk/disk-error.ts';
import type { SpecCalls, SpecChange, SpecTask } from '../../src/disk/modify/spec-calls.ts';
import type { LookedAt } from './looked-at.ts';

type SpecMethod = keyof SpecCalls;
export type SpecFault = 'none' | 'lost-reply' | 'lost-request' | DiskErrorKind;

/** How ECS changes living disks, in memory, on the disks of a fake cloud. Tasks end as somebody looks at them. */
export class FakeDiskSpecs implements SpecCalls {
  readonly calls: { readonly method: SpecMethod; readonly args: readonly unknown[] }[] = [];
  readonly tasks = new Map<string, SpecTask & { readonly change: SpecChange; looksLeft: number }>();
  /** Looks that a change takes. */
  looks = 2;
  /** Whether ECS names the task of a change. */
  namesTasks = true;
  /** The next tasks end so. */
  failTasks = 0;
  /** Whether disks show no level, and have the usual one. */
  hidesLevels = false;
  finishedAt = new Date(0);
  readonly #disks: LookedAt<Disk>;
  readonly #faults = new Map<SpecMethod, SpecFault[]>();
  #made = 0;

  constructor(disks: LookedAt<Disk>) {
    this.#disks = disks;
  }

  failNext(method: SpecMethod, ...faults: SpecFault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults]);
  }

  countOf(method: SpecMethod): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  /** The requests that changed something or tried to. */
  changes(): SpecMethod[] {
    const mutating: readonly SpecMethod[] = ['startSpecChange', 'setBursting', 'tagDisk', 'untagDisk'];
    return this.calls.map(({ method }) => method).filter((method) => mutating.includes(method));
  }

  checkSpecChange(change: SpecChange, call: Call): Promise<boolean> {
    return this.#answer('checkSpecChange', [change], call, () => this.#check(change));
  }

  startSpecChange(change: SpecChange, call: Call): Promise<string | undefined> {
    return this.#answer('startSpecChange', [change], call, () => {
      if (!this.#check(change)) {
        throw new DiskError('wrong-state', 'the disk is so already');
      }
      if (!this.namesTasks) {
        // Nobody is told of a task; the disk changes as somebody looks at it.
        const disk = this.#disk(change.diskId);
        this.#disks.change(disk.id, becomes(disk, change), this.looks);
        return undefined;
      }
      this.#made += 1;
      const id = `t-${this.#made}`;
      const task = { id, diskId: change.diskId, status: 'Processing' as const, finishedAt: undefined };
      this.tasks.set(id, { ...task, change, looksLeft: this.looks });
      return id;
    });
  }

  waitUntilUnmodified(diskId: string, call: Call): Promise<void> {
    return this.#answer('waitUntilUnmodified', [diskId], call, () => {
      for (const { id } of this.#running(diskId)) {
        this.#finish(id, call);
      }
    });
  }

  waitForSpecTask(taskId: string, call: Call): Promise<SpecTask> {
    return this.#answer('waitForSpecTask', [taskId], call, () => this.#finish(taskId, call));
  }

  findFailedSpecTasks(diskId: string, call: Call): Promise<SpecTask[]> {
    return this.#answer('findFailedSpecTasks', [diskId], call, () =>
      [...this.tasks.values()].filter((task) => task.diskId === diskId && task.status === 'Failed'),
    );
  }

  setBursting(diskId: string, isEnabled: boolean, call: Call): Promise<void> {
    return this.#answer('setBursting', [diskId, isEnabled], call, () => {
      if (this.#running(diskId).length > 0) {
        throw new DiskError('busy', 'the change of the disk still runs');
      }
      this.#disks.set(diskId, { burstingEnabled: isEnabled });
    });
  }

  tagDisk(diskId: string, tags: readonly Tag[], call: Call): Promise<void> {
    return this.#answer('tagDisk', [diskId, tags], call, () => {
      const after = new Map(this.#disk(diskId).tags);
      tags.forEach(({ key, value }) => after.set(key, value));
      this.#disks.set(diskId, { tags: after });
    });
  }

  untagDisk(diskId: string, keys: readonly string[], call: Call): Promise<void> {
    return this.#answer('untagDisk', [diskId, keys], call, () => {
      const kept = [...this.#disk(diskId).tags].filter(([key]) => !keys.includes(key));
      this.#disks.set(diskId, { tags: new Map(kept) });
    });
  }

  #disk(diskId: string): Disk {
    const disk = this.#disks.get(diskId);
    if (disk === undefined) {
      throw new DiskError('not-found', `disk ${diskId}: no such disk`);
    }
    return disk;
  }

  #running(diskId: string) {
    return [...this.tasks.values()].filter((task) => task.diskId === diskId && task.status === 'Processing');
  }

  #check(change: SpecChange): boolean {
    const disk = this.#disk(change.diskId);
    if (this.#running(disk.id).length > 0 || !['In_use', 'Available'].includes(disk.status)) {
      throw new DiskError('busy', `disk ${disk.id} is being changed`);
    }
    const after = becomes(disk, change);
    if (this.hidesLevels && change.category === undefined && change.provisionedIops === undefined) {
      return change.performanceLevel !== defaultPerformanceLevel;
    }
    return (['category', 'performanceLevel', 'provisionedIops'] as const).some(
      (field) => after[field] !== disk[field],
    );
  }

  #finish(taskId: string, call: Call): SpecTask {
    const task = this.tasks.get(taskId);
    if (task === undefined) {
      throw new Error(`no such task in the test: ${taskId}`);
    }
    for (; task.status === 'Processing' && task.looksLeft > 0; task.looksLeft -= 1) {
      call.signal.throwIfAborted();
      if (task.looksLeft > 20) {
        throw new DiskError('timed-out', 'not finished within the time given');
      }
    }
    return task.status === 'Processing' ? this.#end(task) : task;
  }

  #end(task: SpecTask & { readonly change: SpecChange; looksLeft: number }): SpecTask {
    const isFailing = this.failTasks > 0;
    this.failTasks -= isFailing ? 1 : 0;
    const ended = { ...task, status: isFailing ? ('Failed' as const) : ('Finished' as const) };
    this.tasks.set(task.id, { ...ended, finishedAt: this.finishedAt });
    if (!isFailing) {
      const after = becomes(this.#disk(task.diskId), task.change);
      this.#disks.set(task.diskId, this.hidesLevels ? { ...after, performanceLevel: undefined } : after);
    }
    return ended;
  }

  async #answer<T>(method: SpecMethod, args: readonly unknown[], call: Call, effect: () => T): Promise<T> {
    this.calls.push({ method, args });
    await Promise.resolve();
    call.signal.throwIfAborted();
    const fault = this.#faults.get(method)?.shift() ?? 'none';
    if (fault === 'none') {
      return effect();
    }
    if (fault === 'lost-reply') {
      effect();
    }
    const isLost = fault === 'lost-reply' || fault === 'lost-request';
    throw new DiskError(isLost ? 'outcome-unknown' : fault, `${method}: made to fail with ${fault}`);
  }
}

function becomes(disk: Disk, change: SpecChange): Partial<Disk> & Pick<Disk, 'category'> {
  const category = change.category ?? disk.category;
  const known = diskCategories.get(category);
  const fresh = { performanceLevel: 'PL1', provisionedIops: 0, burstingEnabled: false };
  const before = category === disk.category ? disk : fresh;
  const level = change.performanceLevel ?? before.performanceLevel;
  const iops = change.provisionedIops ?? before.provisionedIops;
  return {
    category,
    performanceLevel: known?.performanceLevels === true ? level : undefined,
    provisionedIops: known?.provisionedIops === true ? iops : undefined,
    burstingEnabled: before.burstingEnabled,
  };
}
