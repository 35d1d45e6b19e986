import { expect } from 'chai';
import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { Container, Deployment } from '../system/workload.ts';
import type { Check, CheckContext } from './index.ts';

/** The flags of livenessprobe 2.19 that matter here, as its documentation has them; the program is no Go module. */
const documentedFlags = ['csi-address', 'probe-timeout', 'http-endpoint', 'metrics-path', 'v'];

export const probePortsAreNamed: Check = {
  title:
    'chart: every probe asks a port that its own container names, also with the liveness-probe container, whose flags are the documented ones',
  async run(context) {
    for (const set of ['livenessProbe.enabled=false', 'livenessProbe.enabled=true']) {
      for (const { metadata, spec } of await deployments(context, set)) {
        for (const container of spec.template.spec.containers) {
          expectOwnPorts(container, metadata.name);
        }
      }
    }
    const [controller] = await deployments(context, 'livenessProbe.enabled=true');
    const { containers = [] } = controller?.spec.template.spec ?? {};
    expectLivenessProbe(named(containers, 'plugin'), named(containers, 'liveness-probe'));
  },
};

function expectOwnPorts({ name, ports = [], ...container }: Container, deployment: string): void {
  const own = ports.map((port) => port.name);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe !== undefined) {
      expect(own, `ports of ${name} in ${deployment}`).to.include(probe.httpGet.port);
    }
  }
}

function expectLivenessProbe(plugin: Container, prober: Container): void {
  const flags = new Map(
    prober.args?.map((arg) => {
      const [, flag = arg, value = ''] = /^--([a-z-]+)=(.*)$/.exec(arg) ?? [];
      return [flag, value];
    }),
  );
  expect(documentedFlags).to.include.members([...flags.keys()]);
  const port = plugin.ports?.find(({ name }) => name === 'liveness')?.containerPort;
  expect(flags.get('http-endpoint')).to.equal(`:${port}`);
  const endpoint = plugin.args?.find((arg) => arg.startsWith('--endpoint='));
  expect(`--endpoint=unix://${flags.get('csi-address')}`).to.equal(endpoint);
  const mounts = [plugin, prober].map(({ volumeMounts = [] }) =>
    volumeMounts.find(({ mountPath }) => mountPath === '/csi'),
  );
  expect(mounts[0]).to.deep.equal(mounts[1]).and.not.equal(undefined);
  for (const probe of [plugin.startupProbe, plugin.livenessProbe]) {
    expect(probe?.httpGet).to.include({ path: '/healthz', port: 'liveness' });
    expect(Number.parseInt(flags.get('probe-timeout') ?? '', 10)).to.be.lessThan(probe?.timeoutSeconds ?? 0);
  }
}

function named(containers: readonly Container[], name: string): Container {
  const found = containers.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`the controller has no container ${name}`);
  }
  return found;
}

async function deployments({ programs, controlPlane }: CheckContext, set: string): Promise<Deployment[]> {
  const values = `region=cn-hangzhou,credentials.kind=accessKey,snapshotController.enabled=true,${set}`;
  const args = ['template', 'csi-datasafe', chartDirectory, '--namespace', 'kube-system', '--set', values];
  const answer = await controlPlane.kubectl.run('apply --dry-run=server -o json -f -', helm(programs, args));
  const { items } = JSON.parse(answer) as { items: (Deployment & { kind: string })[] };
  return items
    .filter(({ kind }) => kind === 'Deployment')
    .toSorted((a, b) => a.metadata.name.length - b.metadata.name.length);
}
