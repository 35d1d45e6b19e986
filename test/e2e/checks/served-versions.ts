import { expect } from 'chai';
import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { Programs } from '../system/programs.ts';
import type { Check } from './index.ts';

const snapshotApi = 'snapshot.storage.k8s.io';
const groupApi = 'groupsnapshot.storage.k8s.io';
/** Served by every cluster, and unknown to a helm that speaks to none. */
const anyCluster = 'apiregistration.k8s.io/v1';

/** Renders the chart as for a cluster that serves these. */
function render(programs: Programs, served: readonly string[], set: readonly string[] = []): string {
  const values = [
    'region=cn-hangzhou',
    'credentials.kind=accessKey',
    'snapshotController.enabled=true',
    ...set,
  ];
  return helm(programs, [
    ...['template', 'x', chartDirectory, '--set', values.join(',')],
    ...served.flatMap((version) => ['--api-versions', version]),
  ]);
}

export const versionOfGroups: Check = {
  title:
    'chart: where only v1beta2 of group snapshots is served, class, csi-snapshotter and snapshot-controller are of that version',
  run({ programs }) {
    const versionsFor = (versions: readonly string[]) => {
      const served = versions.map((version) => `${groupApi}/${version}`);
      const found = render(programs, served).matchAll(
        /(snapshotter|snapshot-controller):v8\.\d|groupsnapshot\.storage\.k8s\.io\/\w+/g,
      );
      return [...found].map(([text]) => text).toSorted();
    };
    expect(versionsFor(['v1beta2'])).to.deep.equal([
      ...[`${groupApi}/v1beta2`, 'snapshot-controller:v8.5', 'snapshotter:v8.5'],
    ]);
    for (const versions of [[], ['v1'], ['v1', 'v1beta2']]) {
      expect(versionsFor(versions), versions.join()).to.deep.equal([
        ...[`${groupApi}/v1`, 'snapshot-controller:v8.6', 'snapshotter:v8.6'],
      ]);
    }
    return Promise.resolve();
  },
};

const withoutGroups = [
  'featureGates.EnableVolumeGroupSnapshots=false',
  'volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot.enabled=false',
];
const withoutSnapshots = ['volumeSnapshotClasses.alibabacloud-disk-snapshot.enabled=false'];

const refused = [
  {
    served: [],
    says: `does not serve ${snapshotApi}/v1, nor ${groupApi}/v1 or v1beta2:`,
    advice: [...withoutSnapshots, ...withoutGroups],
  },
  {
    served: [`${groupApi}/v1`],
    says: `does not serve ${snapshotApi}/v1:`,
    advice: withoutSnapshots,
  },
  {
    served: [`${snapshotApi}/v1`, `${groupApi}/v1beta1`, `${groupApi}/v1alpha1`],
    says: `does not serve ${groupApi}/v1 or v1beta2 (only v1beta1, v1alpha1):`,
    advice: withoutGroups,
  },
];

export const missingApis: Check = {
  title: 'chart: a cluster that lacks an API is refused, with values that do without it, and these do',
  run({ programs }) {
    for (const { served, says, advice } of refused) {
      const all = [anyCluster, ...served];
      expect(() => render(programs, all), says).to.throw(`${says} install the snapshot CRDs first`);
      expect(() => render(programs, all), says).to.throw(`--set ${advice.join(',')}`);
      expect(render(programs, all, advice)).to.include('kind: Deployment');
    }
    return Promise.resolve();
  },
};
