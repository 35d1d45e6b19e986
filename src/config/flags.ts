import { defaultDriverName } from '../disk/guards/restore-command.ts';
import { Command, CommanderError, Option } from 'commander';
import { LOG_LEVELS } from '../observability/logger.ts';
import { credentialKinds } from './credentials.ts';
import { firstSet, UsageError, type Environment } from './usage-error.ts';

/** A flag, the variables that stand in for it, and what it is when nobody says. */
export interface Flag {
  readonly name: string;
  readonly argument: string;
  readonly env: readonly string[];
  readonly fallback: string | undefined;
  readonly help: string;
}

/** Every flag of `csi-datasafe serve`. */
export const flags = {
  endpoint: flag(
    'endpoint',
    '<unix:///path>',
    ['CSI_ENDPOINT'],
    undefined,
    'socket to serve CSI on (required)',
  ),
  socketMode: flag('socket-mode', '<octal>', [], '0660', 'file mode of the socket'),
  socketOwner: flag('socket-owner', '<uid:gid>', [], undefined, 'owner of the socket'),
  driverName: flag('driver-name', '<name>', [], defaultDriverName, 'name of the driver'),
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
  attachConcurrency: flag(
    'attach-concurrency',
    '<number>',
    ['DISK_ATTACH_CONCURRENCY'],
    '32',
    'attaches at a time to an instance tagged supportConcurrencyAttach=true; others take one',
  ),
  detachConcurrency: flag(
    'detach-concurrency',
    '<number>',
    ['DISK_DETACH_CONCURRENCY'],
    '5',
    'detaches at a time from an instance not tagged supportConcurrencyDetach=true',
  ),
  credentials: flag(
    'credentials',
    '<kind>',
    [],
    undefined,
    `one of ${credentialKinds.join(', ')} (default: what the environment shows)`,
  ),
  featureGates: flag('feature-gates', '<A=true,...>', ['FEATURE_GATES'], '', 'gates to open or shut'),
  guards: flag(
    'automatic-snapshots',
    '<true|false>',
    ['VOLUME_DEL_AUTO_SNAP'],
    undefined,
    'let the guards act',
  ),
  maxAge: flag(
    'expand-snapshot-max-age',
    '<duration>',
    [],
    '10m',
    'oldest cut that an expansion may rely on',
  ),
  besteffortWait: flag(
    'expand-besteffort-wait',
    '<duration>',
    [],
    '5m',
    'longest wait of besteffort after the cut, or for it',
  ),
  kubernetes: flag(
    'kubernetes',
    '<how>',
    ['KUBECONFIG'],
    undefined,
    '"in-cluster", "off", or a kubeconfig file (default: in-cluster in a pod, else off)',
  ),
  protectionNamespace: flag(
    'protection-namespace',
    '<name>',
    [],
    'default',
    'where VolumeSnapshots of deleted disks go; "claim": beside the claim',
  ),
  manifestDirectory: flag(
    'manifest-dir',
    '<path>',
    [],
    undefined,
    'with --kubernetes=off: where those objects are written as YAML',
  ),
  keeper: flag('keeper', '<on|dry-run|off>', [], 'on', 'clean up behind the guards'),
  keeperInterval: flag('keeper-interval', '<duration>', [], '1m', 'time between two rounds of the keeper'),
  logLevel: flag('log-level', '<level>', ['LOG_LEVEL'], 'info', LOG_LEVELS.join(', ')),
};

export function flag(
  name: string,
  argument: string,
  env: readonly string[],
  ...rest: [string | undefined, string]
): Flag {
  const [fallback, help] = rest;
  return { name, argument, env, fallback, help };
}

/** The values of the flags, their variables or their defaults. */
export interface FlagValues {
  readonly optional: (flag: Flag) => string | undefined;
  readonly required: (flag: Flag) => string;
}

/** A command with the flags that it understands. */
export interface FlaggedCommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
}

const serveCommand: FlaggedCommand = {
  name: 'serve',
  description: 'Serves CSI for Alibaba Cloud disks (Identity, Controller, GroupController) on a Unix socket.',
  flags: Object.values(flags),
};

/** @returns the values, or the help text when that is what was asked for. */
export function parseFlags(
  argv: readonly string[],
  env: Environment,
  { name, description, flags: known } = serveCommand,
): FlagValues | string {
  const help: string[] = [];
  const command = new Command(`csi-datasafe ${name}`)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined });
  for (const item of known) {
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
