import { expect } from 'chai';
import { serveConfigFrom, type ServeConfig } from '../../../src/config/serve-config.ts';
import type { Environment } from '../../../src/config/usage-error.ts';

const needed = ['--endpoint', 'unix:///csi/csi.sock', '--region', 'cn-hangzhou'];

function configFrom(argv: readonly string[], env: Environment = {}): ServeConfig {
  const config = serveConfigFrom(argv, env);
  if ('help' in config) {
    throw new Error('help instead of a configuration');
  }
  return config;
}

function helpFrom(argv: readonly string[], env: Environment = {}): string {
  const config = serveConfigFrom(argv, env);
  return 'help' in config
    ? config.help.replaceAll(/\s+/g, ' ')
    : expect.fail('a configuration instead of help');
}

describe('serveConfigFrom', () => {
  it('needs an end point and a region, and knows a default for all else', () => {
    expect(configFrom(needed)).to.deep.equal({
      socketPath: '/csi/csi.sock',
      socketMode: 0o660,
      socketOwner: undefined,
      driverName: 'diskplugin.csi.alibabacloud.com',
      httpEndpoint: ':11270',
      regionId: 'cn-hangzhou',
      clusterId: undefined,
      defaultZoneId: undefined,
      ecsEndpoint: undefined,
      ecsProtocol: 'https',
      ecsNetwork: 'public',
      ecsTimeoutMs: 10_000,
      pollIntervalMs: 1000,
      maxCallMs: 120_000,
      drainMs: 20_000,
      attachConcurrency: 32,
      detachConcurrency: 5,
      isParallelAttachAllowed: false,
      isParallelDetachAllowed: false,
      credentials: undefined,
      groupSnapshots: false,
      guards: {
        isSwitchedOn: false,
        maxAgeMs: 600_000,
        besteffortWaitMs: 300_000,
        kubernetes: { mode: 'off' },
        protectionNamespace: 'default',
        manifestDirectory: undefined,
        keeper: 'on',
        keeperIntervalMs: 60_000,
      },
      logLevel: 'info',
      warnings: [],
    });
  });

  const read: [
    flag: string,
    value: string,
    variable: string | undefined,
    field: keyof ServeConfig,
    is: unknown,
  ][] = [
    ['--endpoint', 'unix:///a.sock', 'CSI_ENDPOINT', 'socketPath', '/a.sock'],
    ['--endpoint', 'unix:/a.sock', 'CSI_ENDPOINT', 'socketPath', '/a.sock'],
    ['--endpoint', '/a.sock', 'CSI_ENDPOINT', 'socketPath', '/a.sock'],
    ['--socket-mode', '600', undefined, 'socketMode', 0o600],
    ['--socket-mode', '0777', undefined, 'socketMode', 0o777],
    ['--driver-name', 'disk.example.com', undefined, 'driverName', 'disk.example.com'],
    ['--http-endpoint', '127.0.0.1:0', undefined, 'httpEndpoint', '127.0.0.1:0'],
    ['--http-endpoint', 'off', undefined, 'httpEndpoint', undefined],
    ['--region', 'us-east-1', 'REGION_ID', 'regionId', 'us-east-1'],
    ['--cluster-id', 'c-1', 'CLUSTER_ID', 'clusterId', 'c-1'],
    ['--default-zone', 'cn-hangzhou-h', 'ZONE_ID', 'defaultZoneId', 'cn-hangzhou-h'],
    ['--ecs-endpoint', '127.0.0.1:8080', 'ECS_ENDPOINT', 'ecsEndpoint', '127.0.0.1:8080'],
    ['--ecs-endpoint', 'ecs.aliyuncs.com', 'ECS_ENDPOINT', 'ecsEndpoint', 'ecs.aliyuncs.com'],
    ['--ecs-protocol', 'http', 'ALICLOUD_CLIENT_SCHEME', 'ecsProtocol', 'http'],
    ['--ecs-protocol', 'HTTPS', 'ALICLOUD_CLIENT_SCHEME', 'ecsProtocol', 'https'],
    ['--ecs-network', 'vpc', 'ALIBABA_CLOUD_NETWORK_TYPE', 'ecsNetwork', 'vpc'],
    ['--ecs-timeout', '1500ms', undefined, 'ecsTimeoutMs', 1500],
    ['--poll-interval', '2s', undefined, 'pollIntervalMs', 2000],
    ['--call-timeout', '10m', undefined, 'maxCallMs', 600_000],
    ['--drain-timeout', '1h', undefined, 'drainMs', 3_600_000],
    ['--log-level', 'debug', 'LOG_LEVEL', 'logLevel', 'debug'],
  ];
  for (const [flag, value, variable, field, is] of read) {
    it(`reads ${flag} ${value}`, () => {
      expect(configFrom([...needed, flag, value])[field]).to.equal(is);
      expect(configFrom([...needed, `${flag}=${value}`])[field]).to.equal(is);
    });

    if (variable !== undefined) {
      it(`reads ${value} from ${variable} too`, () => {
        const others = { CSI_ENDPOINT: '/b.sock', REGION_ID: 'cn-beijing' };
        expect(configFrom([], { ...others, [variable]: value })[field]).to.equal(is);
      });
    }
  }

  it('reads the owner of the socket', () => {
    expect(configFrom([...needed, '--socket-owner', '65532:1000']).socketOwner).to.deep.equal({
      uid: 65_532,
      gid: 1000,
    });
  });

  it('takes what is just within the limits', () => {
    const endpoint = `/${'x'.repeat(106)}`;
    const name = 'x'.repeat(63);
    const limits = ['--endpoint', endpoint, '--driver-name', name, '--call-timeout', '596h'];
    expect(configFrom([...needed, ...limits])).to.include({
      socketPath: endpoint,
      driverName: name,
      maxCallMs: 2_145_600_000,
    });
  });

  it('lets a flag win over its variable, and a variable over the default', () => {
    const env = { REGION_ID: 'cn-beijing', LOG_LEVEL: 'error', CSI_ENDPOINT: '/b.sock' };

    expect(configFrom(['--region', 'cn-hangzhou'], env)).to.include({
      regionId: 'cn-hangzhou',
      logLevel: 'error',
      socketPath: '/b.sock',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(configFrom(needed, { CLUSTER_ID: '', LOG_LEVEL: '', VOLUME_DEL_AUTO_SNAP: '' })).to.include({
      clusterId: undefined,
      logLevel: 'info',
    });
  });

  it('takes credentials from the kind that is named, or that shows itself', () => {
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: 'http://localhost/c' };
    expect(configFrom(needed, env).credentials).to.have.property('kind', 'credentials-uri');
    expect(configFrom([...needed, '--credentials', 'ecs-ram-role'], env).credentials).to.have.property(
      'kind',
      'ecs-ram-role',
    );
  });

  it('warns of gates that mean nothing here, and says nothing of shut ones', () => {
    const { warnings } = configFrom([
      ...needed,
      '--feature-gates=DiskADController=true,EnableVolumeGroupSnapshots=false',
    ]);
    expect(warnings).to.deep.equal([
      'feature gate DiskADController has no meaning for this driver and is ignored',
    ]);
  });

  it('serves group snapshots with their gate open only', () => {
    const config = (gate: string) => configFrom([...needed, `--feature-gates=${gate}`]).groupSnapshots;
    expect(config('EnableVolumeGroupSnapshots=true')).to.equal(true);
    expect(config('EnableVolumeGroupSnapshots=false')).to.equal(false);
    expect(config('EnableDeleteAutoSnapshots=true')).to.equal(false);
  });

  it('says nothing of the guards, switched on or off', () => {
    for (const value of ['true', 'false', '']) {
      expect(configFrom(needed, { VOLUME_DEL_AUTO_SNAP: value }).warnings).to.deep.equal([]);
    }
  });

  describe('--help', () => {
    it('explains every flag, its variables and its default, also when the rest is wrong or missing', () => {
      for (const argv of [['--help'], ['-h'], ['--region', '!', '--help']]) {
        const help = helpFrom(argv);
        for (const text of [
          'Usage: csi-datasafe serve [options]',
          '--endpoint <unix:///path>',
          'env CSI_ENDPOINT',
          '--drain-timeout <duration>',
          'default 20s',
          'env VOLUME_DEL_AUTO_SNAP',
          '--manifest-dir <path>',
          '--keeper <on|dry-run|off>',
          'managed-token',
        ]) {
          expect(help).to.contain(text);
        }
      }
    });

    it('names no default where there is none', () => {
      expect(helpFrom(['--help'])).not.to.match(/default (undefined|[;)])/);
    });

    it('shows no value of the environment', () => {
      const help = helpFrom(['--help'], {
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'hunter2',
        CLUSTER_ID: 'c-secret',
      });
      expect(help).not.to.contain('hunter2').and.not.to.contain('c-secret');
    });
  });

  it('asks the STS of the region and network that the flags name', () => {
    const env = {
      ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1:role/csi',
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/ack',
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/var/run/token',
    };
    const args = ['--endpoint', '/a.sock', '--region', 'cn-beijing', '--ecs-network', 'vpc'];
    expect(configFrom(args, env).credentials).to.include({
      ...{ kind: 'oidc', stsRegionId: 'cn-beijing', stsInVpc: true },
    });
  });
});
