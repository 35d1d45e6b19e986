import { z } from 'zod';
import type { ClusterVolume } from '../disk/cluster.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import type { KubeApi } from './api.ts';
import type { Clock } from './clock.ts';
import type { KubeLog } from './log.ts';
import { persistentVolumes, volumeSchema, type VolumeObject } from './objects.ts';
import { refusalOf } from './refusal.ts';
import { requestFor, type ObjectStore } from './store.ts';
import { createVolumeIndex } from './volume-index.ts';

/** A copy of the volumes of one driver, kept up to date by a watch. */
export interface VolumeInformer {
  /** Follows the API server until the signal aborts. */
  start(signal: AbortSignal): void;
  /** Whether the volumes have been read at least once. */
  isSynced(): boolean;
  /** What keeps the copy from being up to date; `undefined` when nothing does. */
  problem(): string | undefined;
  /**
   * The volume of a disk. What is in the copy is answered at once, in contact with the API server or not. That there is
   * none is only answered while the watch is up, or from a new list.
   * @throws DiskError `outcome-unknown`, or `denied`, when it cannot be told within a bounded time.
   */
  find(diskId: string, signal: AbortSignal): Promise<ClusterVolume | undefined>;
}

export interface VolumeInformerOptions {
  readonly driverName: string;
  readonly api: KubeApi;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: KubeLog;
  /** The longest time for which `find` waits for the API server. */
  readonly patienceMs: number;
}

/** The server ends a watch after this time, so that no connection is trusted for ever. */
const watchSeconds = '300';
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A watch that ends sooner than this counts as failed, or a broken server would be asked without a pause. */
const shortestWatchMs = 1_000;

const watchEventSchema = z.object({ type: z.string(), object: z.unknown() });
const bookmarkSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const watchErrorSchema = z.object({ code: z.number() });

export function createVolumeInformer(options: VolumeInformerOptions): VolumeInformer {
  return new Reflector(options);
}

class Reflector implements VolumeInformer {
  readonly #options: VolumeInformerOptions;
  readonly #index;
  /** Where the next watch goes on; `undefined` when a list has to come first. */
  #version: string | undefined;
  #isSynced = false;
  #isWatching = false;
  #failures = 0;
  #problem: DiskError | undefined;
  /** Callers that wait for a list which begins from now on. */
  #waiting: { readonly resolve: () => void; readonly reject: (error: DiskError) => void }[] = [];
  #wake = new AbortController();

  constructor(options: VolumeInformerOptions) {
    this.#options = options;
    this.#index = createVolumeIndex(options.driverName);
  }

  start(signal: AbortSignal): void {
    void this.#run(signal);
  }

  isSynced(): boolean {
    return this.#isSynced;
  }

  problem(): string | undefined {
    return this.#problem?.message;
  }

  async find(diskId: string, signal: AbortSignal): Promise<ClusterVolume | undefined> {
    const known = this.#index.find(diskId);
    if (known === undefined && !(this.#isSynced && this.#isWatching)) {
      await this.#nextList(signal);
    }
    return this.#index.find(diskId);
  }

  async #nextList(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (isDiskError(this.#problem, 'denied')) {
      throw this.#problem;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiting = { resolve: () => resolve(undefined), reject };
    this.#waiting.push(waiting);
    this.#wake.abort();
    const settled = new AbortController();
    const patience = this.#options.clock
      .sleep(this.#options.patienceMs, AbortSignal.any([signal, settled.signal]))
      .then(() => {
        throw this.#notRead();
      });
    try {
      await Promise.race([promise, patience]);
    } finally {
      settled.abort();
      patience.catch(() => undefined);
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
    }
  }

  #notRead(): DiskError {
    const text = this.#isSynced
      ? 'there is no contact with the Kubernetes API server, so it cannot be told whether the disk has a PersistentVolume'
      : 'the list of PersistentVolumes has not been read yet';
    return new DiskError('outcome-unknown', text, { cause: this.#problem });
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#follow(signal).catch(async (error: unknown) => {
        if (!signal.aborted) {
          this.#failed(error);
          await this.#pause(signal).catch(() => undefined);
        }
      });
    }
  }

  /** Lists if that is needed, then watches until the watch ends. */
  async #follow(signal: AbortSignal): Promise<void> {
    if (this.#version === undefined || this.#waiting.length > 0) {
      await this.#list(signal);
    }
    const startedAt = this.#options.clock.now();
    const over = new AbortController();
    try {
      await this.#watch(AbortSignal.any([signal, over.signal]));
    } finally {
      over.abort();
    }
    if (this.#waiting.length > 0) {
      return;
    }
    if (this.#options.clock.now() - startedAt < shortestWatchMs) {
      throw new DiskError(
        'outcome-unknown',
        'watch persistentvolumes: the Kubernetes API server ended the watch at once',
      );
    }
    this.#failures = 0;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const served = this.#waiting;
    const items: VolumeObject[] = [];
    let version = '';
    for await (const page of this.#options.store.pages(persistentVolumes, {}, { signal })) {
      items.push(...page.items);
      version = page.resourceVersion;
    }
    this.#index.replaceAll(items);
    this.#version = version;
    this.#isSynced = true;
    this.#problem = undefined;
    served.forEach(({ resolve }) => resolve());
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const request = {
      ...requestFor('watch', persistentVolumes, { name: '' }),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: watchSeconds,
        resourceVersion: this.#version,
      },
    };
    const answer = await this.#options.api.watch(request, signal);
    if ('status' in answer) {
      throw refusalOf(answer, request);
    }
    if (this.#waiting.length > 0) {
      // Somebody asked while there was no contact: a list comes first.
      return;
    }
    this.#isWatching = true;
    this.#problem = undefined;
    for await (const line of answer) {
      this.#take(line);
    }
  }

  #take(line: string): void {
    const event = watchEventSchema.parse(JSON.parse(line));
    if (event.type === 'ERROR') {
      const code = watchErrorSchema.safeParse(event.object).data?.code ?? 500;
      throw new DiskError(
        'outcome-unknown',
        `watch persistentvolumes: the Kubernetes API server ended the watch (${code})`,
      );
    }
    this.#version = bookmarkSchema.parse(event.object).metadata.resourceVersion;
    const volume = volumeSchema.safeParse(event.object).data;
    if (event.type === 'BOOKMARK' || volume === undefined) {
      return;
    }
    if (event.type === 'DELETED') {
      this.#index.remove(volume.metadata.name);
    } else {
      this.#index.put(volume);
    }
  }

  #failed(error: unknown): void {
    this.#isWatching = false;
    this.#failures += 1;
    // Only a list tells for certain what there is now: changes of the time without contact come in late on a watch.
    this.#version = undefined;
    const text = 'watch persistentvolumes: the connection to the Kubernetes API server broke';
    this.#problem =
      error instanceof DiskError ? error : new DiskError('outcome-unknown', text, { cause: error });
    if (this.#problem.kind === 'denied') {
      const problem = this.#problem;
      this.#waiting.forEach(({ reject }) => reject(problem));
    }
    if (this.#failures === 1 || this.#problem.kind === 'denied') {
      this.#options.log.warn({ err: error }, 'the PersistentVolumes cannot be followed; trying again');
    }
  }

  /** The first second is always waited for; what comes after it ends when somebody asks for a disk that we do not know. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const longest = Math.min(firstPauseMs * 2 ** (this.#failures - 1), longestPauseMs);
    await clock.sleep(firstPauseMs / 2 + (firstPauseMs / 2) * random(), signal);
    if (this.#waiting.length > 0) {
      return;
    }
    this.#wake = new AbortController();
    await clock.sleep(longest * (0.5 + random() / 2), AbortSignal.any([signal, this.#wake.signal]));
  }
}
