import { fileURLToPath } from 'node:url';
import { connectEmulator, type Emulator, type EmulatorClient } from '../../support/emulator.ts';
import type { ControlPlane } from './control-plane.ts';
import { helm } from './helm.ts';
import { programFor } from './images.ts';
import { startPod, type Node, type Pod, type ProbeAnswer } from './pod.ts';
import type { Programs } from './programs.ts';
import { eventually } from './wait.ts';
import type { Deployment } from './workload.ts';

export const chart = fileURLToPath(new URL('../../../deploy/charts/csi-datasafe', import.meta.url));
const values = fileURLToPath(new URL('../values.yaml', import.meta.url));

export const releaseName = 'csi-datasafe';
export const releaseNamespace = 'kube-system';

/** The installed chart with its pods running. They end when it goes out of scope. */
export interface Product extends AsyncDisposable {
  /** The replicas of the controller. */
  readonly replicas: readonly Pod[];
  /** Every pod of the chart. */
  readonly pods: readonly Pod[];
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

export interface Place {
  readonly programs: Programs;
  /** Sidecars of other versions. */
  readonly moreSidecars?: Programs;
  readonly controlPlane: ControlPlane;
  /** Of logs and sockets. */
  readonly directory: string;
}

/** How the chart is installed. */
export interface Installation {
  readonly release: string;
  readonly namespace: string;
  /** For `helm install`. */
  readonly values: readonly string[];
  /** The ServiceAccount that a container speaks with; that of its pod, unless something else is said. */
  readonly accountFor: (containerName: string, accountOfPod: string) => string;
  /** When a replica counts as started; by default, once it is ready. */
  readonly isUp?: (readiness: ProbeAnswer) => boolean;
}

/** The release that the stories are told with: production preset, and an account of its own for each container. */
export async function installProduct(
  place: Place,
  emulator: Emulator,
  { set = [], ...more }: { readonly set?: readonly string[] } & Pick<Installation, 'isUp'> = {},
): Promise<Product> {
  const { kubectl } = place.controlPlane;
  const data = { id: 'emulator-access-key', secret: 'emulator-secret' };
  const metadata = { name: 'csi-access-key', namespace: releaseNamespace };
  await kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: data }));
  return await install(place, {
    release: releaseName,
    namespace: releaseNamespace,
    values: valuesFor(emulator, set),
    accountFor: (containerName) => `only-${components[containerName] ?? ''}`,
    ...more,
  });
}

/** The emulator of a release with the preset `try`. */
export function emulatorOf({ pods }: Product): EmulatorClient {
  const pod = pods.find(({ name }) => name.includes('emulator'));
  if (pod === undefined) {
    throw new Error('this release has no emulator');
  }
  return connectEmulator(`127.0.0.1:${pod.port('http')}`);
}

/** For helm: the values of the stories, and more. */
export function valuesFor({ endpoint }: Emulator, set: readonly string[]): string[] {
  return ['--values', values, '--set', [`ecs.endpoint=${endpoint}`, ...set].join(',')];
}

/** `helm upgrade` of the release of the stories. Its pods are left as they run. */
export function upgradeProduct(place: Place, emulator: Emulator, set: readonly string[]): void {
  const args = ['upgrade', releaseName, chart, '--namespace', releaseNamespace, ...valuesFor(emulator, set)];
  helm(place.programs, args, place.controlPlane.adminKubeconfig);
}

/** `helm install`, as a user does; then starts what the Deployments in the API server say, and waits until it is ready. */
export async function install(place: Place, installation: Installation): Promise<Product> {
  await using started = new AsyncDisposableStack();
  const { controlPlane, programs, directory } = place;
  const { release, namespace } = installation;
  const args = ['install', release, chart, '--namespace', namespace, ...installation.values];
  helm(programs, args, controlPlane.adminKubeconfig);
  if (release === releaseName) {
    await createAccounts(place);
  } else {
    started.defer(async () => {
      helm(programs, ['uninstall', release, '--namespace', namespace], controlPlane.adminKubeconfig);
      // The sidecars leave their leases behind: for two minutes, the driver could be installed nowhere else.
      await controlPlane.kubectl.run(`delete leases --all -n ${namespace}`);
    });
  }
  const services = new Map<string, string>();
  const node = nodeFor(place, installation, services);
  const pods: Pod[] = [];
  const { items } = await controlPlane.kubectl.json<{ items: Deployment[] }>(
    `get deployments -n ${namespace} -l app.kubernetes.io/instance=${release}`,
  );
  // The emulator first: the others are told its address.
  for (const { metadata, spec } of items.toSorted((a) => (a.metadata.name.endsWith('-emulator') ? -1 : 1))) {
    for (let index = 0; index < spec.replicas; index += 1) {
      // As Kubernetes names the pods of a Deployment: sidecars hold their leases under this name.
      const name = `${metadata.name}-e2e-copy${index}`;
      const pod = started.use(await startPod({ name, namespace, spec: spec.template.spec }, node, directory));
      pods.push(pod);
      // A Service of the chart has the name of its Deployment and its port is that of the container.
      for (const { containerPort, name: portName } of spec.template.spec.containers.flatMap(
        ({ ports }) => ports ?? [],
      )) {
        services.set(`${metadata.name}.${namespace}.svc:${containerPort}`, `127.0.0.1:${pod.port(portName)}`);
      }
    }
  }
  const replicas = pods.filter(({ containers }) => containers.some(({ name }) => name === 'plugin'));
  for (const replica of replicas) {
    await untilUp(replica, installation.isUp);
  }
  const running = started.move();
  return { replicas, pods, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function untilUp(replica: Pod, isUp: Installation['isUp']): Promise<void> {
  await eventually(`${replica.name} is up`, async () => {
    if (replica.restarts('plugin') > 0) {
      throw new Error(`the plugin has ended: ${replica.lastWords('plugin')}`);
    }
    const answer = await replica.probe('plugin', 'readinessProbe');
    return isUp === undefined ? answer.status === 200 : isUp(answer);
  });
}

/**
 * In a pod all containers share one ServiceAccount, which holds the roles of all of them. Here each container gets an
 * account of its own, so that it is seen whether its own role is enough for it.
 */
async function createAccounts({ controlPlane: { kubectl } }: Place): Promise<void> {
  for (const component of Object.values(components)) {
    const name = `only-${component}`;
    const role = `${releaseName}-${component}`;
    const subject = `--serviceaccount=${releaseNamespace}:${name}`;
    await kubectl.run(`create serviceaccount ${name} -n ${releaseNamespace}`);
    await kubectl.run(`create clusterrolebinding ${name} --clusterrole=${role} ${subject}`);
    if (component !== 'plugin') {
      await kubectl.run(`create rolebinding ${name} -n ${releaseNamespace} --role=${role} ${subject}`);
    }
  }
}

function nodeFor(place: Place, { namespace, accountFor }: Installation, services: Map<string, string>): Node {
  const { programs, moreSidecars, controlPlane } = place;
  const { kubectl } = controlPlane;
  const sets = moreSidecars === undefined ? [programs] : [programs, moreSidecars];
  return {
    services,
    programFor: (image) => programFor(image, sets),
    async secret(ofNamespace, name, key) {
      const { data } = await kubectl.json<{ data: Record<string, string> }>(
        `get secret ${name} -n ${ofNamespace}`,
      );
      return Buffer.from(data[key] ?? '', 'base64').toString();
    },
    async apiAccess(container, { serviceAccountName }) {
      if (serviceAccountName === undefined) {
        return { args: [], env: {} };
      }
      const account = accountFor(container.name, serviceAccountName);
      const token = await kubectl.run(`create token ${account} -n ${namespace} --duration=6h`);
      const kubeconfig = controlPlane.kubeconfigFor(`${namespace}-${account}`, token.trim());
      // The plugin finds its pod's access by itself, and a kubeconfig by this variable; the sidecars have a flag.
      return container.name === 'plugin'
        ? { args: [], env: { KUBECONFIG: kubeconfig } }
        : { args: [`--kubeconfig=${kubeconfig}`], env: {} };
    },
  };
}
