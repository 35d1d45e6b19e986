import type { AttachmentCalls } from './attachment-calls.ts';
import type { Call } from '../call.ts';
import { isDiskError } from '../disk-error.ts';
import type { Instance } from '../instance.ts';

/** How many attaches and detaches one instance is asked for at a time. */
export interface InstanceLimits {
  /** At an instance tagged `supportConcurrencyAttach=true`; any other attaches one at a time. */
  readonly attachConcurrency: number;
  /** At an instance without the tag `supportConcurrencyDetach=true`; one that has it detaches as many as it is asked for. */
  readonly detachConcurrency: number;
  /** What the tags allow for one instance, ECS allows the account for all of them. */
  readonly isParallelAttachAllowed: boolean;
  readonly isParallelDetachAllowed: boolean;
}

const instanceMemoryMs = 60_000;
const roomMemoryMs = 60_000;
const typeMemoryMs = 3_600_000;

interface Remembered<T> {
  readonly value: T;
  readonly since: number;
}

/**
 * What is known of the instances that disks go to. All of it only saves requests that ECS would refuse: what cannot be
 * read counts as unknown, and ECS decides.
 */
export class KnownInstances {
  readonly #cloud: AttachmentCalls;
  readonly #limits: InstanceLimits;
  readonly #now: () => number;
  readonly #instances = new Map<string, Remembered<Instance | undefined>>();
  readonly #diskLimits = new Map<string, Remembered<number | undefined>>();
  readonly #freePlaces = new Map<string, Remembered<number>>();

  /** @param now milliseconds, of any clock. */
  constructor(cloud: AttachmentCalls, limits: InstanceLimits, now: () => number) {
    this.#cloud = cloud;
    this.#limits = limits;
    this.#now = now;
  }

  /** The instance as it was within the last minute; `undefined` when it is not shown to us. */
  async find(instanceId: string, call: Call): Promise<Instance | undefined> {
    return await this.#remember(this.#instances, instanceId, instanceMemoryMs, () =>
      unlessUnreadable(this.#cloud.findInstance(instanceId, call), undefined),
    );
  }

  /** How many disks may be attached to the instance at a time. */
  async attachesAtATime(instanceId: string, call: Call): Promise<number> {
    const isParallel =
      this.#limits.isParallelAttachAllowed ||
      (await this.#isTagged(instanceId, 'supportConcurrencyAttach', call));
    return isParallel ? this.#limits.attachConcurrency : 1;
  }

  /** How many disks may be detached from the instance at a time. */
  async detachesAtATime(instanceId: string, call: Call): Promise<number> {
    const isParallel =
      this.#limits.isParallelDetachAllowed ||
      (await this.#isTagged(instanceId, 'supportConcurrencyDetach', call));
    return isParallel ? Number.POSITIVE_INFINITY : this.#limits.detachConcurrency;
  }

  async #isTagged(instanceId: string, key: string, call: Call): Promise<boolean> {
    return (await this.find(instanceId, call))?.tags.get(key) === 'true';
  }

  /**
   * Whether the instance has a place for one more disk, by what its type says and what it holds now. A place that is
   * found is counted as taken; a full instance is looked at anew each time.
   */
  async takePlaceOn(instanceId: string, call: Call): Promise<boolean> {
    const type = (await this.find(instanceId, call))?.type;
    const limit = type === undefined ? undefined : await this.#diskLimitOf(type, call);
    if (limit === undefined) {
      return true;
    }
    const known = this.#freePlaces.get(instanceId);
    const isKnown = known !== undefined && known.value > 0 && this.#now() - known.since < roomMemoryMs;
    const since = isKnown ? known.since : this.#now();
    const free = isKnown ? known.value : await this.#countFreePlaces(instanceId, limit, call);
    this.#put(this.#freePlaces, instanceId, { value: free - 1, since });
    return free > 0;
  }

  async #countFreePlaces(instanceId: string, limit: number, call: Call): Promise<number> {
    const dataDisks = await unlessUnreadable(this.#cloud.countDataDisksOn(instanceId, call), 0);
    // One place is the system disk's.
    return limit - 1 - dataDisks;
  }

  async #diskLimitOf(type: string, call: Call): Promise<number | undefined> {
    return await this.#remember(this.#diskLimits, type, typeMemoryMs, () =>
      unlessUnreadable(this.#cloud.findDiskLimit(type, call), undefined),
    );
  }

  async #remember<T>(
    memory: Map<string, Remembered<T>>,
    key: string,
    forMs: number,
    ask: () => Promise<T>,
  ): Promise<T> {
    const known = memory.get(key);
    if (known !== undefined && this.#now() - known.since < forMs) {
      return known.value;
    }
    const value = await ask();
    this.#put(memory, key, { value, since: this.#now() });
    return value;
  }

  /** Keeps a memory from growing for ever: instances come and go. */
  #put<T>(memory: Map<string, Remembered<T>>, key: string, entry: Remembered<T>): void {
    memory.delete(key);
    memory.set(key, entry);
    const [oldest] = memory.keys();
    if (memory.size > 10_000 && oldest !== undefined) {
      memory.delete(oldest);
    }
  }
}

async function unlessUnreadable<T>(asking: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (isDiskError(error) && !isDiskError(error, 'cancelled', 'timed-out')) {
      return otherwise;
    }
    throw error;
  }
}
