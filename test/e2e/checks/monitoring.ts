import { expect } from 'chai';
import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { KubeObject } from '../system/kubectl.ts';
import { buildPrograms, monitoringModules } from '../system/programs.ts';
import type { Deployment } from '../system/workload.ts';
import type { Check, CheckContext, ProductContext } from './index.ts';

const operator = 'github.com/prometheus-operator/prometheus-operator';

interface ServiceMonitor extends KubeObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly endpoints: readonly { readonly port: string }[];
  };
}

interface Service extends KubeObject {
  readonly spec: {
    readonly selector: Labels;
    readonly ports: readonly { readonly name: string; readonly targetPort: string }[];
  };
}

type Labels = Readonly<Record<string, string>>;

export const monitoringAccepted: Check = {
  title:
    'chart: the API server accepts the ServiceMonitor, which selects the metrics Service, which selects the pods and their ports',
  async run(context) {
    const { kubectl } = context.controlPlane;
    const folder = buildPrograms(monitoringModules).moduleFolder(operator, 'example/prometheus-operator-crd');
    await kubectl.run(`apply --server-side -f ${folder}/monitoring.coreos.com_servicemonitors.yaml`);
    await kubectl.run('wait crd/servicemonitors.monitoring.coreos.com --for=condition=Established');

    const objects = await renderedByServer(context);
    const monitor = theOne(objects, 'ServiceMonitor') as ServiceMonitor;
    const services = objects.filter(
      (one): one is Service =>
        one.kind === 'Service' && has(one.metadata.labels, monitor.spec.selector.matchLabels),
    );
    expect(services).to.have.lengthOf(1);
    const [service] = services as [Service];
    expect(service.metadata.namespace).to.equal(monitor.metadata.namespace);
    const { template } = (theOne(objects, 'Deployment') as KubeObject & Deployment).spec;
    expect(has(template.metadata?.labels, service.spec.selector), 'the Service selects the pods').to.equal(
      true,
    );

    const namedByPods = template.spec.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
    const scraped = monitor.spec.endpoints.map(({ port }) => port);
    expect(scraped.toSorted()).to.deep.equal(['attacher', 'http', 'provisioner', 'resizer', 'snapshotter']);
    for (const port of scraped) {
      const target = service.spec.ports.find(({ name }) => name === port)?.targetPort;
      expect(namedByPods, `port ${port} of the Service`).to.include(target);
    }
  },
};

export const metricsAnswer: Check<ProductContext> = {
  title: 'chart: every port that the ServiceMonitor names answers with metrics, in each replica',
  async run({ product }) {
    for (const replica of product.replicas) {
      for (const port of ['http', 'provisioner', 'attacher', 'resizer', 'snapshotter']) {
        const response = await fetch(`http://127.0.0.1:${replica.port(port)}/metrics`);
        expect(response.status, `${replica.name} ${port}`).to.equal(200);
        expect(await response.text(), `${replica.name} ${port}`).to.match(/^# TYPE \w+ \w+$/m);
      }
    }
  },
};

async function renderedByServer({ programs, controlPlane }: CheckContext): Promise<KubeObject[]> {
  const set = 'region=cn-hangzhou,credentials.kind=accessKey,metrics.serviceMonitor.enabled=true';
  const args = ['template', 'csi-datasafe', chartDirectory, '--namespace', 'kube-system', '--set', set];
  const answer = await controlPlane.kubectl.run(
    'apply --dry-run=server --validate=strict -o json -f -',
    helm(programs, args),
  );
  return (JSON.parse(answer) as { items: KubeObject[] }).items;
}

function theOne(objects: readonly KubeObject[], kind: string): KubeObject {
  const [found, ...others] = objects.filter((one) => one.kind === kind);
  if (found === undefined || others.length > 0) {
    throw new Error(`the chart renders ${found === undefined ? 'no' : 'more than one'} ${kind}`);
  }
  return found;
}

function has(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}
