import { isSnapshotGroupId } from '../disk/groups/snapshot-group.ts';
import { ecsAccessFrom, type EcsAccess } from './ecs-access.ts';
import { flag, flags, parseFlags } from './flags.ts';
import { namespacePattern, objectNamePattern } from './kubernetes-names.ts';
import { driverName } from './serve-config.ts';
import { UsageError, type Environment } from './usage-error.ts';
import { oneOf } from './values.ts';

/** What `csi-datasafe restore-group` is told. */
export interface RestoreGroupConfig extends EcsAccess {
  readonly groupId: string;
  /** `undefined`: the namespace that the claims of the disks had. */
  readonly namespace: string | undefined;
  /** Put before the names of the claims. */
  readonly prefix: string;
  readonly storageClass: string | undefined;
  readonly volumeMode: 'Filesystem' | 'Block';
  readonly groupApiVersion: 'v1' | 'v1beta2';
  /** What to do about a group that has lost members. */
  readonly incomplete: 'refuse' | 'print';
  readonly driverName: string;
}

const own = {
  group: flag('group', '<id>', [], undefined, 'the group, such as ssg-2ze0example (required)'),
  namespace: flag('namespace', '<name>', [], undefined, 'of the claims (default: where they were)'),
  prefix: flag('prefix', '<text>', [], '', 'put before the names that the claims had'),
  storageClass: flag('storage-class', '<name>', [], undefined, 'of the claims (default: the default class)'),
  volumeMode: flag('volume-mode', '<mode>', [], 'Filesystem', 'Filesystem or Block'),
  groupApiVersion: flag('group-api-version', '<version>', [], 'v1', 'v1, or v1beta2 before snapshotter 8.6'),
  incomplete: flag(
    'incomplete',
    '<what>',
    [],
    'refuse',
    'of a group that lost members: refuse it, or print the rest',
  ),
};

const command = {
  name: 'restore-group',
  description:
    'Prints the manifests that restore all members of a group snapshot into claims, as ECS tells of it.',
  flags: [
    ...Object.values(own),
    ...[flags.driverName, flags.region, flags.ecsEndpoint, flags.ecsProtocol],
    ...[flags.ecsNetwork, flags.ecsTimeout, flags.credentials],
  ],
};

/** @returns the configuration, or the help text when that is what was asked for. @throws UsageError */
export function restoreGroupConfigFrom(
  argv: readonly string[],
  env: Environment,
): RestoreGroupConfig | { readonly help: string } {
  const parsed = parseFlags(argv, env, command);
  if (typeof parsed === 'string') {
    return { help: parsed };
  }
  const { optional, required } = parsed;
  return {
    groupId: groupId(required(own.group)),
    ...ecsAccessFrom(parsed, env),
    namespace: nameOrNone('--namespace', optional(own.namespace)),
    prefix: prefix(required(own.prefix)),
    storageClass: nameOrNone('--storage-class', optional(own.storageClass)),
    volumeMode: oneOf('--volume-mode', required(own.volumeMode), ['Filesystem', 'Block']),
    groupApiVersion: oneOf('--group-api-version', required(own.groupApiVersion), ['v1', 'v1beta2']),
    incomplete: oneOf('--incomplete', required(own.incomplete), ['refuse', 'print']),
    driverName: driverName(required(flags.driverName)),
  };
}

function groupId(text: string): string {
  if (!isSnapshotGroupId(text)) {
    throw new UsageError(`--group: ${JSON.stringify(text)} is not the id of a group such as ssg-2ze0example`);
  }
  return text;
}

function nameOrNone(flagName: string, text: string | undefined): string | undefined {
  const pattern = flagName === '--namespace' ? namespacePattern : objectNamePattern;
  if (text !== undefined && !pattern.test(text)) {
    throw new UsageError(`${flagName}: ${JSON.stringify(text)} is not the name of a Kubernetes object`);
  }
  return text;
}

function prefix(text: string): string {
  if (!/^([a-z0-9][a-z0-9-]{0,40})?$/.test(text)) {
    throw new UsageError(`--prefix: ${JSON.stringify(text)} cannot begin the name of a claim`);
  }
  return text;
}
