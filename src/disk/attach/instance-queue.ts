import PQueue from 'p-queue';
import type { Call } from '../call.ts';

/** A turn at an instance. */
export interface Turn {
  readonly instanceId: string;
  readonly kind: 'attach' | 'detach';
  /** How many of this kind the instance takes at a time. */
  readonly atATime: number;
}

interface Lanes {
  readonly attaches: PQueue;
  readonly detaches: PQueue;
}

/**
 * The order of attaches and detaches at each instance: no attach begins while a detach waits, since it may need the place
 * that the detach frees, and no more begin than the instance takes. It only saves refused requests: another replica may
 * work on the same instance, and then ECS refuses what comes too early.
 */
export class InstanceQueue {
  readonly #lanes = new Map<string, Lanes>();

  /** Runs `work` when its turn has come; rejects with the signal's reason when that aborts first, or meanwhile. */
  async run<T>({ instanceId, kind, atATime }: Turn, call: Call, work: () => Promise<T>): Promise<T> {
    const lanes = this.#lanes.get(instanceId) ?? createLanes();
    this.#lanes.set(instanceId, lanes);
    const lane = kind === 'attach' ? lanes.attaches : lanes.detaches;
    lane.concurrency = atATime;
    try {
      return await lane.add(work, { signal: call.signal });
    } finally {
      if (isIdle(lanes.attaches) && isIdle(lanes.detaches)) {
        this.#lanes.delete(instanceId);
      }
    }
  }

  /** Whether something is on its way off the instance, so that there will be room soon. */
  isDetaching(instanceId: string): boolean {
    const lanes = this.#lanes.get(instanceId);
    return lanes !== undefined && !isIdle(lanes.detaches);
  }
}

function createLanes(): Lanes {
  const attaches = new PQueue();
  const detaches = new PQueue();
  const letDetachesGoFirst = () => (detaches.size > 0 ? attaches.pause() : attaches.start());
  for (const event of ['add', 'active', 'next', 'empty'] as const) {
    detaches.addEventListener(event, letDetachesGoFirst);
  }
  return { attaches, detaches };
}

function isIdle(lane: PQueue): boolean {
  return lane.size + lane.pending === 0;
}
