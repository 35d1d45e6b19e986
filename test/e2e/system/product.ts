import { fileURLToPath } from 'node:url';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Emulator } from '../../support/emulator.ts';
import type { ControlPlane } from './control-plane.ts';
import { startPod, type Node, type Pod } from './pod.ts';
import type { Programs } from './programs.ts';
import { eventually } from './wait.ts';
import type { Container, Deployment } from './workload.ts';

const chart = fileURLToPath(new URL('../../../deploy/charts/csi-datasafe', import.meta.url));
const values = fileURLToPath(new URL('../values.yaml', import.meta.url));
const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export const releaseName = 'csi-datasafe';
export const releaseNamespace = 'kube-system';

/** The installed chart with its pods running. They end when it goes out of scope. */
export interface Product extends AsyncDisposable {
  /** The two replicas of the controller. */
  readonly replicas: readonly Pod[];
  /** Every pod of the chart. */
  readonly pods: readonly Pod[];
  /** The ServiceAccounts that hold the role of one container each. */
  readonly accounts: readonly ContainerAccount[];
}

/** A ServiceAccount of the test that is bound to the chart's roles of one component, and to nothing else. */
export interface ContainerAccount {
  readonly component: string;
  readonly name: string;
}

/** Containers and the component that their roles are labelled with. */
const components: Readonly<Record<string, string>> = {
  plugin: 'plugin',
  'csi-provisioner': 'provisioner',
  'csi-attacher': 'attacher',
  'csi-resizer': 'resizer',
  'csi-snapshotter': 'snapshotter',
  'snapshot-controller': 'snapshot-controller',
};

/** Runs helm. @returns what it prints. */
export function helm(programs: Programs, args: readonly string[], kubeconfig?: string): string {
  const access = kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig };
  return execFileSync(programs.path('helm'), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...access },
    maxBuffer: 64 * 1024 * 1024,
  });
}

export interface ProductOptions {
  readonly programs: Programs;
  readonly controlPlane: ControlPlane;
  readonly emulator: Emulator;
  readonly directory: string;
}

/** `helm install`, as a user does; then starts what the Deployments in the API server say, and waits until it is ready. */
export async function installProduct(options: ProductOptions): Promise<Product> {
  await using started = new AsyncDisposableStack();
  const { controlPlane, programs, emulator, directory } = options;
  const { kubectl } = controlPlane;
  await kubectl.run(
    `create secret generic csi-access-key -n ${releaseNamespace} --from-literal=id=emulator-access-key --from-literal=secret=emulator-secret`,
  );
  helm(
    programs,
    [
      ...['install', releaseName, chart, '--namespace', releaseNamespace, '--values', values],
      ...['--set', `ecs.endpoint=${emulator.endpoint}`],
    ],
    controlPlane.adminKubeconfig,
  );
  const accounts = await createAccounts(options);
  const node = nodeFor(options);
  const pods: Pod[] = [];
  const { items } = await kubectl.json<{ items: Deployment[] }>(`get deployments -n ${releaseNamespace}`);
  for (const { metadata, spec } of items) {
    for (let index = 0; index < spec.replicas; index += 1) {
      const pod = {
        name: `${metadata.name}-${index}`,
        namespace: metadata.namespace,
        spec: spec.template.spec,
      };
      pods.push(started.use(await startPod(pod, node, directory)));
    }
  }
  const replicas = pods.filter(({ name }) => name.startsWith(`${releaseName}-controller-`));
  for (const replica of replicas) {
    await eventually(`${replica.name} is ready`, async () => {
      if (replica.restarts('plugin') > 0) {
        throw new Error(`the plugin has ended: ${replica.lastWords('plugin')}`);
      }
      return (await replica.probe('plugin', 'readinessProbe')).status === 200;
    });
  }
  const running = started.move();
  return { replicas, pods, accounts, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * In a pod all containers share one ServiceAccount, which holds the roles of all of them. Here each container gets an
 * account of its own, so that it is seen whether its own role is enough for it.
 */
async function createAccounts({ controlPlane: { kubectl } }: ProductOptions): Promise<ContainerAccount[]> {
  const accounts: ContainerAccount[] = [];
  for (const component of new Set(Object.values(components))) {
    const name = `only-${component}`;
    const role = `${releaseName}-${component}`;
    const subject = `--serviceaccount=${releaseNamespace}:${name}`;
    await kubectl.run(`create serviceaccount ${name} -n ${releaseNamespace}`);
    await kubectl.run(`create clusterrolebinding ${name} --clusterrole=${role} ${subject}`);
    if (component !== 'plugin') {
      await kubectl.run(`create rolebinding ${name} -n ${releaseNamespace} --role=${role} ${subject}`);
    }
    accounts.push({ component, name });
  }
  return accounts;
}

function nodeFor({ programs, controlPlane }: ProductOptions): Node {
  const { kubectl } = controlPlane;
  return {
    programFor: (image) => programFor(image, programs),
    async secret(namespace, name, key) {
      const { data } = await kubectl.json<{ data: Record<string, string> }>(
        `get secret ${name} -n ${namespace}`,
      );
      return Buffer.from(data[key] ?? '', 'base64').toString();
    },
    async apiAccess(container: Container) {
      const account = `only-${components[container.name] ?? ''}`;
      const token = await kubectl.run(`create token ${account} -n ${releaseNamespace} --duration=6h`);
      const kubeconfig = controlPlane.kubeconfigFor(account, token.trim());
      // The plugin finds its pod's access by itself, and a kubeconfig by this variable; the sidecars have a flag.
      return container.name === 'plugin'
        ? { args: [], env: { KUBECONFIG: kubeconfig } }
        : { args: [`--kubeconfig=${kubeconfig}`], env: {} };
    },
  };
}

/** The local program for an image; a sidecar's version must be the one that is built here. */
function programFor(image: string, programs: Programs): readonly [string, ...string[]] {
  const [, name = '', tag = ''] = /(?:^|\/)([^/:]+):([^:]+)$/.exec(image) ?? [];
  if (name === 'csi-datasafe') {
    return [process.execPath, main];
  }
  const modules: Readonly<Record<string, string>> = {
    'csi-provisioner': 'github.com/kubernetes-csi/external-provisioner/v6',
    'csi-attacher': 'github.com/kubernetes-csi/external-attacher/v4',
    'csi-resizer': 'github.com/kubernetes-csi/external-resizer/v2',
    'csi-snapshotter': 'github.com/kubernetes-csi/external-snapshotter/v8',
    'snapshot-controller': 'github.com/kubernetes-csi/external-snapshotter/v8',
  };
  const module = modules[name];
  const built = module === undefined ? undefined : programs.version(module);
  if (built !== tag) {
    throw new Error(
      `the chart runs ${image}, but go.mod builds ${built ?? 'nothing'} of it: make them agree`,
    );
  }
  return [join(programs.directory, name)];
}
