import { collectDefaultMetrics, Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { grpcStatusName } from './grpc-status-name.ts';

/** The buckets that the CSI sidecars use, so that one dashboard shows both ends of a call. */
const CSI_BUCKETS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];
const ECS_BUCKETS_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100];

/** The shape of an ECS error code. Anything else is counted as `other`: a label must not hold what a broken peer sends. */
const ERROR_CODE = /^[A-Za-z][A-Za-z0-9._-]{0,79}$/;

export interface CsiCallFigures {
  /** Path of the call, such as `/csi.v1.Controller/CreateVolume`. */
  readonly method: string;
  /** The numeric gRPC status that was answered. */
  readonly code: number;
  readonly durationMs: number;
}

export interface EcsCallFigures {
  /** Name of the ECS action, such as `DescribeDisks`. */
  readonly action: string;
  /** The ECS error code, or the kind of failure where ECS gave none; `OK` when it succeeded. */
  readonly code: string;
  readonly durationMs: number;
}

/** Counts what happens; Prometheus reads it from the registry. */
export interface Metrics {
  /** A CSI call has been answered. */
  readonly observeCsiCall: (call: CsiCallFigures) => void;
  /** A request to ECS has ended, well or not. */
  readonly observeEcsCall: (call: EcsCallFigures) => void;
  /** ECS refused a request because there were too many. */
  readonly countEcsThrottle: (action: string) => void;
  /** So many ids were asked for in one Describe request. */
  readonly observeEcsBatch: (action: string, ids: number) => void;
  /** ECS answered with a code that the error table does not list. */
  readonly countUnlistedEcsError: (action: string, code: string) => void;
  /** A guard has told the user something. */
  readonly countGuardEvent: (type: string, reason: string) => void;
  /** New credentials could not be fetched. */
  readonly countCredentialRefreshFailure: (credentialKind: string) => void;
}

/**
 * Adds the plugin's metrics, and figures of the Node.js process, to a registry.
 * Throws when the registry has them already.
 */
export function createMetrics(registry: Registry, driverName: string): Metrics {
  collectDefaultMetrics({ register: registry });
  return { ...csiMetrics(registry, driverName), ...ecsMetrics(registry), ...guardMetrics(registry) };
}

function csiMetrics(registry: Registry, driverName: string): Pick<Metrics, 'observeCsiCall'> {
  const operations = new Histogram({
    name: 'csi_plugin_operations_seconds',
    help: 'Duration of CSI calls by method and gRPC status.',
    labelNames: ['driver_name', 'method_name', 'grpc_status_code'],
    buckets: CSI_BUCKETS_SECONDS,
    registers: [registry],
  });
  return {
    observeCsiCall: ({ method, code, durationMs }) =>
      operations.observe(
        { driver_name: driverName, method_name: method, grpc_status_code: grpcStatusName(code) },
        durationMs / 1000,
      ),
  };
}

function guardMetrics(registry: Registry): Pick<Metrics, 'countGuardEvent'> {
  const events = new Counter({
    name: 'datasafe_guard_events_total',
    help: 'What the guards before expansion and deletion told the user, by type and reason.',
    labelNames: ['type', 'reason'],
    registers: [registry],
  });
  return { countGuardEvent: (type, reason) => events.inc({ type, reason }) };
}

function ecsMetrics(registry: Registry): Omit<Metrics, 'observeCsiCall' | 'countGuardEvent'> {
  const registers = [registry];
  const requests = new Histogram({
    name: 'datasafe_ecs_request_duration_seconds',
    help: 'Duration of requests to ECS by action and error code (OK when it succeeded).',
    labelNames: ['action', 'code'],
    buckets: ECS_BUCKETS_SECONDS,
    registers,
  });
  const throttled = new Counter({
    name: 'datasafe_ecs_throttled_total',
    help: 'Requests that ECS refused because there were too many.',
    labelNames: ['action'],
    registers,
  });
  const batches = new Histogram({
    name: 'datasafe_ecs_batch_size',
    help: 'Ids asked for in one Describe request.',
    labelNames: ['action'],
    buckets: BATCH_BUCKETS,
    registers,
  });
  const unlisted = new Counter({
    name: 'datasafe_ecs_unlisted_errors_total',
    help: 'ECS error codes that the error table does not list: each one is a row to add.',
    labelNames: ['action', 'code'],
    registers,
  });
  const refreshFailures = new Counter({
    name: 'datasafe_credential_refresh_failures_total',
    help: 'Times that new credentials could not be fetched.',
    labelNames: ['credential'],
    registers,
  });
  return {
    observeEcsCall: ({ action, code, durationMs }) =>
      requests.observe({ action, code: codeLabel(code) }, durationMs / 1000),
    countEcsThrottle: (action) => throttled.inc({ action }),
    observeEcsBatch: (action, ids) => batches.observe({ action }, ids),
    countUnlistedEcsError: (action, code) => unlisted.inc({ action, code: codeLabel(code) }),
    countCredentialRefreshFailure: (credentialKind) => refreshFailures.inc({ credential: credentialKind }),
  };
}

function codeLabel(code: string): string {
  return ERROR_CODE.test(code) ? code : 'other';
}
