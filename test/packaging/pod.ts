import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from './build-input.ts';
import type { Engine } from './engine.ts';

interface PodSecurity {
  readonly runAsUser: number;
  readonly runAsGroup: number;
  readonly fsGroup: number;
}

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
}

/** What the chart runs of ours, as `kubectl apply` would be given it. */
export interface Pod {
  readonly container: Container;
  readonly security: PodSecurity;
}

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly securityContext: PodSecurity; readonly containers: readonly Container[] };
    };
  };
}

/** The plugin, or the emulator, of the preset `try`: it needs no cloud account. */
export function podOf(name: 'plugin' | 'emulator'): Pod {
  const text = readFileSync(join(root, 'deploy/manifests/try.yaml'), 'utf8');
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as Deployment | null;
    const spec = object?.kind === 'Deployment' ? object.spec.template.spec : undefined;
    const container = spec?.containers.find((one) => one.name === name);
    if (spec !== undefined && container !== undefined) {
      return { container, security: spec.securityContext };
    }
  }
  throw new Error(`deploy/manifests/try.yaml has no container ${name}`);
}

/** The arguments of `run` that do what a kubelet would do with this container. */
export function runArguments(engine: Engine, { container, security }: Pod, directory: string): string[] {
  const { securityContext, env = [], volumeMounts, resources } = container;
  return [
    `--user=${security.runAsUser}:${security.runAsGroup}`,
    `--group-add=${security.fsGroup}`,
    ...securityContext.capabilities.drop.map((capability) => `--cap-drop=${capability}`),
    ...(securityContext.allowPrivilegeEscalation ? [] : ['--security-opt=no-new-privileges']),
    ...(securityContext.readOnlyRootFilesystem ? readOnly(engine) : []),
    `--memory=${resources.limits.memory.replace(/i$/, '').toLowerCase()}`,
    ...env.map(({ name, value }) => `--env=${name}=${value}`),
    ...volumeMounts.map(({ mountPath }) => `--volume=${directory}:${mountPath}`),
    // The defaults of podman are more than some machines let it set.
    '--ulimit=nofile=1024:1024',
    '--ulimit=nproc=1024:1024',
  ];
}

/** podman puts writable directories over a read-only root, which Kubernetes does not. */
function readOnly({ name }: Engine): string[] {
  return name === 'podman' ? ['--read-only', '--read-only-tmpfs=false'] : ['--read-only'];
}
