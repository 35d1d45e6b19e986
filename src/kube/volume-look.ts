import type { ClusterVolume } from '../disk/cluster.ts';
import { persistentVolumes } from './objects.ts';
import type { ObjectStore } from './store.ts';
import { createVolumeIndex, type VolumeIndex } from './volume-index.ts';

/** Finds the volume of a disk in a list that begins after the question. */
export type VolumeLook = (diskId: string, signal: AbortSignal) => Promise<ClusterVolume | undefined>;

/** A list of all volumes, and who waits for it. */
interface Round {
  readonly diskIds: Set<string>;
  readonly allGone: AbortController;
  readonly read: Promise<VolumeIndex>;
  waiting: number;
}

/**
 * Looks for volumes in the API server itself, not in a copy. One list at a time: whoever asks meanwhile shares the next one,
 * since one that has begun may have passed what he asks for.
 */
export function createVolumeLook(store: ObjectStore, driverName: string): VolumeLook {
  let next: Round | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const list = async (diskIds: ReadonlySet<string>, signal: AbortSignal) => {
    const index = createVolumeIndex(driverName);
    for await (const { items } of store.pages(persistentVolumes, {}, { signal })) {
      for (const one of items.filter(({ spec }) => diskIds.has(spec.csi?.volumeHandle ?? ''))) {
        index.put(one);
      }
    }
    return index;
  };
  const open = (): Round => {
    const diskIds = new Set<string>();
    const allGone = new AbortController();
    const read = last.then(async () => {
      if (next === round) {
        next = undefined;
      }
      return await list(diskIds, allGone.signal);
    });
    const round: Round = { diskIds, allGone, read, waiting: 0 };
    last = read.catch(() => undefined);
    return round;
  };
  return async (diskId, signal) => {
    signal.throwIfAborted();
    if (next === undefined || next.allGone.signal.aborted) {
      next = open();
    }
    const round = next;
    round.diskIds.add(diskId);
    round.waiting += 1;
    try {
      return (await Promise.race([round.read, aborted(signal)])).find(diskId);
    } finally {
      round.waiting -= 1;
      if (round.waiting === 0) {
        round.allGone.abort();
      }
    }
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return promise;
}
