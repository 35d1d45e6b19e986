import { flags, type FlagValues } from './flags.ts';
import { namespacePattern } from './kubernetes-names.ts';
import { firstSet, UsageError, type Environment } from './usage-error.ts';
import { durationMs, oneOf } from './values.ts';

/** How the plugin reaches Kubernetes. */
export type KubernetesAccess =
  | { readonly mode: 'off' }
  | { readonly mode: 'in-cluster' }
  | { readonly mode: 'kubeconfig'; readonly path: string };

/** What the guards and the keeper are told. */
export interface GuardConfig {
  readonly isSwitchedOn: boolean;
  readonly maxAgeMs: number;
  readonly besteffortWaitMs: number;
  readonly kubernetes: KubernetesAccess;
  /** `claim`: the namespace of the claim. */
  readonly protectionNamespace: string;
  readonly manifestDirectory: string | undefined;
  readonly keeper: 'on' | 'dry-run' | 'off';
  readonly keeperIntervalMs: number;
}

/** @throws UsageError */
export function guardConfigFrom(
  { optional, required }: FlagValues,
  openGates: ReadonlySet<string>,
  env: Environment,
): GuardConfig {
  const switched = oneOf('--automatic-snapshots (VOLUME_DEL_AUTO_SNAP)', optional(flags.guards) ?? 'false', [
    'true',
    'false',
  ]);
  const kubernetes = kubernetesAccess(optional(flags.kubernetes), env);
  const manifestDirectory = optional(flags.manifestDirectory);
  if (manifestDirectory !== undefined && kubernetes.mode !== 'off') {
    throw new UsageError(
      '--manifest-dir: only with --kubernetes=off; otherwise the objects are made in the cluster',
    );
  }
  return {
    isSwitchedOn: switched === 'true' || openGates.has('EnableDeleteAutoSnapshots'),
    maxAgeMs: durationMs('--expand-snapshot-max-age', required(flags.maxAge)),
    besteffortWaitMs: durationMs('--expand-besteffort-wait', required(flags.besteffortWait)),
    kubernetes,
    protectionNamespace: namespaceName(required(flags.protectionNamespace)),
    manifestDirectory,
    keeper: oneOf('--keeper', required(flags.keeper), ['on', 'dry-run', 'off']),
    keeperIntervalMs: durationMs('--keeper-interval', required(flags.keeperInterval)),
  };
}

/** @throws UsageError */
export function kubernetesAccess(how: string | undefined, env: Environment): KubernetesAccess {
  const isInPod = firstSet(env, 'KUBERNETES_SERVICE_HOST') !== undefined;
  const chosen = how ?? (isInPod ? 'in-cluster' : 'off');
  if (chosen === 'in-cluster' && !isInPod) {
    throw new UsageError(
      '--kubernetes=in-cluster: this process does not run in a pod; give a kubeconfig file, or "off"',
    );
  }
  return chosen === 'off' || chosen === 'in-cluster'
    ? { mode: chosen }
    : { mode: 'kubeconfig', path: chosen };
}

function namespaceName(text: string): string {
  if (!namespacePattern.test(text)) {
    throw new UsageError(`--protection-namespace: "${text}" is not the name of a namespace`);
  }
  return text;
}
