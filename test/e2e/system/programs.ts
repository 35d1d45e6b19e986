import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const module = fileURLToPath(new URL('../control-plane/', import.meta.url));

/** Main packages of the tools in go.mod, by the name of the program. Quick ones first, so that errors show early. */
const packages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  helm: 'helm.sh/helm/v3/cmd/helm',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  'csi-provisioner': 'github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner',
  'csi-attacher': 'github.com/kubernetes-csi/external-attacher/v4/cmd/csi-attacher',
  'csi-resizer': 'github.com/kubernetes-csi/external-resizer/v2/cmd/csi-resizer',
  'csi-snapshotter': 'github.com/kubernetes-csi/external-snapshotter/v8/cmd/csi-snapshotter',
  'snapshot-controller': 'github.com/kubernetes-csi/external-snapshotter/v8/cmd/snapshot-controller',
};

export type ProgramName = keyof typeof packages;

/** The pinned control plane: paths of its programs, by name, and where its modules lie. */
export interface Programs {
  readonly directory: string;
  path(name: ProgramName): string;
  /** The version of a module in go.mod, such as `v8.6.0`. */
  version(modulePath: string): string;
  /** A folder inside a module, as the Go proxy delivers it. */
  moduleFolder(modulePath: string, folder: string): string;
}

/** Go is missing or too old. */
export class NoGoError extends Error {
  override readonly name = 'NoGoError';
}

/**
 * Builds what is not yet in the cache; it stays there until go.mod or go.sum change. Several minutes the first time.
 * @throws NoGoError when there is no Go that is new enough.
 */
export function buildPrograms(names = Object.keys(packages) as ProgramName[]): Programs {
  const directory = join(cacheHome(), 'csi-datasafe', 'e2e', fingerprint(), 'bin');
  mkdirSync(directory, { recursive: true });
  // Also when all is built: go tells the versions of the modules and finds the files of the CRDs.
  requireGo();
  const missing = names.filter((name) => !existsSync(join(directory, name)));
  if (missing.length > 0) {
    console.log(`Building ${missing.length} programs from source; this happens once, and takes minutes.`);
  }
  for (const [index, name] of missing.entries()) {
    const startedAt = performance.now();
    build(name, join(directory, name));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`  ${index + 1}/${missing.length} ${name} ${seconds} s`);
  }
  return {
    directory,
    path: (name) => join(directory, name),
    version,
    moduleFolder(modulePath, folder) {
      const { Dir } = JSON.parse(go('mod', 'download', '-json', `${modulePath}@${version(modulePath)}`)) as {
        Dir: string;
      };
      return join(Dir, folder);
    },
  };
}

function version(modulePath: string): string {
  return go('list', '-m', '-f', '{{.Version}}', modulePath);
}

function cacheHome(): string {
  const chosen = process.env['XDG_CACHE_HOME'];
  return chosen === undefined || chosen === '' ? join(homedir(), '.cache') : chosen;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) {
    hash.update(readFileSync(join(module, name)));
  }
  hash.update(linkerFlags('v0.0.0'));
  return hash.digest('hex').slice(0, 16);
}

function requireGo(): void {
  // In the module's folder: there go itself says whether it is new enough.
  const { error, status, stderr } = spawnSync('go', ['version'], { cwd: module, encoding: 'utf8' });
  if (error !== undefined) {
    throw new NoGoError('make e2e needs Go 1.26 or newer: there is no go in the PATH');
  }
  if (status !== 0) {
    throw new NoGoError(`make e2e needs Go 1.26 or newer: ${stderr.trim()}`);
  }
}

/** Go modules do not know which release they are: programs of Kubernetes learn it from the linker. */
function linkerFlags(kubernetes: string): string {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(kubernetes) ?? [];
  return [
    '-s -w',
    `-X k8s.io/component-base/version.gitVersion=${kubernetes}`,
    `-X k8s.io/component-base/version.gitMajor=${major} -X k8s.io/component-base/version.gitMinor=${minor}`,
    `-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=${major} -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=${minor}`,
    `-X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=${major} -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=${minor}`,
  ].join(' ');
}

function build(name: ProgramName, target: string): void {
  // Under another name until it is whole: a build that was stopped half-way must not be taken for done.
  const unfinished = `${target}.${process.pid}`;
  const flags = linkerFlags(version('k8s.io/kubernetes'));
  const args = ['build', '-mod=readonly', '-trimpath', '-ldflags', flags, '-o', unfinished, packages[name]];
  const { status } = spawnSync('go', args, {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    throw new Error(`${name} could not be built; go says why above`);
  }
  renameSync(unfinished, target);
}

function go(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('go', args, { cwd: module, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`go ${args.join(' ')}: ${stderr}`);
  }
  return stdout.trim();
}
