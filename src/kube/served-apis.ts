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
  /** What the cluster does not serve, or does not let us look at, and what to do about it, one sentence each. */
  problems(): readonly string[];
}

export interface ApiWatchOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly log: KubeLog;
  readonly events: Pick<EventSink, 'write'>;
  readonly driverName: string;
  readonly needsGroupSnapshots: boolean;
  /** Whether disks are deleted behind a snapshot where their class asks for it. */
  readonly isGuarding: boolean;
}

interface NeededApi {
  readonly group: string;
  /** Any one of them will do. */
  readonly versions: readonly string[];
  /** Each with a CRD of its own. */
  readonly resources: readonly string[];
  /** What goes wrong without, and what to do. */
  readonly advice: string;
}

interface Finding {
  readonly group: string;
  /** What is wrong with the API; `undefined` when nothing is. */
  readonly problem: string | undefined;
  /** The problem is that we may not look. */
  readonly isDenied?: boolean;
}

const lookMs = 20_000;
const secondLookMs = 5_000;
/** Kubernetes keeps an event for an hour. */
const tellAgainMs = 50 * 60_000;

const groupSchema = z.object({ versions: z.array(z.object({ version: z.string() })) });
const versionSchema = z.object({ resources: z.array(z.object({ name: z.string() })) });

function neededApis({ needsGroupSnapshots, isGuarding }: ApiWatchOptions): readonly NeededApi[] {
  const deletions = isGuarding
    ? 'protected disks are not deleted'
    : 'the guards are off, so that disks are deleted without one';
  const snapshotApi = {
    group: 'snapshot.storage.k8s.io',
    versions: ['v1'],
    resources: ['volumesnapshots', 'volumesnapshotcontents', 'volumesnapshotclasses'],
    advice: `VolumeSnapshots cannot be made, and ${deletions}; install the snapshot CRDs and a snapshot-controller`,
  };
  const groupSnapshotApi = {
    group: 'groupsnapshot.storage.k8s.io',
    versions: ['v1', 'v1beta2'],
    resources: ['volumegroupsnapshots', 'volumegroupsnapshotcontents', 'volumegroupsnapshotclasses'],
    advice:
      'VolumeGroupSnapshots cannot be made; install newer group snapshot CRDs, or close the gate EnableVolumeGroupSnapshots',
  };
  return needsGroupSnapshots ? [snapshotApi, groupSnapshotApi] : [snapshotApi];
}

export function createApiWatch(options: ApiWatchOptions): ApiWatch {
  const { api, clock } = options;
  const watched = neededApis(options).map((needed) => ({ needed, before: undefined as Finding | undefined }));
  const telling = createTelling(options);
  /** @returns whether what there is to tell is told. */
  const look = async (one: (typeof watched)[number], signal: AbortSignal): Promise<boolean> => {
    const found = await findProblem(api, one.needed, signal);
    if (found === undefined) {
      return true;
    }
    const isSure = found.problem === undefined || found.problem === one.before?.problem;
    one.before = found;
    // A server that has just started may not know its CRDs yet: only what two looks have seen is told.
    if (isSure) {
      telling.tell(found);
    }
    return isSure;
  };
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const areSure = await Promise.all(watched.map((one) => look(one, signal)));
      await clock.sleep(areSure.every(Boolean) ? lookMs : secondLookMs, signal);
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

/** Tells of what is new, and of what lasts before its event is forgotten. */
function createTelling({ clock, log, events, driverName }: ApiWatchOptions) {
  const told = new Map<string, { readonly problem: string; readonly atMs: number }>();
  return {
    problems: () => [...told.values()].map(({ problem }) => problem),
    tell({ group, problem, isDenied = false }: Finding): void {
      const before = told.get(group);
      if (problem === undefined) {
        if (told.delete(group)) {
          log.info({ was: before?.problem }, 'The cluster serves this API now');
        }
        return;
      }
      const now = clock.now();
      if (before?.problem === problem && now - before.atMs < tellAgainMs) {
        return;
      }
      told.set(group, { problem, atMs: now });
      if (isDenied) {
        log.warn({}, problem);
        return;
      }
      log.warn({ event: 'ApiNotServed' }, problem);
      events.write(driverEvent(driverName, { reason: 'ApiNotServed', message: problem }, new Date(now)));
    },
  };
}

/** @returns `undefined` when the server cannot be asked now: then nobody knows better than before. */
async function findProblem(
  api: KubeApi,
  needed: NeededApi,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { group } = needed;
  try {
    return { group, problem: await problemWith(api, needed, signal) };
  } catch (error) {
    if (isDiskError(error, 'denied')) {
      const problem = `whether the cluster serves ${group} cannot be told: ${error.message}`;
      return { group, problem, isDenied: true };
    }
    if (isDiskError(error)) {
      return undefined;
    }
    throw error;
  }
}

/** @throws DiskError when the server cannot be asked. */
async function problemWith(
  api: KubeApi,
  { group, versions, resources, advice }: NeededApi,
  signal: AbortSignal,
): Promise<string | undefined> {
  const missing: string[] = [];
  for (const version of versions) {
    const served = await read(api, `/apis/${group}/${version}`, versionSchema, signal);
    const names = served?.resources.map(({ name }) => name) ?? [];
    const absent = resources.filter((resource) => !names.includes(resource));
    if (absent.length === 0) {
      return undefined;
    }
    if (served !== undefined) {
      missing.push(`${group}/${version} without ${absent.join(', ')}`);
    }
  }
  if (missing.length > 0) {
    return `the cluster serves ${missing.join(', and ')}: ${advice}`;
  }
  const served = await read(api, `/apis/${group}`, groupSchema, signal);
  const others = served?.versions.map(({ version }) => version) ?? [];
  return others.length === 0
    ? `the cluster does not serve ${group}: ${advice}`
    : `the cluster serves ${group} as ${others.join(', ')} only, and ${versions.join(' or ')} is needed: ${advice}`;
}

/** What stands at a path of the server's description of itself; `undefined` when there is no such path. */
async function read<T>(
  api: KubeApi,
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const request = { method: 'GET', verb: 'get', resource: path, name: '', path } as const;
  const answer = await api.send(request, signal);
  const found = answer.status === 200 ? schema.safeParse(answer.body).data : undefined;
  if (found === undefined && answer.status !== 404) {
    throw refusalOf(answer, request);
  }
  return found;
}
