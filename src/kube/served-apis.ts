import { z } from 'zod';
import { isDiskError } from '../disk/disk-error.ts';
import type { KubeApi } from './api.ts';
import type { Clock } from './clock.ts';
import type { EventSink } from './events.ts';
import { driverEvent } from './event-object.ts';
import type { KubeLog } from './log.ts';
import { refusalOf } from './refusal.ts';

/** Looks again and again whether the cluster serves what snapshots need. */
export interface ApiWatch {
  /** Looks until the signal aborts. */
  start(signal: AbortSignal): void;
  /** What the cluster does not serve, and what to do about it, one sentence each. */
  problems(): readonly string[];
}

export interface ApiWatchOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly log: KubeLog;
  readonly events: Pick<EventSink, 'write'>;
  readonly driverName: string;
  readonly needsGroupSnapshots: boolean;
}

interface NeededApi {
  readonly group: string;
  /** Any one of them will do. */
  readonly versions: readonly string[];
  /** What goes wrong without, and what to do. */
  readonly advice: string;
}

const snapshotApi: NeededApi = {
  group: 'snapshot.storage.k8s.io',
  versions: ['v1'],
  advice:
    'VolumeSnapshots cannot be made, and protected disks are not deleted; install the snapshot CRDs and a snapshot-controller',
};
const groupSnapshotApi: NeededApi = {
  group: 'groupsnapshot.storage.k8s.io',
  versions: ['v1', 'v1beta2'],
  advice:
    'VolumeGroupSnapshots cannot be made; install newer group snapshot CRDs, or close the gate EnableVolumeGroupSnapshots',
};

const lookMs = 20_000;
const secondLookMs = 5_000;
/** Kubernetes keeps an event for an hour. */
const tellAgainMs = 50 * 60_000;

const groupSchema = z.object({ versions: z.array(z.object({ version: z.string() })) });

export function createApiWatch(options: ApiWatchOptions): ApiWatch {
  const { api, clock, needsGroupSnapshots } = options;
  const needed = needsGroupSnapshots ? [snapshotApi, groupSnapshotApi] : [snapshotApi];
  const telling = createTelling(options);
  const look = async (signal: AbortSignal): Promise<readonly string[]> => {
    const found = await Promise.all(needed.map((one) => problemWith(api, one, signal)));
    return found.filter((problem) => problem !== undefined);
  };
  const run = async (signal: AbortSignal) => {
    let before: string | undefined;
    while (!signal.aborted) {
      const found = await look(signal).catch(passing);
      const now = found?.join('\n') ?? before;
      const isSure = now === before || now === '';
      // A server that has just started may not know its CRDs yet: only what two looks have seen is told.
      if (found !== undefined && isSure) {
        telling.tell(found);
      }
      before = now;
      await clock.sleep(isSure ? lookMs : secondLookMs, signal);
    }
  };
  return {
    start(signal) {
      run(signal).catch((error: unknown) => {
        if (!signal.aborted) {
          options.log.warn({ err: error }, 'the APIs of the cluster are not looked at any more');
        }
      });
    },
    problems: () => telling.problems(),
  };
}

/** Who cannot ask now does not know better than before. */
function passing(error: unknown): undefined {
  if (!isDiskError(error)) {
    throw error;
  }
}

/** Tells of what is new, and of what lasts before its event is forgotten. */
function createTelling({ clock, log, events, driverName }: ApiWatchOptions) {
  let problems: readonly string[] = [];
  const toldAt = new Map<string, number>();
  return {
    problems: () => problems,
    tell(found: readonly string[]): void {
      problems = found;
      for (const gone of [...toldAt.keys()].filter((one) => !found.includes(one))) {
        toldAt.delete(gone);
        log.info({ was: gone }, 'The cluster serves this API now');
      }
      const now = clock.now();
      for (const message of found.filter((one) => now - (toldAt.get(one) ?? -Infinity) >= tellAgainMs)) {
        toldAt.set(message, now);
        log.warn({ event: 'ApiNotServed' }, message);
        events.write(driverEvent(driverName, { reason: 'ApiNotServed', message }, new Date(now)));
      }
    },
  };
}

/** @throws DiskError when the server cannot be asked. */
async function problemWith(
  api: KubeApi,
  { group, versions, advice }: NeededApi,
  signal: AbortSignal,
): Promise<string | undefined> {
  const request = {
    method: 'GET',
    verb: 'get',
    resource: group,
    name: '',
    path: `/apis/${group}`,
  } as const;
  const answer = await api.send(request, signal);
  if (answer.status === 404) {
    return `the cluster does not serve ${group}: ${advice}`;
  }
  const served = answer.status === 200 ? groupSchema.safeParse(answer.body).data : undefined;
  if (served === undefined) {
    throw refusalOf(answer, request);
  }
  const names = served.versions.map(({ version }) => version);
  return names.some((name) => versions.includes(name))
    ? undefined
    : `the cluster serves ${group} as ${names.join(', ')} only, and ${versions.join(' or ')} is needed: ${advice}`;
}
