import { expect } from 'chai';
import { doctorConfigFrom } from '../../../src/config/doctor-config.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const needed = ['--region', 'cn-hangzhou'];
const home = { HOME: '/home/operator' };
const configFrom = (argv: string[], env: Record<string, string> = home) =>
  doctorConfigFrom([...needed, ...argv], env, ['one', 'two']);

describe('doctorConfigFrom', () => {
  it('needs a region, and knows a default for all else', () => {
    expect(configFrom([])).to.deep.equal({
      kubernetes: { mode: 'kubeconfig', path: '/home/operator/.kube/config' },
      ...{ driverName: 'diskplugin.csi.alibabacloud.com', clusterId: undefined },
      ...{ output: 'text', skip: [], timeLimitMs: 300_000 },
      ecs: { regionId: 'cn-hangzhou', ecsEndpoint: undefined, ecsProtocol: 'https', ecsNetwork: 'public' },
      ...{ ecsTimeoutMs: 10_000, credentials: undefined },
    });
    expect(() => doctorConfigFrom([], home, [])).to.throw(UsageError, '--region <id> is missing');
  });

  it('finds the cluster by flag, by KUBECONFIG, or in its pod', () => {
    const kubernetes = (argv: string[], env: Record<string, string>) => configFrom(argv, env);
    const inPod = { ...home, KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(kubernetes([], inPod)).to.have.deep.property('kubernetes', { mode: 'in-cluster' });
    const byVariable = { ...inPod, KUBECONFIG: '/a' };
    expect(kubernetes([], byVariable)).to.have.deep.property('kubernetes', {
      mode: 'kubeconfig',
      path: '/a',
    });
    const byFlag = kubernetes(['--kubernetes', '/b'], byVariable);
    expect(byFlag).to.have.deep.property('kubernetes', { mode: 'kubeconfig', path: '/b' });
  });

  it('takes what the plugin takes from the environment', () => {
    const env = { ...home, CLUSTER_ID: 'c-1', ACCESS_KEY_ID: 'id', ACCESS_KEY_SECRET: 'secret' };
    expect(configFrom([], env)).to.include({ clusterId: 'c-1' });
    expect(configFrom([], env)).to.have.nested.property('credentials.kind', 'access-key');
  });

  it('leaves out checks that there are', () => {
    expect(configFrom(['--skip', 'two,one'])).to.have.deep.property('skip', ['two', 'one']);
  });

  const wrong: [argv: string[], complaint: string][] = [
    [['--kubernetes', 'off'], '--kubernetes: the doctor compares Kubernetes and ECS; give a kubeconfig file'],
    [['--kubernetes', 'in-cluster'], '--kubernetes=in-cluster: this process does not run in a pod'],
    [['--skip', 'three'], '--skip: there is no check "three"; there are one, two'],
    [['--output', 'yaml'], '--output: "yaml" is not allowed'],
    [['--time-limit', 'long'], '--time-limit: "long" is not a duration'],
    [['--endpoint', '/a.sock'], "unknown option '--endpoint'"],
  ];
  for (const [argv, complaint] of wrong) {
    it(`refuses ${argv.join(' ')}`, () => {
      expect(() => configFrom(argv)).to.throw(UsageError, complaint);
    });
  }
});
