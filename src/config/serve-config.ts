import { isTagValue } from '../disk/tags.ts';
import { parseHttpEndpoint } from '../observability/http-endpoint.ts';
import { LOG_LEVELS, type LogLevel } from '../observability/logger.ts';
import { ecsAccessFrom, type EcsAccess, type EcsPlace } from './ecs-access.ts';
import { readFeatureGates } from './feature-gates.ts';
import { flags, parseFlags, type FlagValues } from './flags.ts';
import { guardConfigFrom, type GuardConfig } from './guard-config.ts';
import { UsageError, type Environment } from './usage-error.ts';
import { countFrom, durationMs, fileMode, fileOwner, oneOf, socketPath, type FileOwner } from './values.ts';

/** Everything that `csi-datasafe serve` can be told. */
export interface ServeConfig extends EcsPlace, Omit<EcsAccess, 'ecs'> {
  readonly socketPath: string;
  readonly socketMode: number;
  readonly socketOwner: FileOwner | undefined;
  readonly driverName: string;
  /** `undefined`: no HTTP endpoint. */
  readonly httpEndpoint: string | undefined;
  readonly clusterId: string | undefined;
  readonly defaultZoneId: string | undefined;
  readonly pollIntervalMs: number;
  readonly maxCallMs: number;
  readonly drainMs: number;
  /** At an instance that takes several at a time. */
  readonly attachConcurrency: number;
  readonly detachConcurrency: number;
  /** The account may attach, or detach, several disks at a time at any instance, tagged or not. */
  readonly isParallelAttachAllowed: boolean;
  readonly isParallelDetachAllowed: boolean;
  readonly guards: GuardConfig;
  /** The gate EnableVolumeGroupSnapshots. */
  readonly groupSnapshots: boolean;
  readonly logLevel: LogLevel;
  /** To be logged once the log is there. */
  readonly warnings: readonly string[];
}

/**
 * Reads flags and environment; a flag wins over its variable.
 * @returns the configuration, or the help text when that is what was asked for.
 * @throws UsageError
 */
export function serveConfigFrom(
  argv: readonly string[],
  env: Environment,
): ServeConfig | { readonly help: string } {
  const parsed = parseFlags(argv, env);
  if (typeof parsed === 'string') {
    return { help: parsed };
  }
  const { optional, required } = parsed;
  const gates = readFeatureGates(required(flags.featureGates));
  const { ecs, ...access } = ecsAccessFrom(parsed, env);
  return {
    ...socketSettings(parsed),
    ...ecs,
    ...access,
    ...limits(parsed),
    guards: guardConfigFrom(parsed, gates.open, env),
    groupSnapshots: gates.open.has('EnableVolumeGroupSnapshots'),
    isParallelAttachAllowed: gates.open.has('DiskParallelAttach'),
    isParallelDetachAllowed: gates.open.has('DiskParallelDetach'),
    driverName: driverName(required(flags.driverName)),
    httpEndpoint: httpEndpoint(required(flags.httpEndpoint)),
    clusterId: clusterId(optional(flags.clusterId)),
    defaultZoneId: zoneId(optional(flags.defaultZone)),
    logLevel: oneOf('--log-level', required(flags.logLevel), LOG_LEVELS),
    warnings: gates.warnings,
  };
}

function socketSettings({ optional, required }: FlagValues) {
  const owner = optional(flags.socketOwner);
  return {
    socketPath: socketPath('--endpoint', required(flags.endpoint)),
    socketMode: fileMode('--socket-mode', required(flags.socketMode)),
    socketOwner: owner === undefined ? undefined : fileOwner('--socket-owner', owner),
  };
}

function limits({ required }: FlagValues) {
  return {
    pollIntervalMs: durationMs('--poll-interval', required(flags.pollInterval)),
    maxCallMs: durationMs('--call-timeout', required(flags.callTimeout)),
    drainMs: durationMs('--drain-timeout', required(flags.drainTimeout)),
    attachConcurrency: countFrom('--attach-concurrency', required(flags.attachConcurrency)),
    detachConcurrency: countFrom('--detach-concurrency', required(flags.detachConcurrency)),
  };
}

function zoneId(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[a-z]{2}[a-z0-9-]{1,60}$/.test(text)) {
    throw new UsageError(`--default-zone: "${text}" is not a zone id; write one such as cn-hangzhou-h`);
  }
  return text;
}

/** @throws UsageError */
export function clusterId(text: string | undefined): string | undefined {
  if (text !== undefined && (text.trim() === '' || !isTagValue(text))) {
    throw new UsageError(
      `--cluster-id: "${text}" cannot be the value of a tag: at most 128 characters, not beginning with aliyun or acs:`,
    );
  }
  return text;
}

/** The rule of the standard: a domain name of at most 63 characters. @throws UsageError */
export function driverName(text: string): string {
  if (text.length > 63 || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)) {
    throw new UsageError(`--driver-name: "${text}" is not a domain name of at most 63 characters`);
  }
  return text;
}

function httpEndpoint(text: string): string | undefined {
  if (text === 'off') {
    return undefined;
  }
  try {
    parseHttpEndpoint(text);
  } catch (error) {
    throw new UsageError(`--http-endpoint: ${(error as Error).message}`);
  }
  return text;
}
