import { Command, CommanderError, Option } from 'commander';
import type { CredentialSettings } from '../ecs/credentials/credential-settings.ts';
import { isTagValue } from '../disk/tags.ts';
import { parseHttpEndpoint } from '../observability/http-endpoint.ts';
import { LOG_LEVELS, type LogLevel } from '../observability/logger.ts';
import { credentialKinds, credentialsFrom } from './credentials.ts';
import { checkFeatureGates } from './feature-gates.ts';
import { firstSet, UsageError, type Environment } from './usage-error.ts';
import { durationMs, fileMode, fileOwner, hostAndPort, oneOf, socketPath, type FileOwner } from './values.ts';

/** Everything that `csi-datasafe serve` can be told. */
export interface ServeConfig {
  readonly socketPath: string;
  readonly socketMode: number;
  readonly socketOwner: FileOwner | undefined;
  readonly driverName: string;
  /** `undefined`: no HTTP endpoint. */
  readonly httpEndpoint: string | undefined;
  readonly regionId: string;
  readonly clusterId: string | undefined;
  readonly defaultZoneId: string | undefined;
  readonly ecsEndpoint: string | undefined;
  readonly ecsProtocol: 'https' | 'http';
  readonly ecsNetwork: 'vpc' | 'public';
  readonly ecsTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly maxCallMs: number;
  readonly drainMs: number;
  readonly credentials: CredentialSettings | undefined;
  readonly logLevel: LogLevel;
  /** To be logged once the log is there. */
  readonly warnings: readonly string[];
}

/** A flag, the variables that stand in for it, and what it is when nobody says. */
interface Flag {
  readonly name: string;
  readonly argument: string;
  readonly env: readonly string[];
  readonly fallback: string | undefined;
  readonly help: string;
}

const flags = {
  endpoint: flag(
    'endpoint',
    '<unix:///path>',
    ['CSI_ENDPOINT'],
    undefined,
    'socket to serve CSI on (required)',
  ),
  socketMode: flag('socket-mode', '<octal>', [], '0660', 'file mode of the socket'),
  socketOwner: flag('socket-owner', '<uid:gid>', [], undefined, 'owner of the socket'),
  driverName: flag('driver-name', '<name>', [], 'diskplugin.csi.alibabacloud.com', 'name of the driver'),
  httpEndpoint: flag(
    'http-endpoint',
    '<host:port>',
    [],
    ':11270',
    '/metrics, /healthz and /readyz; "off" for none',
  ),
  region: flag('region', '<id>', ['REGION_ID'], undefined, 'ECS region (required)'),
  clusterId: flag('cluster-id', '<id>', ['CLUSTER_ID'], undefined, 'marks what this cluster owns'),
  defaultZone: flag('default-zone', '<id>', ['ZONE_ID'], undefined, 'zone of disks that nothing else places'),
  ecsEndpoint: flag(
    'ecs-endpoint',
    '<host:port>',
    ['ECS_ENDPOINT'],
    undefined,
    'ECS end point (default: of the region)',
  ),
  ecsProtocol: flag(
    'ecs-protocol',
    '<http|https>',
    ['ALICLOUD_CLIENT_SCHEME'],
    'https',
    'how ECS is reached',
  ),
  ecsNetwork: flag(
    'ecs-network',
    '<vpc|public>',
    ['ALIBABA_CLOUD_NETWORK_TYPE'],
    'public',
    'end point to use by default',
  ),
  ecsTimeout: flag('ecs-timeout', '<duration>', [], '10s', 'limit of one request to ECS'),
  pollInterval: flag('poll-interval', '<duration>', [], '1s', 'time between two looks at unfinished work'),
  callTimeout: flag('call-timeout', '<duration>', [], '2m', 'limit of a CSI call without a deadline'),
  drainTimeout: flag('drain-timeout', '<duration>', [], '20s', 'time for running calls after SIGTERM'),
  credentials: flag(
    'credentials',
    '<kind>',
    [],
    undefined,
    `one of ${credentialKinds.join(', ')} (default: what the environment shows)`,
  ),
  featureGates: flag('feature-gates', '<A=true,...>', ['FEATURE_GATES'], '', 'gates to open or shut'),
  logLevel: flag('log-level', '<level>', ['LOG_LEVEL'], 'info', LOG_LEVELS.join(', ')),
};

function flag(
  name: string,
  argument: string,
  env: readonly string[],
  ...rest: [string | undefined, string]
): Flag {
  const [fallback, help] = rest;
  return { name, argument, env, fallback, help };
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
  const warnings = [...checkFeatureGates(required(flags.featureGates)), ...guardSwitch(env)];
  const credentialKind = optional(flags.credentials);
  return {
    ...socketSettings(parsed),
    ...ecsSettings(parsed),
    ...limits(parsed),
    driverName: driverName(required(flags.driverName)),
    httpEndpoint: httpEndpoint(required(flags.httpEndpoint)),
    clusterId: clusterId(optional(flags.clusterId)),
    defaultZoneId: zoneId(optional(flags.defaultZone)),
    credentials: credentialsFrom(
      credentialKind === undefined ? undefined : oneOf('--credentials', credentialKind, credentialKinds),
      env,
    ),
    logLevel: oneOf('--log-level', required(flags.logLevel), LOG_LEVELS),
    warnings,
  };
}

interface FlagValues {
  readonly optional: (flag: Flag) => string | undefined;
  readonly required: (flag: Flag) => string;
}

function parseFlags(argv: readonly string[], env: Environment): FlagValues | string {
  const help: string[] = [];
  const command = new Command('csi-datasafe serve')
    .description('Serves the CSI Identity and Controller of Alibaba Cloud disks on a Unix socket.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined });
  for (const item of Object.values(flags)) {
    command.addOption(new Option(`--${item.name} ${item.argument}`, helpOf(item)));
  }
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return help.join('');
    }
    throw error instanceof CommanderError ? complaintFrom(error) : error;
  }
  const given = command.opts<Record<string, string | undefined>>();
  const optional = (item: Flag) => given[camelCase(item.name)] ?? firstSet(env, ...item.env) ?? item.fallback;
  return { optional, required: (item) => optional(item) ?? missing(item) };
}

/** Says no more of what was typed than the name of a flag: it may be a secret. */
function complaintFrom({ code, message }: CommanderError): UsageError {
  return code === 'commander.excessArguments'
    ? new UsageError('only flags are understood, and one argument is none; --help explains them')
    : new UsageError(message.replace(/^error: /, '').replace(/=[^]*(?='(\n|$))/, ''));
}

function helpOf({ help, env, fallback }: Flag): string {
  const notes = [
    ...(env.length === 0 ? [] : [`env ${env.join(', ')}`]),
    ...(fallback === undefined || fallback === '' ? [] : [`default ${fallback}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

function missing({ name, argument, env }: Flag): never {
  throw new UsageError(
    `--${name} ${argument} is missing${env.length === 0 ? '' : ` (or the variable ${env.join(', ')})`}`,
  );
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function socketSettings({ optional, required }: FlagValues) {
  const owner = optional(flags.socketOwner);
  return {
    socketPath: socketPath('--endpoint', required(flags.endpoint)),
    socketMode: fileMode('--socket-mode', required(flags.socketMode)),
    socketOwner: owner === undefined ? undefined : fileOwner('--socket-owner', owner),
  };
}

function ecsSettings({ optional, required }: FlagValues) {
  const endpoint = optional(flags.ecsEndpoint);
  return {
    regionId: regionId(required(flags.region)),
    ecsEndpoint: endpoint === undefined ? undefined : hostAndPort('--ecs-endpoint', endpoint),
    ecsProtocol: oneOf('--ecs-protocol', required(flags.ecsProtocol).toLowerCase(), ['https', 'http']),
    ecsNetwork: oneOf('--ecs-network', required(flags.ecsNetwork), ['vpc', 'public']),
  };
}

function limits({ required }: FlagValues) {
  return {
    ecsTimeoutMs: durationMs('--ecs-timeout', required(flags.ecsTimeout)),
    pollIntervalMs: durationMs('--poll-interval', required(flags.pollInterval)),
    maxCallMs: durationMs('--call-timeout', required(flags.callTimeout)),
    drainMs: durationMs('--drain-timeout', required(flags.drainTimeout)),
  };
}

function regionId(text: string): string {
  if (!/^[a-z]{2}[a-z0-9-]{1,40}$/.test(text)) {
    throw new UsageError(`--region: "${text}" is not a region id; write one such as cn-hangzhou`);
  }
  return text;
}

function zoneId(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[a-z]{2}[a-z0-9-]{1,60}$/.test(text)) {
    throw new UsageError(`--default-zone: "${text}" is not a zone id; write one such as cn-hangzhou-h`);
  }
  return text;
}

function clusterId(text: string | undefined): string | undefined {
  if (text !== undefined && (text.trim() === '' || !isTagValue(text))) {
    throw new UsageError(
      `--cluster-id: "${text}" cannot be the value of a tag: at most 128 characters, not beginning with aliyun or acs:`,
    );
  }
  return text;
}

/** The rule of the standard: a domain name of at most 63 characters. */
function driverName(text: string): string {
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

/** The switch of the guards: this version has none, and must not look as if it had. */
function guardSwitch(env: Environment): string[] {
  const value = firstSet(env, 'VOLUME_DEL_AUTO_SNAP');
  if (value !== undefined && !['true', 'false'].includes(value)) {
    throw new UsageError(`VOLUME_DEL_AUTO_SNAP: "${value}" is not allowed; allowed are true, false`);
  }
  if (value === 'true') {
    throw new UsageError('VOLUME_DEL_AUTO_SNAP=true: automatic snapshots are not available in this version');
  }
  return [];
}
