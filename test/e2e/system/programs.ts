import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const controlPlane = fileURLToPath(new URL('../control-plane/', import.meta.url));

/** A go.mod file, and what is built from it. Go can build one version of a module from each. */
export interface ProgramSet {
  /** Where go.mod is. */
  readonly folder: string;
  /** Main packages of the tools in go.mod, by the name of the program. Quick ones first, so that errors show early. */
  readonly packages: Readonly<Record<string, string>>;
  readonly linkerFlags: (versionOf: (modulePath: string) => string) => string;
}

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

/** The control plane and the sidecars that the chart has. */
export const currentPrograms: ProgramSet = { folder: controlPlane, packages, linkerFlags: kubernetesFlags };

const snapshotter = 'github.com/kubernetes-csi/external-snapshotter/v8/cmd';
/** What speaks v1beta2 of group snapshots. */
export const v1beta2Programs: ProgramSet = {
  folder: join(controlPlane, 'v1beta2'),
  packages: {
    'csi-snapshotter': `${snapshotter}/csi-snapshotter`,
    'snapshot-controller': `${snapshotter}/snapshot-controller`,
  },
  linkerFlags: () => '-s -w',
};

/** The Prometheus operator, for its CRDs. */
export const monitoringModules: ProgramSet = {
  folder: join(controlPlane, 'monitoring'),
  packages: {},
  linkerFlags: () => '',
};

/** Programs of one set: their paths, by name, and where its modules lie. */
export interface Programs {
  readonly directory: string;
  has(name: string): boolean;
  path(name: string): string;
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
export function buildPrograms(set: ProgramSet, names = Object.keys(set.packages)): Programs {
  const directory = join(cacheHome(), 'csi-datasafe', 'e2e', fingerprint(set), 'bin');
  mkdirSync(directory, { recursive: true });
  // Also when all is built: go tells the versions of the modules and finds the files of the CRDs.
  requireGo(set);
  const missing = names.filter((name) => !existsSync(join(directory, name)));
  if (missing.length > 0) {
    console.log(`Building ${missing.length} programs from source; this happens once, and takes minutes.`);
  }
  for (const [index, name] of missing.entries()) {
    const startedAt = performance.now();
    build(set, name, join(directory, name));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`  ${index + 1}/${missing.length} ${name} ${seconds} s`);
  }
  return {
    directory,
    has: (name) => names.includes(name),
    path: (name) => join(directory, name),
    version: (modulePath) => version(set, modulePath),
    moduleFolder(modulePath, folder) {
      const wanted = `${modulePath}@${version(set, modulePath)}`;
      const { Dir } = JSON.parse(go(set, 'mod', 'download', '-json', wanted)) as { Dir: string };
      return join(Dir, folder);
    },
  };
}

function version(set: ProgramSet, modulePath: string): string {
  return go(set, 'list', '-m', '-f', '{{.Version}}', modulePath);
}

function cacheHome(): string {
  const chosen = process.env['XDG_CACHE_HOME'];
  return chosen === undefined || chosen === '' ? join(homedir(), '.cache') : chosen;
}

function fingerprint({ folder, linkerFlags }: ProgramSet): string {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) {
    hash.update(readFileSync(join(folder, name)));
  }
  hash.update(linkerFlags(() => 'v0.0.0'));
  return hash.digest('hex').slice(0, 16);
}

function requireGo({ folder }: ProgramSet): void {
  // In the module's folder: there go itself says whether it is new enough.
  const { error, status, stderr } = spawnSync('go', ['version'], { cwd: folder, encoding: 'utf8' });
  if (error !== undefined) {
    throw new NoGoError('make e2e needs Go 1.26 or newer: there is no go in the PATH');
  }
  if (status !== 0) {
    throw new NoGoError(`make e2e needs Go 1.26 or newer: ${stderr.trim()}`);
  }
}

/** Go modules do not know which release they are: programs of Kubernetes learn it from the linker. */
function kubernetesFlags(versionOf: (modulePath: string) => string): string {
  const kubernetes = versionOf('k8s.io/kubernetes');
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(kubernetes) ?? [];
  return [
    '-s -w',
    `-X k8s.io/component-base/version.gitVersion=${kubernetes}`,
    `-X k8s.io/component-base/version.gitMajor=${major} -X k8s.io/component-base/version.gitMinor=${minor}`,
    `-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=${major} -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=${minor}`,
    `-X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=${major} -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=${minor}`,
  ].join(' ');
}

function build(set: ProgramSet, name: string, target: string): void {
  // Under another name until it is whole: a build that was stopped half-way must not be taken for done.
  const unfinished = `${target}.${process.pid}`;
  const flags = set.linkerFlags((modulePath) => version(set, modulePath));
  const what = set.packages[name] ?? '';
  const args = ['build', '-mod=readonly', '-trimpath', '-ldflags', flags, '-o', unfinished, what];
  const { status } = spawnSync('go', args, {
    cwd: set.folder,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    throw new Error(`${name} could not be built; go says why above`);
  }
  renameSync(unfinished, target);
}

function go({ folder }: ProgramSet, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`go ${args.join(' ')}: ${stderr}`);
  }
  return stdout.trim();
}
