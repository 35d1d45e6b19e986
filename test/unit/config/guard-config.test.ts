import { expect } from 'chai';
import type { GuardConfig } from '../../../src/config/guard-config.ts';
import { serveConfigFrom } from '../../../src/config/serve-config.ts';
import { UsageError, type Environment } from '../../../src/config/usage-error.ts';

const needed = ['--endpoint', 'unix:///csi/csi.sock', '--region', 'cn-hangzhou'];
const inPod = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

function guardsFrom(argv: readonly string[], env: Environment = {}): GuardConfig {
  const config = serveConfigFrom([...needed, ...argv], env);
  return 'help' in config ? expect.fail('help instead of a configuration') : config.guards;
}

describe('the guards', () => {
  it('are off, and known by their defaults, when nobody says', () => {
    expect(guardsFrom([])).to.deep.equal({
      isSwitchedOn: false,
      maxAgeMs: 600_000,
      besteffortWaitMs: 300_000,
      kubernetes: { mode: 'off' },
      protectionNamespace: 'default',
      manifestDirectory: undefined,
      keeper: 'on',
      keeperIntervalMs: 60_000,
    });
  });

  const switches: [title: string, argv: readonly string[], env: Environment, isOn: boolean][] = [
    ['VOLUME_DEL_AUTO_SNAP=true', [], { VOLUME_DEL_AUTO_SNAP: 'true' }, true],
    ['VOLUME_DEL_AUTO_SNAP=false', [], { VOLUME_DEL_AUTO_SNAP: 'false' }, false],
    ['an empty VOLUME_DEL_AUTO_SNAP', [], { VOLUME_DEL_AUTO_SNAP: '' }, false],
    ['--automatic-snapshots true', ['--automatic-snapshots', 'true'], {}, true],
    ['the gate', ['--feature-gates', 'EnableDeleteAutoSnapshots=true'], {}, true],
    ['the gate in its variable', [], { FEATURE_GATES: 'EnableDeleteAutoSnapshots=true' }, true],
    ['a shut gate', ['--feature-gates', 'EnableDeleteAutoSnapshots=false'], {}, false],
    [
      'a shut gate beside VOLUME_DEL_AUTO_SNAP=true, since either of both is enough',
      ['--feature-gates', 'EnableDeleteAutoSnapshots=false'],
      { VOLUME_DEL_AUTO_SNAP: 'true' },
      true,
    ],
    [
      'a gate that is opened and shut again',
      ['--feature-gates', 'EnableDeleteAutoSnapshots=true,EnableDeleteAutoSnapshots=false'],
      {},
      false,
    ],
    [
      'a flag that contradicts the variable: the flag wins',
      ['--automatic-snapshots', 'false'],
      { VOLUME_DEL_AUTO_SNAP: 'true' },
      false,
    ],
  ];
  for (const [title, argv, env, isOn] of switches) {
    it(`are ${isOn ? 'on' : 'off'} with ${title}`, () => {
      expect(guardsFrom(argv, env).isSwitchedOn).to.equal(isOn);
    });
  }

  const kubernetes: [title: string, argv: readonly string[], env: Environment, is: object][] = [
    ['in a pod', [], inPod, { mode: 'in-cluster' }],
    ['outside of one', [], {}, { mode: 'off' }],
    ['with KUBECONFIG', [], { KUBECONFIG: '/k' }, { mode: 'kubeconfig', path: '/k' }],
    ['with a file, also in a pod', ['--kubernetes', '/k'], inPod, { mode: 'kubeconfig', path: '/k' }],
    ['with off, also in a pod', ['--kubernetes=off'], inPod, { mode: 'off' }],
    ['with in-cluster, in a pod', ['--kubernetes=in-cluster'], inPod, { mode: 'in-cluster' }],
  ];
  for (const [title, argv, env, is] of kubernetes) {
    it(`know how to reach Kubernetes ${title}`, () => {
      expect(guardsFrom(argv, env).kubernetes).to.deep.equal(is);
    });
  }

  it('take their times, the namespace, the folder and the keeper from flags', () => {
    const argv = [
      ...['--expand-snapshot-max-age=90s', '--expand-besteffort-wait=1500ms', '--keeper-interval=1h'],
      ...['--keeper=dry-run', '--protection-namespace=claim', '--manifest-dir=/var/lib/manifests'],
    ];
    expect(guardsFrom(argv)).to.include({
      maxAgeMs: 90_000,
      besteffortWaitMs: 1500,
      keeperIntervalMs: 3_600_000,
      keeper: 'dry-run',
      protectionNamespace: 'claim',
      manifestDirectory: '/var/lib/manifests',
    });
    expect(guardsFrom(['--keeper=off']).keeper).to.equal('off');
  });

  const wrong: [argv: readonly string[], env: Environment, complaint: string][] = [
    [
      ['--automatic-snapshots=yes'],
      {},
      'VOLUME_DEL_AUTO_SNAP): "yes" is not allowed; allowed are true, false',
    ],
    [[], { VOLUME_DEL_AUTO_SNAP: 'TRUE' }, 'VOLUME_DEL_AUTO_SNAP): "TRUE" is not allowed'],
    [['--keeper=yes'], {}, '--keeper: "yes" is not allowed; allowed are on, dry-run, off'],
    [['--keeper-interval=0s'], {}, '--keeper-interval: "0s" is not a duration'],
    [['--expand-snapshot-max-age=10'], {}, '--expand-snapshot-max-age: "10" is not a duration'],
    [['--expand-besteffort-wait=-1s'], {}, '--expand-besteffort-wait: "-1s" is not a duration'],
    [['--protection-namespace=Shop'], {}, '--protection-namespace: "Shop" is not the name of a namespace'],
    [['--protection-namespace='], {}, '--protection-namespace: "" is not the name of a namespace'],
    [['--kubernetes=in-cluster'], {}, '--kubernetes=in-cluster: this process does not run in a pod'],
    [['--manifest-dir=/m'], inPod, '--manifest-dir: only with --kubernetes=off'],
    [['--manifest-dir=/m', '--kubernetes=/k'], {}, '--manifest-dir: only with --kubernetes=off'],
    [['--manifest-dir=/m'], { KUBECONFIG: '/k' }, '--manifest-dir: only with --kubernetes=off'],
  ];
  for (const [argv, env, complaint] of wrong) {
    it(`refuse to start with ${[...argv, ...Object.values(env)].join(' ')}`, () => {
      expect(() => guardsFrom(argv, env)).to.throw(UsageError, complaint);
    });
  }
});
