import { expect } from 'chai';
import {
  areGuardsOn,
  controllersOf,
  elsewhere,
  flagOf,
  isGateOpen,
  isSwitchedOn,
  settingOf,
} from '../../../../src/disk/doctor/controllers.ts';
import type { SeenContainer, SeenDeployment } from '../../../../src/disk/doctor/doctor-cluster.ts';

const driverName = 'diskplugin.csi.alibabacloud.com';

const container = (args: string[], env: [string, string | undefined][] = []): SeenContainer => ({
  ...{ name: 'one', image: 'one:v1' },
  args,
  env: new Map(env),
});

describe('what a container is told', () => {
  it('is read from a flag in either form, and from a variable where there is none', () => {
    expect(flagOf(container(['serve', '--region', 'a']), 'region')).to.equal('a');
    expect(flagOf(container(['--region=a=b']), 'region')).to.equal('a=b');
    expect(flagOf(container(['--regions=a']), 'region')).to.equal(undefined);
    expect(settingOf(container(['--region=a'], [['REGION', 'b']]), 'region', 'REGION')).to.equal('a');
    expect(settingOf(container([], [['REGION', 'b']]), 'region', 'REGION')).to.equal('b');
    expect(settingOf(container([], [['REGION', '']]), 'region', 'REGION')).to.equal(undefined);
    expect(settingOf(container([], [['REGION', undefined]]), 'region', 'REGION')).to.equal(elsewhere);
  });

  it('opens a gate, or a switch, only when it says true, and the last word counts', () => {
    const gates = (text: string) => isGateOpen(container([`--feature-gates=${text}`]), 'A');
    expect(['A=true', 'B=true, A = true', 'A=false,A=true'].map(gates)).to.deep.equal([true, true, true]);
    expect(['A=false', 'B=true', 'A=true,A=false', ''].map(gates)).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
    expect(isGateOpen(container([], [['FEATURE_GATES', undefined]]), 'A')).to.equal(undefined);
    expect(isSwitchedOn(container(['--x']), 'x')).to.equal(true);
    expect(isSwitchedOn(container(['--x=false']), 'x')).to.equal(false);
  });

  it('lets the guards act by either of two switches, and leaves open what nobody can see', () => {
    const on = container(
      ['--feature-gates=EnableDeleteAutoSnapshots=true'],
      [['VOLUME_DEL_AUTO_SNAP', 'false']],
    );
    expect(areGuardsOn(on)).to.equal(true);
    expect(areGuardsOn(container([], [['VOLUME_DEL_AUTO_SNAP', 'false']]))).to.equal(false);
    expect(areGuardsOn(container([], [['VOLUME_DEL_AUTO_SNAP', undefined]]))).to.equal(undefined);
    expect(areGuardsOn(container([], [['FEATURE_GATES', undefined]]))).to.equal(undefined);
  });
});

describe('controllersOf', () => {
  const deployment = (...containers: SeenContainer[]): SeenDeployment => ({
    ...{ namespace: 'kube-system', name: 'one', replicas: 1 },
    containers,
  });
  const kindOf = (...args: string[]) => controllersOf([deployment(container(args))], driverName)[0]?.kind;

  it('knows this driver by its name, which is the default one where none is told', () => {
    expect(kindOf('serve', '--endpoint=/a.sock')).to.equal('csi-datasafe');
    expect(
      kindOf('node', 'dist/main.js', 'serve', '--endpoint=/a.sock', `--driver-name=${driverName}`),
    ).to.equal('csi-datasafe');
    expect(kindOf('serve', '--endpoint=/a.sock', '--driver-name=another.example')).to.equal(undefined);
    expect(kindOf('serve')).to.equal(undefined);
  });

  it('knows the existing driver by the names of what it drives, where it runs as a controller', () => {
    expect(kindOf('--driver=oss,disk', '--run-controller-service=true')).to.equal('existing');
    expect(kindOf(`--driver=${driverName}`)).to.equal('existing');
    expect(kindOf('--driver=disk', '--run-controller-service=false')).to.equal(undefined);
    expect(kindOf('--driver=nas')).to.equal(undefined);
  });
});
