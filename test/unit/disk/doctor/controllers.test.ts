import { expect } from 'chai';
import {
  areGuardsOn,
  controllersOf,
  elsewhere,
  flagOf,
  isGateOpen,
  isSidecarGateOpen,
  settingOf,
  switchOf,
  unclearAmong,
} from '../../../../src/disk/doctor/controllers.ts';
import type { SeenContainer, SeenDeployment } from '../../../../src/disk/doctor/doctor-cluster.ts';

const driverName = 'diskplugin.csi.alibabacloud.com';

const container = (
  args: string[],
  env: [string, string | undefined][] = [],
  more: Partial<SeenContainer> = {},
): SeenContainer => ({
  ...{ name: 'one', image: 'one:v1', hasMoreEnv: false },
  args,
  env: new Map(env),
  ...more,
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
    const switched = (...args: string[]) => switchOf(container(args), 'x');
    expect([switched('--x'), switched('--x=false', '--x=True')]).to.deep.equal([true, true]);
    expect([switched('--x=false'), switched('--x', '--x=false')]).to.deep.equal([false, false]);
    expect([switched('--xy'), switched('--x=$(ON)')]).to.deep.equal([undefined, elsewhere]);
  });

  it('is what the last of several flags says, as the programs read them', () => {
    expect(flagOf(container(['--timeout=150s', '--timeout=5s']), 'timeout')).to.equal('5s');
    expect(flagOf(container(['--timeout=5s', '--timeout', '150s', '-v=2']), 'timeout')).to.equal('150s');
  });

  it('is filled in from variables as Kubernetes does it, or left open where nobody can see them', () => {
    const env: [string, string | undefined][] = [
      ['REGION', 'a'],
      ['SECRET', undefined],
      ['NESTED', 'in-$(SECRET)'],
    ];
    const told = (value: string) => flagOf(container([`--region=${value}`], env), 'region');
    expect(['$(REGION)', 'x-$(REGION)-y', '$REGION'].map(told)).to.deep.equal(['a', 'x-a-y', '$REGION']);
    expect(['$(SECRET)', '$(NESTED)', '$(NOBODY)', '$$(REGION)'].map(told)).to.deep.equal([
      ...[elsewhere, elsewhere, elsewhere, elsewhere],
    ]);
    expect(settingOf(container([], env), 'nested', 'NESTED')).to.equal(elsewhere);
  });

  it('may come from a whole ConfigMap, but for what is said beside it', () => {
    const more = { hasMoreEnv: true };
    expect(settingOf(container([], [], more), 'region', 'REGION')).to.equal(elsewhere);
    expect(settingOf(container([], [['REGION', 'b']], more), 'region', 'REGION')).to.equal('b');
    expect(areGuardsOn(container([], [], more))).to.equal(undefined);
    expect(areGuardsOn(container(['--automatic-snapshots=true'], [], more))).to.equal(true);
    expect(isGateOpen(container([], [], more), 'A')).to.equal(undefined);
    expect(isSidecarGateOpen(container([], [], more), 'A')).to.equal(false);
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

  it('does not take a program for this driver because it serves something and has a whole ConfigMap', () => {
    const more = { hasMoreEnv: true };
    const kind = (image: string) =>
      controllersOf([deployment(container(['serve'], [], { ...more, image }))], driverName)[0]?.kind;
    expect(kind('registry.example/dex:v2')).to.equal(undefined);
    expect(kind('registry.example/csi-datasafe:0.1.0@sha256:1')).to.equal('csi-datasafe');
  });

  it('leaves open which driver is served where nobody can see its name', () => {
    const unclear = (...args: string[]) => {
      const one = deployment(container(args, [['NAME', undefined]]));
      expect(controllersOf([one], driverName)).to.deep.equal([]);
      return unclearAmong([one], driverName).length;
    };
    expect(unclear('serve', '--endpoint=/a.sock', '--driver-name=$(NAME)')).to.equal(1);
    expect(unclear('--driver=$(NAME)')).to.equal(1);
    expect(unclear('--driver=disk', '--run-controller-service=$(NAME)')).to.equal(1);
    expect(unclear('--driver=$(NAME)', '--run-controller-service=false')).to.equal(0);
    expect(unclear('--driver=nas', '--run-controller-service=$(NAME)')).to.equal(0);
    expect(unclear('serve', '--driver-name=$(NAME)')).to.equal(0);
  });
});
