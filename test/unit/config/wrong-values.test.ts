import { expect } from 'chai';
import fc from 'fast-check';
import { serveConfigFrom } from '../../../src/config/serve-config.ts';
import { UsageError, type Environment } from '../../../src/config/usage-error.ts';

const needed = ['--endpoint', 'unix:///csi/csi.sock', '--region', 'cn-hangzhou'];

/** The one line that a wrong configuration ends with. */
function complaintOf(argv: readonly string[], env: Environment = {}): string {
  try {
    serveConfigFrom(argv, env);
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).not.to.match(/[\n\r]/);
    return message;
  }
  return expect.fail(`not refused: ${argv.join(' ')}`);
}

const ofEcs = ['--ecs-timeout', '--poll-interval', '--call-timeout', '--drain-timeout'];

describe('wrong flags and variables', () => {
  const wrong: [flag: string, values: readonly string[], hint: string][] = [
    [
      '--endpoint',
      ['tcp://127.0.0.1:1', 'unix://relative.sock', 'csi.sock', 'unix:///dir/', `/${'x'.repeat(107)}`],
      'unix:///absolute/path/csi.sock',
    ],
    ['--socket-mode', ['rw', '888', '06660', '66', '-600', ''], 'three octal digits'],
    ['--socket-owner', ['root', '1000', '1000:', ':1', '1000:staff', '-1:1'], '65532:65532'],
    ['--driver-name', ['', 'a b', '-x', 'x-', 'a/b', 'x'.repeat(64)], 'domain name of at most 63 characters'],
    ['--http-endpoint', ['9808', 'http://x:1', 'x:70000', 'x:', 'OFF'], 'host:port'],
    ['--region', ['', 'hangzhou!', 'CN-hangzhou', 'c', 'cn hangzhou'], 'cn-hangzhou'],
    ['--cluster-id', ['', ' ', 'x'.repeat(129), 'aliyun-1', 'acs:1', 'http://x', 'a\tb'], 'value of a tag'],
    ['--default-zone', ['', 'zone!', 'cn hangzhou'], 'cn-hangzhou-h'],
    [
      '--ecs-endpoint',
      ['http://ecs.aliyuncs.com', 'ecs.aliyuncs.com/', 'a b', 'x:123456', ''],
      'without http://',
    ],
    ['--ecs-protocol', ['ftp', 'https:', ''], 'https, http'],
    ['--ecs-network', ['intranet', 'VPC', ''], 'vpc, public'],
    ['--credentials', ['none', 'AccessKey', ''], 'access-key'],
    ['--automatic-snapshots', ['yes', 'True', '1', ''], 'true, false'],
    ['--keeper', ['yes', 'dryrun', ''], 'on, dry-run, off'],
    ['--protection-namespace', ['', 'Shop', 'a.b', '-a', 'a'.repeat(64)], 'name of a namespace'],
    ['--log-level', ['verbose', 'INFO', ''], 'debug, info, warn, error, silent'],
    ...[...ofEcs, '--expand-snapshot-max-age', '--expand-besteffort-wait', '--keeper-interval'].map(
      (flag): [string, string[], string] => [
        flag,
        ['10', '0s', '-1s', '1.5s', '1d', '1 s', 's', '', '1000h', '999999h'],
        '30s',
      ],
    ),
  ];
  for (const [flag, values, hint] of wrong) {
    for (const value of values) {
      it(`${flag} "${value.length > 40 ? `${value.slice(0, 10)}…` : value}" is refused with a hint`, () => {
        const complaint = complaintOf([...needed, `${flag}=${value}`]);
        expect(complaint).to.contain(flag).and.to.contain(hint);
      });
    }
  }

  it('are refused in variables too', () => {
    expect(complaintOf(needed, { LOG_LEVEL: 'loud' })).to.contain('"loud"');
    expect(complaintOf(['--region', 'cn-hangzhou'], { CSI_ENDPOINT: 'tcp://x' })).to.contain('tcp://x');
    expect(complaintOf(needed, { VOLUME_DEL_AUTO_SNAP: 'yes' })).to.contain('VOLUME_DEL_AUTO_SNAP');
    expect(complaintOf(needed, { FEATURE_GATES: 'x' })).to.contain('--feature-gates');
  });

  it('say what is missing, and where else it is read', () => {
    expect(complaintOf(['--region', 'cn-hangzhou'])).to.equal(
      '--endpoint <unix:///path> is missing (or the variable CSI_ENDPOINT)',
    );
    expect(complaintOf(['--endpoint', '/a.sock'])).to.equal(
      '--region <id> is missing (or the variable REGION_ID)',
    );
  });

  it('are refused when nobody knows them, with a suggestion on the same line', () => {
    expect(complaintOf([...needed, '--regoin', 'cn-hangzhou']))
      .to.contain('--regoin')
      .and.to.contain('--region');
    expect(complaintOf([...needed, 'extra'])).to.contain('argument');
    expect(complaintOf([...needed, '--cluster-id'])).to.contain('--cluster-id');
  });

  it('never show what may be a secret', () => {
    for (const argv of [
      ['--access-key-secret=hunter2'],
      ['--access-key-secret', 'hunter2'],
      ['--ALIBABA_CLOUD_ACCESS_KEY_SECRET=hunter2'],
      ['hunter2'],
    ]) {
      expect(complaintOf([...needed, ...argv])).not.to.contain('hunter2');
    }
  });

  it('end with one line or a configuration, whatever they are', () => {
    const flag = fc.constantFrom(
      ...[
        '--endpoint',
        '--region',
        '--cluster-id',
        '--socket-owner',
        '--ecs-timeout',
        '--feature-gates',
        '--x',
        '-v',
      ],
    );
    const argument = fc.oneof(
      flag,
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('/a.sock', 'a\nb'),
    );
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 6 }), (argv) => {
        try {
          serveConfigFrom(argv, {});
        } catch (error) {
          expect(error).to.be.instanceOf(UsageError);
          expect((error as UsageError).message).not.to.match(/[\n\r]/);
        }
      }),
      { numRuns: 40 },
    );
  });
});
