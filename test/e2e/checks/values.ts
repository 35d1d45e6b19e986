import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { KubeObject } from '../system/kubectl.ts';
import type { Programs } from '../system/programs.ts';
import type { Deployment } from '../system/workload.ts';
import type { Check } from './index.ts';

type Placed = KubeObject &
  Deployment & { readonly spec: { readonly template: { readonly spec: Placement } } };

/** What says where pods run. */
interface Placement {
  readonly priorityClassName?: string;
  readonly nodeSelector?: object;
  readonly tolerations?: readonly object[];
  readonly affinity?: { readonly podAntiAffinity?: object };
  readonly topologySpreadConstraints?: readonly {
    readonly maxSkew: number;
    readonly labelSelector: { readonly matchLabels: object };
  }[];
}

const valid = ['region=cn-hangzhou', 'credentials.kind=accessKey', 'snapshotController.enabled=true'];
const emulator = [
  ...['preset=try', 'credentials.kind=emulator', 'emulator.enabled=true', 'driverName=try.example'],
];

function render(programs: Programs, set: readonly string[]): KubeObject[] {
  const values = [...valid, ...set].join(',');
  const text = helm(programs, ['template', 'x', chartDirectory, '--set', values]);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

export const ownClasses: Check = {
  title: 'chart: a class of one’s own is made unless it is off, and has what the classes of the chart have',
  async run({ programs, controlPlane: { kubectl } }) {
    const kinds = ['storageClasses', 'volumeSnapshotClasses', 'volumeGroupSnapshotClasses'];
    const made = (...set: readonly string[]) =>
      render(programs, set).filter(({ metadata }) => metadata.name === 'own');
    const on = made(...kinds.map((kind) => `${kind}.own.enabled=true`));
    expect(on.map(({ kind }) => kind).toSorted()).to.deep.equal([
      ...['StorageClass', 'VolumeGroupSnapshotClass', 'VolumeSnapshotClass'],
    ]);
    expect(on).to.deep.include.members(made('storageClasses.own.reclaimPolicy=Delete'));
    expect(on.find(({ kind }) => kind === 'StorageClass')).to.include({
      ...{ reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer', allowVolumeExpansion: true },
    });
    expect(made(...kinds.map((kind) => `${kind}.own.enabled=false`))).to.deep.equal([]);
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: on });
    await kubectl.run('apply --dry-run=server --validate=strict -f -', list);
  },
};

export const ownAccounts: Check = {
  title:
    'chart: with rbac.create and serviceAccount.create off, no role, binding or account of any pod is made',
  run({ programs }) {
    const kinds = (...set: readonly string[]) => render(programs, set).map(({ kind }) => kind);
    expect(kinds('rbac.create=false').filter((kind) => kind.includes('Role'))).to.deep.equal([]);
    const given = ['serviceAccount.create=false', 'serviceAccount.name=plugin'];
    const objects = render(programs, [...given, 'snapshotController.serviceAccountName=snapshots']);
    expect(objects.map(({ kind }) => kind)).not.to.include('ServiceAccount');
    const used = deployments(objects).map(({ spec }) => spec.template.spec.serviceAccountName);
    expect(used).to.deep.equal(['plugin', 'snapshots']);
    return Promise.resolve();
  },
};

export const placedAlike: Check = {
  title:
    'chart: nodeSelector, tolerations, affinity, priority class and spread constraints are for all pods, and every replica has a budget',
  run({ programs }) {
    const all = deployments(
      render(programs, [
        ...[...emulator, 'priorityClassName=high', 'nodeSelector.pool=infra'],
        ...['tolerations[0].key=infra', 'tolerations[0].operator=Exists'],
        ...['topologySpreadConstraints[0].maxSkew=1', 'topologySpreadConstraints[0].topologyKey=zone'],
        'topologySpreadConstraints[0].whenUnsatisfiable=ScheduleAnyway',
      ]),
    );
    expect(all).to.have.lengthOf(3);
    for (const { metadata, spec } of all) {
      const placement = spec.template.spec;
      expect(placement, metadata.name).to.deep.include({
        priorityClassName: 'high',
        nodeSelector: { pool: 'infra' },
        tolerations: [{ key: 'infra', operator: 'Exists' }],
      });
      expect(placement.affinity?.podAntiAffinity, metadata.name).to.be.an('object');
      const labels = placement.topologySpreadConstraints?.map(
        ({ labelSelector }) => labelSelector.matchLabels,
      );
      expect(labels, metadata.name).to.have.lengthOf(1);
      expect(spec.template.metadata?.labels, metadata.name).to.include(labels?.[0]);
    }
    const budgets = render(programs, []).filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name)).to.deep.equal(
      deployments(render(programs, [])).map(({ metadata }) => metadata.name),
    );
    return Promise.resolve();
  },
};

export const moreVariables: Check = {
  title: 'chart: extraEnv gives the plugin the variables of docs/credentials.md',
  run({ programs }) {
    const set = ['extraEnv[0].name=STS_ENDPOINT', 'extraEnv[0].value=sts.example.com'];
    const containers = deployments(render(programs, set)).flatMap(
      ({ spec }) => spec.template.spec.containers,
    );
    const having = containers.filter(({ env = [] }) =>
      env.some(({ name, value }) => name === 'STS_ENDPOINT' && value === 'sts.example.com'),
    );
    expect(having.map(({ name }) => name)).to.deep.equal(['plugin']);
    return Promise.resolve();
  },
};

function deployments(objects: readonly KubeObject[]): Placed[] {
  return objects
    .filter((one): one is Placed => one.kind === 'Deployment')
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}
