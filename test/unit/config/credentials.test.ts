import { expect } from 'chai';
import { credentialKinds, credentialsFrom as readCredentials } from '../../../src/config/credentials.ts';
import { UsageError, type Environment } from '../../../src/config/usage-error.ts';

const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI1', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'hunter2' };
const oldKeys = { ACCESS_KEY_ID: 'LTAI0', ACCESS_KEY_SECRET: 'hunter0' };
const token = { ALIBABA_CLOUD_SECURITY_TOKEN: 'token-1' };
const oidc = {
  ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1:role/csi',
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/ack',
  ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/var/run/token',
};
const noSts = {
  stsEndpoint: undefined,
  stsRegionId: 'cn-hangzhou',
  stsInVpc: false,
  roleSessionName: undefined,
};
const place = { regionId: 'cn-hangzhou', ecsNetwork: 'public' } as const;
const credentialsFrom = (kind: Parameters<typeof readCredentials>[0], env: Environment) =>
  readCredentials(kind, env, place);
const accessKey = { kind: 'access-key', accessKeyId: 'LTAI1', accessKeySecret: 'hunter2' } as const;

describe('credentialsFrom', () => {
  it('finds none in an empty environment, so that the plugin can start and say so', () => {
    expect(credentialsFrom(undefined, {})).to.equal(undefined);
    expect(credentialsFrom(undefined, { ALIBABA_CLOUD_ACCESS_KEY_ID: '', HOME: '/root' })).to.equal(
      undefined,
    );
  });

  const read: [what: string, kind: Parameters<typeof credentialsFrom>[0], env: Environment, is: object][] = [
    ['an AccessKey', 'access-key', keys, accessKey],
    [
      'an AccessKey under its old names',
      'access-key',
      oldKeys,
      { kind: 'access-key', accessKeyId: 'LTAI0', accessKeySecret: 'hunter0' },
    ],
    ['the new names before the old ones', 'access-key', { ...oldKeys, ...keys }, accessKey],
    ['a token of STS', 'sts', { ...keys, ...token }, { ...accessKey, kind: 'sts', securityToken: 'token-1' }],
    [
      'the token file of the platform',
      'managed-token',
      {},
      { kind: 'managed-token', file: '/var/addon/token-config' },
    ],
    [
      'the token file elsewhere',
      'managed-token',
      { ALIBABA_CLOUD_ACK_ADDON_TOKEN_PATH: '/t' },
      { kind: 'managed-token', file: '/t' },
    ],
    [
      'a service account',
      'oidc',
      oidc,
      {
        kind: 'oidc',
        roleArn: 'acs:ram::1:role/csi',
        oidcProviderArn: 'acs:ram::1:oidc-provider/ack',
        tokenFile: '/var/run/token',
        ...noSts,
      },
    ],
    [
      'a role on top of an AccessKey',
      'ram-role',
      { ...keys, ALIBABA_CLOUD_ROLE_ARN: 'arn' },
      { kind: 'ram-role', roleArn: 'arn', base: accessKey, ...noSts },
    ],
    [
      'a role on top of a token, and where STS is',
      'ram-role',
      {
        ...keys,
        ...token,
        ALIBABA_CLOUD_ROLE_ARN: 'arn',
        ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true',
        ALIBABA_CLOUD_STS_REGION: 'cn-beijing',
        ALIBABA_CLOUD_ROLE_SESSION_NAME: 'session',
        STS_ENDPOINT: 'sts.example.com',
      },
      {
        kind: 'ram-role',
        roleArn: 'arn',
        base: { ...accessKey, kind: 'sts', securityToken: 'token-1' },
        stsEndpoint: 'sts.example.com',
        stsRegionId: 'cn-beijing',
        stsInVpc: true,
        roleSessionName: 'session',
      },
    ],
    [
      'a profile of the command line tool',
      'cli-profile',
      { HOME: '/home/me', ALIBABA_CLOUD_PROFILE: 'prod' },
      { kind: 'cli-profile', file: '/home/me/.aliyun/config.json', profileName: 'prod' },
    ],
    [
      'a credentials file',
      'credentials-file',
      { HOME: '/home/me' },
      { kind: 'credentials-file', file: '/home/me/.alibabacloud/credentials', profileName: undefined },
    ],
    [
      'a credentials file elsewhere',
      'credentials-file',
      { ALIBABA_CLOUD_CREDENTIALS_FILE: '/c' },
      { kind: 'credentials-file', file: '/c', profileName: undefined },
    ],
    [
      'the role of the instance',
      'ecs-ram-role',
      { ALIBABA_CLOUD_ECS_METADATA: 'role', ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' },
      { kind: 'ecs-ram-role', roleName: 'role', imdsV1Disabled: true },
    ],
    [
      'any role of the instance',
      'ecs-ram-role',
      {},
      { kind: 'ecs-ram-role', roleName: undefined, imdsV1Disabled: false },
    ],
    [
      'a URI',
      'credentials-uri',
      { ALIBABA_CLOUD_CREDENTIALS_URI: 'http://localhost/c' },
      { kind: 'credentials-uri', uri: 'http://localhost/c' },
    ],
  ];
  for (const [what, kind, env, is] of read) {
    it(`reads ${what}`, () => {
      expect(credentialsFrom(kind, env)).to.deep.equal(is);
    });
  }

  it('asks the STS of the region, inside the VPC when ECS is asked there, unless told otherwise', () => {
    const inVpc = (env: Environment) =>
      readCredentials('oidc', { ...oidc, ...env }, { regionId: 'cn-beijing', ecsNetwork: 'vpc' });
    expect(inVpc({})).to.include({ stsRegionId: 'cn-beijing', stsInVpc: true });
    expect(inVpc({ ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'false' })).to.have.property('stsInVpc', false);
    expect(inVpc({ ALIBABA_CLOUD_STS_REGION: 'cn-shanghai' })).to.have.property('stsRegionId', 'cn-shanghai');
  });

  const missing: [kind: Parameters<typeof credentialsFrom>[0], env: Environment, variable: string][] = [
    ['access-key', {}, 'ALIBABA_CLOUD_ACCESS_KEY_ID'],
    ['access-key', { ...keys, ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' }, 'ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
    ['sts', token, 'ALIBABA_CLOUD_ACCESS_KEY_ID'],
    ['sts', keys, 'ALIBABA_CLOUD_SECURITY_TOKEN'],
    ['oidc', { ...oidc, ALIBABA_CLOUD_ROLE_ARN: '' }, 'ALIBABA_CLOUD_ROLE_ARN'],
    ['oidc', { ...oidc, ALIBABA_CLOUD_OIDC_PROVIDER_ARN: '' }, 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN'],
    ['oidc', { ...oidc, ALIBABA_CLOUD_OIDC_TOKEN_FILE: '' }, 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'],
    ['ram-role', keys, 'ALIBABA_CLOUD_ROLE_ARN'],
    ['ram-role', { ALIBABA_CLOUD_ROLE_ARN: 'arn' }, 'ALIBABA_CLOUD_ACCESS_KEY_ID'],
    ['credentials-uri', {}, 'ALIBABA_CLOUD_CREDENTIALS_URI'],
    ['cli-profile', {}, 'HOME'],
    ['credentials-file', {}, 'ALIBABA_CLOUD_CREDENTIALS_FILE'],
    // Chosen by the variable that gave the kind away.
    [undefined, token, 'ALIBABA_CLOUD_ACCESS_KEY_ID'],
    [undefined, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI1' }, 'ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
    [undefined, { ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/t' }, 'ALIBABA_CLOUD_ROLE_ARN'],
  ];
  for (const [kind, env, variable] of missing) {
    it(`says that ${variable} is missing for ${kind ?? 'what the environment shows'}`, () => {
      const read = () => credentialsFrom(kind, env);
      expect(read).to.throw(UsageError, `the environment variable ${variable} is not set`);
      expect(read).not.to.throw('hunter2');
    });
  }

  const shown: [env: Environment, kind: string][] = [
    [{ ALIBABA_CLOUD_ACK_ADDON_TOKEN_PATH: '/t', ...keys }, 'managed-token'],
    [{ ...keys, ...token }, 'sts'],
    [{ ...keys, ...oidc }, 'access-key'],
    [oldKeys, 'access-key'],
    [{ ...oidc, ALIBABA_CLOUD_ECS_METADATA: 'role' }, 'oidc'],
    [{ ALIBABA_CLOUD_CREDENTIALS_FILE: '/c', ALIBABA_CLOUD_PROFILE: 'p' }, 'credentials-file'],
    [{ ALIBABA_CLOUD_PROFILE: 'p', HOME: '/root' }, 'cli-profile'],
    [{ ALIBABA_CLOUD_ECS_METADATA: 'role', ALIBABA_CLOUD_CREDENTIALS_URI: 'u' }, 'ecs-ram-role'],
    [{ ALIBABA_CLOUD_CREDENTIALS_URI: 'u' }, 'credentials-uri'],
  ];
  for (const [env, kind] of shown) {
    it(`takes ${Object.keys(env).join(' and ')} for ${kind}`, () => {
      expect(credentialsFrom(undefined, env)).to.have.property('kind', kind);
    });
  }

  it('lets the operator choose, whatever else the environment shows', () => {
    expect(credentialsFrom('ecs-ram-role', { ...keys, ...oidc })).to.have.property('kind', 'ecs-ram-role');
  });

  it('knows nine kinds', () => {
    expect(credentialKinds).to.have.length(9).and.to.include('ram-role');
  });
});
