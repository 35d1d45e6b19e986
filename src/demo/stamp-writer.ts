import type { DiskBytes } from './disk-content.ts';
import { placeOf } from './stamps.ts';

/** Writes stamps to disks in turn, each after the one before it is on its disk, until it is stopped. */
export interface StampWriter {
  /** So many stamps are on the disks. */
  written(): number;
  /** Waits until so many more stamps are written. */
  more(count: number): Promise<void>;
  /** Ends it once the stamp under way is written. Throws what kept it from writing. */
  stop(): Promise<void>;
}

export function startStampWriter(disks: readonly Pick<DiskBytes, 'write'>[]): StampWriter {
  let written = 0;
  let isStopped = false;
  let waiting: { readonly until: number; readonly resolve: () => void }[] = [];
  const write = async () => {
    while (!isStopped) {
      const { disk, offset, bytes } = placeOf(written, disks.length);
      await disks[disk]?.write(offset, bytes);
      written += 1;
      const due = waiting.filter(({ until }) => until <= written);
      waiting = waiting.filter(({ until }) => until > written);
      due.forEach(({ resolve }) => resolve());
    }
  };
  const writing = write();
  // Told of by whoever waits for it.
  writing.catch(() => undefined);
  return {
    written: () => written,
    async more(count) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      waiting.push({ until: written + count, resolve: () => resolve(undefined) });
      await Promise.race([promise, writing]);
    },
    async stop() {
      isStopped = true;
      await writing;
    },
  };
}
