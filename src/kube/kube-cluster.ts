import type { Cluster } from '../disk/cluster.ts';
import { createKubeApi, type FinishedKubeCall } from './api.ts';
import type { Clock } from './clock.ts';
import { openConnection, type KubeAccess } from './connection.ts';
import { createEventSink } from './events.ts';
import { readExpansionState } from './expansion-state.ts';
import type { KubeLog } from './log.ts';
import type { ProtectionSettings } from './protection-objects.ts';
import { listProtections, removeProtection } from './protection-removal.ts';
import { recordProtection } from './protections.ts';
import { isBeingRestored } from './restores.ts';
import { createNodeLookUp } from './selected-node.ts';
import { createApiWatch } from './served-apis.ts';
import { createObjectStore } from './store.ts';
import { createVolumeInformer } from './volume-informer.ts';
import { createVolumeLook } from './volume-look.ts';

export interface KubeClusterOptions extends ProtectionSettings {
  readonly access: KubeAccess;
  /** Whether the cluster must serve group snapshots. */
  readonly needsGroupSnapshots: boolean;
  /** Whether disks are deleted behind a snapshot where their class asks for it. */
  readonly isGuarding: boolean;
  readonly clock: Clock;
  readonly log: KubeLog;
  readonly random?: () => number;
  /** The longest time for one request. */
  readonly requestTimeoutMs?: number;
  /** The longest time for which a look for a volume waits until the API server can be read. */
  readonly patienceMs?: number;
  /** Told of every request but the watches, for metrics. */
  readonly onCall?: (call: FinishedKubeCall) => void;
}

/** A real cluster. Nothing is asked of it before `start`. */
export interface KubeCluster extends Cluster {
  /** Begins to follow the PersistentVolumes and the APIs that are served, until the signal aborts. */
  start(signal: AbortSignal): void;
  /** Whether the PersistentVolumes have been read. */
  isSynced(): boolean;
  /** What is wrong at the moment, one sentence each. */
  problems(): string[];
  /** Writes the events that wait, as long as the signal allows, and lets go of the connections. */
  close(signal?: AbortSignal): Promise<void>;
}

const closeMs = 2_000;

/** @throws Error when the kubeconfig file or the service account cannot be read. */
export function createKubeCluster(options: KubeClusterOptions): KubeCluster {
  const { clock, log, driverName, random = Math.random, patienceMs = 5_000 } = options;
  const connection = openConnection(options.access, clock);
  const api = createKubeApi({
    connection,
    clock,
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    silenceMs: 100_000,
    onCall: options.onCall,
  });
  const store = createObjectStore(api);
  const informer = createVolumeInformer({ driverName, api, store, clock, random, log, patienceMs });
  const lookForVolume = createVolumeLook(store, driverName);
  const events = createEventSink({ store, clock, log });
  const apis = createApiWatch({ ...options, api, events });
  const nodes = createNodeLookUp({ store, clock, log, patienceMs });
  return {
    start(signal) {
      informer.start(signal);
      apis.start(signal);
    },
    isSynced: () => informer.isSynced(),
    problems: () =>
      [informer.problem(), events.problem(), ...apis.problems()].filter((problem) => problem !== undefined),
    async close(signal = AbortSignal.timeout(closeMs)) {
      await events.close(signal);
      await connection.close();
    },
    findVolume: (diskId, { signal }) => informer.find(diskId, signal),
    findVolumeNow: (diskId, { signal }) => lookForVolume(diskId, signal),
    findSelectedNode: (search, call) => nodes.find(search, call.signal),
    expansionState: (volume, sizeGiB, call) => readExpansionState(store, volume, sizeGiB, call),
    recordProtection: (protection, call) => recordProtection(store, options, protection, call),
    listProtections: (call) => listProtections(store, options, call),
    isBeingRestored: (snapshotId, call) => isBeingRestored(store, snapshotId, call),
    removeProtection: (recorded, call) => removeProtection(store, options, recorded, call),
    report: (event) => events.report(event),
  };
}
