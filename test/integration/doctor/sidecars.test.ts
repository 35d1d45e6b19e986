import { expect } from 'chai';
import { sidecars } from '../../../src/disk/doctor/checks/sidecars.ts';
import { chartSidecars, deployment, pluginContainer, sidecar } from './objects.ts';
import { silent, startSite, type Site } from './site.ts';

describe('doctor: sidecars', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  it('is silent about what the chart starts', async () => {
    await site.put(deployment('csi-datasafe'));
    expect(await site.examine(sidecars)).to.deep.equal(silent(sidecars));
    const long = chartSidecars.map((one) => ({
      ...one,
      args: one.args.map((arg) => arg.replace('=150s', '=2m30s')),
    }));
    await site.put(deployment('csi-datasafe', [pluginContainer(), ...long]));
    expect(await site.examine(sidecars)).to.deep.equal(silent(sidecars));
  });

  it('names one that is missing', async () => {
    await site.put(deployment('csi-datasafe', [pluginContainer(), ...chartSidecars.slice(1)]));
    const { findings } = await site.examine(sidecars);
    expect(findings.map(({ what }) => what)).to.deep.equal([
      'csi-provisioner of Deployment kube-system/csi-datasafe is not there',
    ]);
  });

  const wrong: [name: string, args: string[], what: string][] = [
    ['csi-provisioner', ['--strict-topology'], 'runs without --extra-create-metadata'],
    ['csi-provisioner', ['--extra-create-metadata'], 'runs without --strict-topology'],
    ['csi-resizer', [], 'takes a refusal for "in use"'],
    [
      'csi-snapshotter',
      ['--feature-gates=CSIVolumeGroupSnapshot=true'],
      'runs without --extra-create-metadata',
    ],
    ['csi-snapshotter', ['--extra-create-metadata'], 'has the gate CSIVolumeGroupSnapshot shut'],
    ['csi-attacher', ['--leader-election=false'], 'runs 2 times without --leader-election'],
    ['csi-attacher', ['--timeout=15s'], 'gives a call 15s'],
  ];
  it('goes by the last of several, as the sidecars do: the chart puts what is added at the end', async () => {
    const changed = chartSidecars.map((one) => ({ ...one, args: [...one.args, '--timeout=5s'] }));
    await site.put(deployment('csi-datasafe', [pluginContainer(), ...changed]));
    const { findings } = await site.examine(sidecars);
    expect(findings).to.have.length(4);
    expect(findings[0]?.what).to.contain('gives a call 5s');
  });

  for (const [name, args, what] of wrong) {
    it(`names ${name} that ${what}`, async () => {
      const others = chartSidecars.filter((one) => one.name !== name);
      const full = sidecar(name, 'v1.0.0', ...args);
      // A flag that the row sets takes the place of the usual one.
      const kept = full.args.filter(
        (arg, at) => full.args.findLastIndex((other) => other.split('=')[0] === arg.split('=')[0]) === at,
      );
      await site.put(deployment('csi-datasafe', [pluginContainer(), ...others, { ...full, args: kept }]));
      const { findings } = await site.examine(sidecars);
      expect(findings.map((one) => one.what)).to.have.length(1);
      expect(findings[0]?.what).to.contain(`${name} of Deployment kube-system/csi-datasafe ${what}`);
      expect(findings[0]?.mend.join()).to.contain('kubectl edit deployment/csi-datasafe -n kube-system');
    });
  }

  it('has not looked at an option that is not written in the Deployment', async () => {
    const env = [{ name: 'TIMEOUT', valueFrom: { configMapKeyRef: {} } }];
    const changed = chartSidecars.map((one) => ({
      ...one,
      args: [...one.args, '--timeout=$(TIMEOUT)'],
      env,
    }));
    await site.put(deployment('csi-datasafe', [pluginContainer(), ...changed]));
    const { findings, notLooked } = await site.examine(sidecars);
    expect(findings).to.deep.equal([]);
    expect(notLooked.map(({ at }) => at.split(' of ').slice(0, 2).join(' of '))).to.deep.equal(
      chartSidecars.map(({ name }) => `--timeout of ${name}`),
    );
  });

  it('has not looked where there is no Deployment of the plugin, or none can be read', async () => {
    expect((await site.examine(sidecars)).notLooked[0]?.because).to.contain('no Deployment in this cluster');
    await site.api.deny('list deployments');
    expect((await site.examine(sidecars)).notLooked[0]?.because).to.contain('grant list on deployments');
  });
});
