import { expect } from 'chai';
import type { KubeObject } from '../system/kubectl.ts';
import type { Check, CheckContext } from './index.ts';
import { checkedRelease } from './release.ts';

const guarded = 'storageClasses.alicloud-datasafe-essd';
const guardsOff = ['guards.automaticSnapshots=false', 'featureGates.EnableDeleteAutoSnapshots=false'];
const unguarded = [
  `${guarded}.parameters.volumeExpandAutoSnapshot=null`,
  `${guarded}.parameters.volumeDeleteSnapshotRetentionDays=null`,
];
const deleteFirst = 'Delete the class first (kubectl delete storageclass alicloud-datasafe-essd)';

/** Values that an upgrade cannot bring about, and a part of what helm must say. */
const impossible: readonly { readonly set: readonly string[]; readonly says: string }[] = [
  { set: [...guardsOff, ...unguarded], says: deleteFirst },
  { set: [`${guarded}.parameters.volumeDeleteSnapshotRetentionDays=five`], says: deleteFirst },
  { set: [`${guarded}.volumeBindingMode=Immediate`], says: deleteFirst },
  { set: [`${guarded}.reclaimPolicy=Retain`], says: deleteFirst },
  {
    set: ['volumeAttributesClasses.alicloud-disk-essd-pl1.parameters.performanceLevel=PL0'],
    says: 'Give the changed class another name',
  },
  {
    set: ['volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot.deletionPolicy=Retain'],
    says: 'kubectl delete volumegroupsnapshotclass alibabacloud-disk-group-snapshot',
  },
  { set: ['nameOverride=other'], says: 'set nameOverride to what it was' },
  {
    set: [
      ...['preset=try', 'emulator.enabled=true', 'credentials.kind=emulator'],
      'driverName=try.datasafe.example',
    ],
    says: 'has the preset production, and an upgrade cannot make it try',
  },
  { set: ['driverName=other.datasafe.example'], says: 'keep driverName' },
];

export const upgradesRefused: Check = {
  title: `chart: ${impossible.length} upgrades that the API server would refuse half-way, or that would forsake volumes, are refused before anything is changed; a class is changed as helm advises`,
  async run(context) {
    await using release = await checkedRelease(context);
    // With it, other values do not lead to objects of other names.
    const fullname = 'fullnameOverride=chart-check';
    release.install(fullname);
    const before = await versions(context);
    expect(before.length).to.be.greaterThan(20);
    for (const { set, says } of impossible) {
      expect(() => release.upgrade(fullname, ...set), set.join()).to.throw(says);
      expect(await versions(context), set.join()).to.deep.equal(before);
    }

    const { kubectl } = context.controlPlane;
    await kubectl.run('delete storageclass alicloud-datasafe-essd');
    release.upgrade(fullname, ...guardsOff, ...unguarded);
    const path = '{.parameters}';
    const changed = await kubectl.run(`get storageclass alicloud-datasafe-essd -o jsonpath=${path}`);
    expect(JSON.parse(changed)).to.deep.equal({ type: 'cloud_essd' });
    release.upgrade(fullname, ...guardsOff, `${guarded}.enabled=false`);
    await kubectl.run('get storageclass alicloud-datasafe-essd');
  },
};

export const classesOutliveRelease: Check = {
  title:
    'chart: classes and CSIDriver stay when the release is uninstalled, and are taken over when it is installed again; those of the preset try go',
  async run(context) {
    await using release = await checkedRelease(context);
    release.install();
    const classes = await ofRelease(context);
    expect(classes.length).to.equal(8);
    release.uninstall();
    expect(await ofRelease(context)).to.deep.equal(classes);
    release.install();
    expect(await ofRelease(context)).to.deep.equal(classes);
    release.upgrade('logLevel=debug');
    release.uninstall();
    await context.controlPlane.kubectl.run(`delete ${kept} -l ${selector}`);

    release.install(
      ...['preset=try', 'emulator.enabled=true', 'credentials.kind=emulator'],
      'driverName=try.datasafe.example',
    );
    expect((await ofRelease(context)).length).to.equal(8);
    release.uninstall();
    expect(await ofRelease(context)).to.deep.equal([]);
  },
};

const selector = 'app.kubernetes.io/instance=chart-check';
const kept = 'storageclass,volumesnapshotclass,volumegroupsnapshotclass,volumeattributesclass,csidriver';
const namespaced =
  'deployment,serviceaccount,role,rolebinding,networkpolicy,poddisruptionbudget,clusterrole,clusterrolebinding';

/** Each class of the release, and its CSIDriver, by its uid. */
async function ofRelease({ controlPlane: { kubectl } }: CheckContext): Promise<string[]> {
  return await listed(kubectl.json(`get ${kept} -l ${selector}`), ({ uid }) => uid);
}

/** Each object of the release, as it is. */
async function versions({ controlPlane: { kubectl } }: CheckContext): Promise<string[]> {
  const all = kubectl.json<List>(`get ${kept},${namespaced} -n chart-check -l ${selector}`);
  return await listed(all, ({ resourceVersion }) => resourceVersion);
}

type Metadata = KubeObject['metadata'] & { readonly uid: string; readonly resourceVersion: string };
interface List {
  readonly items: readonly { readonly kind: string; readonly metadata: Metadata }[];
}

async function listed(list: Promise<List>, of: (metadata: Metadata) => string): Promise<string[]> {
  const { items } = await list;
  return items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${of(metadata)}`).toSorted();
}
