import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterVolume, DeleteProtection } from '../../../src/disk/cluster.ts';
import type { KubeLog } from '../../../src/kube/log.ts';
import {
  createKubeCluster,
  type KubeCluster,
  type KubeClusterOptions,
} from '../../../src/kube/kube-cluster.ts';
import { startKubeApi, type KubeApi, type KubeObject } from '../../support/kube-api/kube-api.ts';
import { FakeClock } from '../../unit/ecs/fake-clock.ts';

export const driverName = 'diskplugin.csi.alibabacloud.com';

export interface LoggedLine {
  readonly level: 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps its lines. */
export function keptLog(): KubeLog & { readonly lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  return {
    lines,
    info: (fields, message) => void lines.push({ level: 'info', fields, message }),
    warn: (fields, message) => void lines.push({ level: 'warn', fields, message }),
  };
}

/** Our adapter over the real client, against a fake API server, on a clock of its own. */
export interface Setup extends AsyncDisposable {
  readonly api: KubeApi;
  readonly cluster: KubeCluster;
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof keptLog>;
  /** A second adapter at the same server, as in another replica. */
  another(options?: Partial<KubeClusterOptions>): KubeCluster;
  /** Begins to follow the volumes, and waits until they are read and watched. */
  follow(): Promise<void>;
  /** Moves the clock on, a second at a time, until the condition holds. */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
}

export async function setUp(options: Partial<KubeClusterOptions> = {}): Promise<Setup> {
  const api = await startKubeApi();
  const clock = new FakeClock(Date.parse('2026-03-01T10:00:00Z'));
  const log = keptLog();
  const stop = new AbortController();
  const clusters: KubeCluster[] = [];
  const open = (more: Partial<KubeClusterOptions> = {}) => {
    const cluster = createKubeCluster({
      access: { mode: 'kubeconfig', path: api.kubeconfig },
      driverName,
      clusterId: 'c-test',
      protectionNamespace: 'default',
      needsGroupSnapshots: false,
      isGuarding: true,
      clock,
      log,
      random: () => 1,
      ...options,
      ...more,
    });
    clusters.push(cluster);
    return cluster;
  };
  const cluster = open();
  const until: Setup['until'] = async (condition, what) => {
    const deadline = Date.now() + 15_000;
    while (!(await condition())) {
      if (Date.now() > deadline) {
        throw new Error(`waited in vain: ${what}`);
      }
      await delay(5);
      await clock.advance(1_000);
    }
  };
  return {
    api,
    cluster,
    clock,
    log,
    another: open,
    until,
    async follow() {
      cluster.start(stop.signal);
      await until(
        async () => cluster.isSynced() && (await api.watchCount()) === 1,
        'the volumes are watched',
      );
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(clusters.map(async (one) => await one.close(AbortSignal.abort())));
      await api[Symbol.asyncDispose]();
    },
  };
}

export const call = () => ({ signal: AbortSignal.timeout(10_000), requestId: 'r-test' });

/** A PersistentVolume of our driver, claimed by `shop/data`. */
export function volumeObject(diskId: string, name = `pv-${diskId}`, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      csi: { driver: driverName, volumeHandle: diskId, volumeAttributes: { type: 'cloud_essd' } },
      storageClassName: 'alicloud-datasafe-essd',
      volumeMode: 'Filesystem',
      claimRef: { namespace: 'shop', name: 'data', uid: 'uid-of-claim' },
      ...more,
    },
    status: { phase: 'Bound' },
  };
}

/** The same volume as the domain sees it. */
export function clusterVolume(diskId: string): ClusterVolume {
  return {
    name: `pv-${diskId}`,
    uid: `uid-of-${diskId}`,
    diskId,
    storageClass: 'alicloud-datasafe-essd',
    attributes: new Map([['type', 'cloud_essd']]),
    volumeMode: 'Filesystem',
    claim: { namespace: 'shop', name: 'data', uid: 'uid-of-claim' },
  };
}

export function protectionOf(diskId: string, changes: Partial<DeleteProtection> = {}): DeleteProtection {
  return {
    diskId,
    snapshotId: 's-1',
    sizeGiB: 30,
    cutAt: new Date('2026-03-01T09:59:00Z'),
    expiresAt: new Date('2026-03-04T09:59:00Z'),
    volume: clusterVolume(diskId),
    ...changes,
  };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}
