import { join } from 'node:path';
import { ecsAccessFrom, type EcsAccess } from './ecs-access.ts';
import { flag, flags, parseFlags } from './flags.ts';
import { kubernetesAccess, type KubernetesAccess } from './guard-config.ts';
import { clusterId, driverName } from './serve-config.ts';
import { firstSet, UsageError, type Environment } from './usage-error.ts';
import { durationMs, oneOf } from './values.ts';

/** What `csi-datasafe doctor` is told. */
export interface DoctorConfig extends EcsAccess {
  readonly kubernetes: Exclude<KubernetesAccess, { readonly mode: 'off' }>;
  readonly driverName: string;
  readonly clusterId: string | undefined;
  readonly output: 'text' | 'json';
  /** Names of checks to leave out. */
  readonly skip: readonly string[];
  readonly timeLimitMs: number;
}

const own = {
  output: flag('output', '<text|json>', [], 'text', 'for a person or for a program'),
  skip: flag('skip', '<check,...>', [], '', 'checks to leave out, by the names in brackets'),
  timeLimit: flag('time-limit', '<duration>', [], '5m', 'what was not looked at by then is reported so'),
  kubernetes: flag(
    'kubernetes',
    '<how>',
    ['KUBECONFIG'],
    undefined,
    '"in-cluster", or a kubeconfig file (default: in-cluster in a pod, else ~/.kube/config)',
  ),
};

const command = {
  name: 'doctor',
  description:
    'Compares Kubernetes and ECS, changes nothing, and says what is wrong and how to mend it. ' +
    'Ends with status 0 when everything was looked at and nothing is wrong, else with 1; with 2 for wrong options.',
  flags: [
    ...Object.values(own),
    ...[flags.driverName, flags.region, flags.clusterId, flags.ecsEndpoint, flags.ecsProtocol],
    ...[flags.ecsNetwork, flags.ecsTimeout, flags.credentials],
  ],
};

/**
 * @param checkNames those that there are.
 * @returns the configuration, or the help text when that is what was asked for.
 * @throws UsageError
 */
export function doctorConfigFrom(
  argv: readonly string[],
  env: Environment,
  checkNames: readonly string[],
): DoctorConfig | { readonly help: string } {
  const parsed = parseFlags(argv, env, command);
  if (typeof parsed === 'string') {
    return { help: `${parsed}\nChecks: ${checkNames.join(', ')}\n` };
  }
  const { optional, required } = parsed;
  return {
    ...ecsAccessFrom(parsed, env),
    kubernetes: kubernetesOf(optional(own.kubernetes), env),
    driverName: driverName(required(flags.driverName)),
    clusterId: clusterId(optional(flags.clusterId)),
    output: oneOf('--output', required(own.output), ['text', 'json']),
    skip: skipped(required(own.skip), checkNames),
    timeLimitMs: durationMs('--time-limit', required(own.timeLimit)),
  };
}

function kubernetesOf(how: string | undefined, env: Environment): DoctorConfig['kubernetes'] {
  const home = firstSet(env, 'HOME');
  const isInPod = firstSet(env, 'KUBERNETES_SERVICE_HOST') !== undefined;
  const fallback = isInPod || home === undefined ? undefined : join(home, '.kube', 'config');
  const access = kubernetesAccess(how ?? fallback, env);
  if (access.mode === 'off') {
    throw new UsageError('--kubernetes: the doctor compares Kubernetes and ECS; give a kubeconfig file');
  }
  return access;
}

function skipped(text: string, checkNames: readonly string[]): string[] {
  const names = text.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !checkNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--skip: there is no check "${unknown}"; there are ${checkNames.join(', ')}`);
  }
  return names;
}
