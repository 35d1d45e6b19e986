import { fileURLToPath } from 'node:url';
import { connectEmulator, type Emulator, type EmulatorClient } from '../../support/emulator.ts';
import type { ControlPlane } from './control-plane.ts';
import { helm } from './helm.ts';
import { programFor } from './images.ts';
import { startPod, type Node, type Pod } from './pod.ts';
import type { Programs } from './programs.ts';
import { eventually } from './wait.ts';
import type { Deployment } from './workload.ts';

const chart = fileURLToPath(new URL('../../../deploy/charts/csi-datasafe', import.meta.url));
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
}

/** The release that the stories are told with: production preset, and an account of its own for each container. */
export async function installProduct(place: Place, emulator: Emulator): Promise<Product> {
  const { kubectl } = place.controlPlane;
  const keys = '--from-literal=id=emulator-access-key --from-literal=secret=emulator-secret';
  await kubectl.run(`create secret generic csi-access-key -n ${releaseNamespace} ${keys}`);
  return await install(place, {
    release: releaseName,
    namespace: releaseNamespace,
    values: ['--values', values, '--set', `ecs.endpoint=${emulator.endpoint}`],
    accountFor: (containerName) => `only-${components[containerName] ?? ''}`,
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
    started.defer(() => {
      helm(programs, ['uninstall', release, '--namespace', namespace], controlPlane.adminKubeconfig);
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
      const name = `${metadata.name}-${index}`;
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
    await untilReady(replica);
  }
  const running = started.move();
  return { replicas, pods, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function untilReady(replica: Pod): Promise<void> {
  await eventually(`${replica.name} is ready`, async () => {
    if (replica.restarts('plugin') > 0) {
      throw new Error(`the plugin has ended: ${replica.lastWords('plugin')}`);
    }
    return (await replica.probe('plugin', 'readinessProbe')).status === 200;
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
  const { programs, controlPlane } = place;
  const { kubectl } = controlPlane;
  return {
    services,
    programFor: (image) => programFor(image, programs),
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
