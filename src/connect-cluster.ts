import type { ServeConfig } from './config/serve-config.ts';
import type { Cluster } from './disk/cluster.ts';
import type { Clock } from './ecs/clock.ts';
import { createKubeCluster } from './kube/kube-cluster.ts';
import { createOfflineCluster } from './kube/off/offline-cluster.ts';
import type { Logger } from './observability/logger.ts';
import type { Metrics } from './observability/metrics.ts';

/** The cluster that the guards speak to, and what the app must know of it. */
export interface ConnectedCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  /** What is wrong at the moment, one sentence each. */
  problems(): readonly string[];
}

/** Connects to Kubernetes as the operator chose. @throws Error when the kubeconfig or service account is unusable. */
export function connectCluster(
  config: ServeConfig,
  log: Logger,
  metrics: Metrics,
  clock: Clock,
): ConnectedCluster {
  const { kubernetes, protectionNamespace, manifestDirectory } = config.guards;
  const { driverName, clusterId } = config;
  if (kubernetes.mode === 'off') {
    const offline = createOfflineCluster({
      driverName,
      clusterId,
      protectionNamespace,
      manifestDirectory,
      clock,
      log,
    });
    return {
      cluster: counted(offline, metrics),
      problems: () => [],
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const stopped = new AbortController();
  const kube = createKubeCluster({
    access: kubernetes,
    clock,
    log,
    driverName,
    clusterId,
    protectionNamespace,
    needsGroupSnapshots: config.groupSnapshots,
    isGuarding: config.guards.isSwitchedOn,
  });
  kube.start(stopped.signal);
  return {
    cluster: counted(kube, metrics),
    problems: () => kube.problems(),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await kube.close();
    },
  };
}

/** The same cluster, with each event counted. */
function counted(cluster: Cluster, metrics: Metrics): Cluster {
  return {
    ...cluster,
    report(event) {
      metrics.countGuardEvent(event.type, event.reason);
      cluster.report(event);
    },
  };
}
