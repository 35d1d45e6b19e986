import { defaultDriverName } from '../../../../src/disk/guards/restore-command.ts';
import { Sightings } from '../../../../src/disk/sightings.ts';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../../src/ecs/clock.ts';
import { createKubeCluster } from '../../../../src/kube/kube-cluster.ts';
import type { Cluster } from '../../../../src/disk/cluster.ts';
import { Keeper, type KeeperAct } from '../../../../src/disk/guards/keeper.ts';
import { startEmulator, type Emulator } from '../../../support/emulator.ts';
import { spawnKubeApi, type KubeApi } from '../../../support/kube-api/kube-api.ts';
import { socketDirectory, type SocketDirectory } from '../../../support/plugin.ts';
import type { Interruptible } from '../../crash/crash-points.ts';
import { connect } from '../../ecs/set-up.ts';

export const driverName = 'diskplugin.csi.alibabacloud.com';

/** An ECS, a Kubernetes, and a place for one plugin that is killed again and again. */
export interface CrashSite extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly kube: KubeApi;
  readonly directory: SocketDirectory;
  /** The flags of the plugin. */
  readonly args: readonly string[];
  /** Our own cluster adapter, as another replica has it. */
  readonly cluster: Cluster;
  /** Runs rounds of a keeper, as another replica does. @returns what it did. */
  keep(rounds: number): Promise<KeeperAct[]>;
  /** Empties Kubernetes and ECS. */
  clear(): Promise<void>;
}

export interface SiteOptions {
  readonly uploadMs?: number;
  /** More flags of the plugin. */
  readonly args?: readonly string[];
}

const plurals = [
  'persistentvolumes',
  'persistentvolumeclaims',
  'events',
  'volumesnapshots',
  'volumesnapshotcontents',
];

/** Starts a site. ECS refuses to resize a disk for the first moments of each snapshot, while it uploads it. */
export async function startSite({ uploadMs = 350, args = [] }: SiteOptions = {}): Promise<CrashSite> {
  await using started = new AsyncDisposableStack();
  const directory = started.use(socketDirectory());
  const emulator = started.use(await startEmulator());
  const kube = started.use(await spawnKubeApi());
  await kube.putNamespace('default');
  await kube.putNamespace('db');
  await kube.runSnapshotController(true);
  const cluster = createKubeCluster({
    access: { mode: 'kubeconfig', path: kube.kubeconfig },
    clock: systemClock,
    log: { info: ignore, warn: ignore },
    driverName,
    clusterId: 'test-cluster',
    protectionNamespace: 'default',
    needsGroupSnapshots: false,
    isGuarding: true,
  });
  const stopped = new AbortController();
  cluster.start(stopped.signal);
  started.defer(async () => {
    stopped.abort();
    await cluster.close();
  });
  const running = started.move();
  return {
    emulator,
    kube,
    directory,
    cluster,
    args: [
      ...['--kubernetes', kube.kubeconfig, '--automatic-snapshots', 'true', '--keeper', 'off'],
      ...['--poll-interval', '200ms', ...args],
    ],
    keep: (rounds) => keep(emulator, cluster, rounds),
    async clear() {
      await emulator.control('POST', '/reset');
      await emulator.configure({ createDiskMs: 0, attachMs: 0, cutMs: 0, uploadMs });
      for (const plural of plurals) {
        for (const { metadata } of await kube.objects(plural)) {
          await kube.take(plural, metadata.name, metadata.namespace);
        }
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The requests that the plugin sends to the API server, without the watches. */
export function requestsToKube(kube: KubeApi): Interruptible {
  return {
    hang: (when, skip) =>
      kube.addFault({ verb: '*', resource: '*', when, effect: { type: 'hang' }, skip, times: 1 }),
    waitForFault: (ruleId, signal) => kube.waitForFault(ruleId, 1, signal),
    clearFaults: () => kube.clearFaults(),
  };
}

async function keep(emulator: Emulator, cluster: Cluster, rounds: number): Promise<KeeperAct[]> {
  const acts: KeeperAct[] = [];
  const keeper = new Keeper({
    cloud: connect({ endpoint: emulator.endpoint }),
    cluster,
    clusterId: 'test-cluster',
    driverName: defaultDriverName,
    isSwitchedOn: true,
    sightings: new Sightings(Date.now),
    now: Date.now,
    isDryRun: false,
    onAct: (act) => acts.push(act),
    onProblem: (error) => {
      throw error instanceof Error ? error : new Error(String(error));
    },
  });
  for (let round = 0; round < rounds; round += 1) {
    await keeper.round({ signal: AbortSignal.timeout(20_000), requestId: randomUUID() });
  }
  return acts;
}

function ignore(): void {
  // Nothing here looks into the log.
}
