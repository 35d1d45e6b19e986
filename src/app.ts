import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import type { ServeConfig } from './config/serve-config.ts';
import { createController } from './csi/controller/index.ts';
import { createGroupController } from './csi/group-controller/index.ts';
import { createIdentity } from './csi/identity.ts';
import { OperationLock } from './csi/operation-lock.ts';
import { loadCsiProto, type CsiProto } from './csi/proto.ts';
import { resourceIdOf, withoutSecrets } from './csi/resource-id.ts';
import { startCsiServer } from './csi/server.ts';
import { statusName } from './csi/status.ts';
import type { FinishedCall } from './csi/unary.ts';
import { connectCluster } from './connect-cluster.ts';
import { createAttachParts } from './disk/attach/attach-parts.ts';
import { DiskError } from './disk/disk-error.ts';
import { Sightings } from './disk/sightings.ts';
import type { ExpandGuardParts } from './disk/guards/guard-parts.ts';
import { ownerTag } from './disk/tags.ts';
import { systemClock, type Clock } from './ecs/clock.ts';
import { createEcsClient } from './ecs/client.ts';
import { createCredential } from './ecs/credentials/create-credential.ts';
import { absentCredential } from './ecs/credentials/absent-credential.ts';
import { createEcsDiskCloud, type EcsDiskCloud } from './ecs/ecs-disk-cloud.ts';
import type { EcsObserver } from './ecs/ecs-observer.ts';
import { startKeeper, type RunningKeeper } from './keeper-loop.ts';
import { createAccessCheck, type AccessCheck } from './observability/access-check.ts';
import { startHttpServer } from './observability/http-server.ts';
import type { Logger } from './observability/logger.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';

/** The running plugin. */
export interface App {
  stop(): Promise<void>;
}

/**
 * Wires everything, by hand and in order, and serves. Rejects when the socket or the HTTP port cannot be had.
 * @param clock what calls, waits, guards and keeper go by; requests are signed, and given up, by the system's.
 */
export async function startApp(
  config: ServeConfig,
  log: Logger,
  version: string,
  clock: Clock = systemClock,
): Promise<App> {
  await using started = new AsyncDisposableStack();
  const registry = new Registry();
  const metrics = createMetrics(registry, config.driverName);
  const cloud = started.use(createCloud(config, { log, metrics, version, clock }));
  const access = started.use(watchAccess(config, cloud, log));
  const cluster = started.use(connectCluster(config, log, metrics, clock));
  const guards = guardParts(config, { cloud, cluster: cluster.cluster, clock });
  const keeper = startKeeping(config, { guards, log, clock }, started);
  const problems = () => [...cluster.problems(), ...(keeper?.problems() ?? [])];
  const http = await startHttp(config, { registry, access, problems, log });
  if (http !== undefined) {
    started.use(http);
  }
  const csi = await serveCsi(config, { cloud, guards, access, log, metrics, version, clock });
  started.defer(() => csi.stop(config.drainMs));
  access.start();
  log.info({ socket: config.socketPath, http: http?.url, driver: config.driverName, version }, 'Serving CSI');
  const running = started.move();
  return { stop: () => running.disposeAsync() };
}

interface Observed {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  readonly clock: Clock;
}

function createCloud(config: ServeConfig, { log, metrics, version, clock }: Observed) {
  const observer = observeEcs(log, metrics);
  const onRefreshFailure = (kind: string, reason: string) => observer.credentialRefreshFailed(kind, reason);
  const credential =
    config.credentials === undefined
      ? absentCredential()
      : createCredential(config.credentials, { onRefreshFailure });
  log.info(
    { credentials: config.credentials?.kind ?? 'none', region: config.regionId, cluster: config.clusterId },
    'Speaking to ECS',
  );
  const client = createEcsClient({
    regionId: config.regionId,
    endpoint: config.ecsEndpoint,
    protocol: config.ecsProtocol,
    network: config.ecsNetwork,
    requestTimeoutMs: config.ecsTimeoutMs,
    userAgent: `csi-datasafe/${version}`,
    credential,
  });
  return createEcsDiskCloud({
    client,
    regionId: config.regionId,
    // What this driver made for any cluster, so that names are found also after the cluster id was changed.
    ownerTag: ownerTag(undefined),
    observer,
    pollIntervalMs: config.pollIntervalMs,
    clock,
  });
}

function observeEcs(log: Logger, metrics: Metrics): EcsObserver {
  return {
    callFinished(call) {
      metrics.observeEcsCall(call);
      log.debug({ ...call, requestId: call.callRequestId, ecsRequestId: call.requestId }, 'ECS answered');
    },
    throttled(action) {
      metrics.countEcsThrottle(action);
      log.warn({ action }, 'ECS throttles; requests of this action wait');
    },
    batchSize: metrics.observeEcsBatch,
    unlistedError(action, code) {
      metrics.countUnlistedEcsError(action, code);
      log.warn(
        { action, code },
        'ECS answered with a code that the error table does not list; please report it',
      );
    },
    credentialRefreshFailed(kind, reason) {
      metrics.countCredentialRefreshFailure(kind);
      log.warn({ credentials: kind, reason }, 'New credentials could not be fetched');
    },
  };
}

function watchAccess(config: ServeConfig, cloud: EcsDiskCloud, log: Logger): AccessCheck {
  return createAccessCheck({
    check: (signal) => cloud.checkLetIn({ signal, requestId: `access-${randomUUID()}` }),
    onChange: (error) => {
      if (error === undefined) {
        log.info({}, 'ECS lets us in: ready');
      } else {
        log.error({ err: error }, 'ECS does not let us in: not ready');
      }
    },
    failedIntervalMs: 10_000,
    passedIntervalMs: 300_000,
    timeoutMs: 25_000,
    timeUp: () =>
      new DiskError(
        'timed-out',
        `ECS does not answer: check the network, and the end point ${config.ecsEndpoint ?? `of region ${config.regionId}`}`,
      ),
  });
}

function guardParts(
  config: ServeConfig,
  { cloud, cluster, clock }: Pick<ExpandGuardParts, 'cloud' | 'cluster'> & { readonly clock: Clock },
): ExpandGuardParts {
  const now = () => clock.now();
  return {
    ...config.guards,
    cloud,
    cluster,
    clusterId: config.clusterId,
    driverName: config.driverName,
    sightings: new Sightings(() => clock.elapsedMs()),
    now,
  };
}

function startKeeping(
  config: ServeConfig,
  { guards, log, clock }: Pick<CsiParts, 'guards' | 'log' | 'clock'>,
  started: AsyncDisposableStack,
): RunningKeeper | undefined {
  const { keeper, keeperIntervalMs, isSwitchedOn } = config.guards;
  log.info({ isSwitchedOn, kubernetes: config.guards.kubernetes.mode, keeper }, 'Guards');
  if (keeper === 'off') {
    return undefined;
  }
  return started.use(
    startKeeper({ ...guards, isDryRun: keeper === 'dry-run', intervalMs: keeperIntervalMs, log, clock }),
  );
}

async function startHttp(config: ServeConfig, { registry, access, problems, log }: HttpParts) {
  if (config.httpEndpoint === undefined) {
    return undefined;
  }
  const readiness = () => {
    const reasons = [...access.readiness().reasons, ...problems()];
    return { ready: reasons.length === 0, reasons };
  };
  return await startHttpServer({ endpoint: config.httpEndpoint, readiness, metrics: registry, log });
}

interface HttpParts {
  readonly registry: Registry;
  readonly access: AccessCheck;
  readonly problems: () => readonly string[];
  readonly log: Logger;
}

interface CsiParts extends Observed {
  readonly guards: ExpandGuardParts;
  readonly cloud: EcsDiskCloud;
  readonly access: AccessCheck;
}

async function serveCsi(config: ServeConfig, parts: CsiParts) {
  const { cloud, guards, access, log, metrics, version, clock } = parts;
  const proto = loadCsiProto();
  const controllerParts = {
    ...config,
    cloud,
    specs: cloud,
    sightings: guards.sightings,
    guards,
    attach: createAttachParts(cloud, config, () => clock.elapsedMs()),
    lock: new OperationLock(),
    now: guards.now,
    warn: (details: object, message: string) => log.warn({ ...details }, message),
  };
  const groupServices = config.groupSnapshots
    ? [{ definition: proto.v1.GroupController.service, rpcs: createGroupController(controllerParts, clock) }]
    : [];
  const identity = createIdentity({
    driverName: config.driverName,
    version,
    groupSnapshots: config.groupSnapshots,
    isReady: () => access.hasPassed(),
  });
  return await startCsiServer({
    socket: { path: config.socketPath, mode: config.socketMode, owner: config.socketOwner },
    services: [
      { definition: proto.v1.Identity.service, rpcs: identity },
      { definition: proto.v1.Controller.service, rpcs: createController(controllerParts) },
      ...groupServices,
    ],
    maxCallMs: config.maxCallMs,
    clock,
    onFinished: reportCalls(log, metrics, proto),
  });
}

/** Identity calls come from probes every few seconds: they are counted, and logged only when asked for. */
function reportCalls(log: Logger, metrics: Metrics, proto: CsiProto): (call: FinishedCall) => void {
  return (call) => {
    const { method, requestId, request, code, durationMs, error } = call;
    metrics.observeCsiCall(call);
    const fields = {
      requestId,
      method,
      resourceId: resourceIdOf(request),
      durationMs: Math.round(durationMs),
      code: statusName(code),
    };
    const messageName = `${method.split('/').at(-1) ?? ''}Request`;
    log.debug(
      { requestId, request: withoutSecrets(request, proto.secretFieldsOf(messageName)) },
      'CSI request',
    );
    if (error !== undefined) {
      log.warn({ ...fields, err: error }, 'CSI call failed');
    } else if (method.includes('.Identity/') || method.includes('GetCapabilities')) {
      log.debug(fields, 'CSI call');
    } else {
      log.info(fields, 'CSI call');
    }
  };
}
