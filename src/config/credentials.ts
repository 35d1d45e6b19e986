import type {
  CredentialKind,
  CredentialSettings,
  StsAccess,
} from '../ecs/credentials/credential-settings.ts';
import { firstSet, UsageError, type Environment } from './usage-error.ts';

/** How each kind is read from the environment, and the variables that it cannot do without. */
interface CredentialReader {
  readonly needs: readonly (readonly string[])[];
  readonly read: (env: Environment, place: Place) => CredentialSettings;
}

/** Where the plugin is: STS is asked there, unless its own variables say otherwise. */
export interface Place {
  readonly regionId: string;
  readonly ecsNetwork: 'vpc' | 'public';
}

const accessKeyId = ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ACCESS_KEY_ID'] as const;
const accessKeySecret = ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'ACCESS_KEY_SECRET'] as const;
const securityToken = ['ALIBABA_CLOUD_SECURITY_TOKEN'] as const;
const managedTokenFile = '/var/addon/token-config';

const readers: Readonly<Record<CredentialKind, CredentialReader>> = {
  'managed-token': {
    needs: [],
    read: (env) => ({
      kind: 'managed-token',
      file: firstSet(env, 'ALIBABA_CLOUD_ACK_ADDON_TOKEN_PATH') ?? managedTokenFile,
    }),
  },
  sts: {
    needs: [accessKeyId, accessKeySecret, securityToken],
    read: (env) => ({
      kind: 'sts',
      accessKeyId: text(env, ...accessKeyId),
      accessKeySecret: text(env, ...accessKeySecret),
      securityToken: text(env, ...securityToken),
    }),
  },
  'access-key': {
    needs: [accessKeyId, accessKeySecret],
    read: (env) => ({
      kind: 'access-key',
      accessKeyId: text(env, ...accessKeyId),
      accessKeySecret: text(env, ...accessKeySecret),
    }),
  },
  oidc: {
    needs: [
      ['ALIBABA_CLOUD_ROLE_ARN'],
      ['ALIBABA_CLOUD_OIDC_PROVIDER_ARN'],
      ['ALIBABA_CLOUD_OIDC_TOKEN_FILE'],
    ],
    read: (env, place) => ({
      kind: 'oidc',
      roleArn: text(env, 'ALIBABA_CLOUD_ROLE_ARN'),
      oidcProviderArn: text(env, 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN'),
      tokenFile: text(env, 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'),
      ...stsAccess(env, place),
    }),
  },
  'ram-role': {
    needs: [['ALIBABA_CLOUD_ROLE_ARN'], accessKeyId, accessKeySecret],
    read: (env, place) => ({
      kind: 'ram-role',
      roleArn: text(env, 'ALIBABA_CLOUD_ROLE_ARN'),
      base: readers[isSet(env, securityToken) ? 'sts' : 'access-key'].read(env, place),
      ...stsAccess(env, place),
    }),
  },
  'cli-profile': {
    needs: [['HOME']],
    read: (env) => ({
      kind: 'cli-profile',
      file: `${text(env, 'HOME')}/.aliyun/config.json`,
      profileName: firstSet(env, 'ALIBABA_CLOUD_PROFILE'),
    }),
  },
  'credentials-file': {
    needs: [['ALIBABA_CLOUD_CREDENTIALS_FILE', 'HOME']],
    read: (env) => ({
      kind: 'credentials-file',
      file:
        firstSet(env, 'ALIBABA_CLOUD_CREDENTIALS_FILE') ?? `${text(env, 'HOME')}/.alibabacloud/credentials`,
      profileName: firstSet(env, 'ALIBABA_CLOUD_PROFILE'),
    }),
  },
  'ecs-ram-role': {
    needs: [],
    read: (env) => ({
      kind: 'ecs-ram-role',
      roleName: firstSet(env, 'ALIBABA_CLOUD_ECS_METADATA'),
      imdsV1Disabled: firstSet(env, 'ALIBABA_CLOUD_IMDSV1_DISABLED') === 'true',
    }),
  },
  'credentials-uri': {
    needs: [['ALIBABA_CLOUD_CREDENTIALS_URI']],
    read: (env) => ({ kind: 'credentials-uri', uri: text(env, 'ALIBABA_CLOUD_CREDENTIALS_URI') }),
  },
};

/** Every kind that `--credentials` takes. */
export const credentialKinds = Object.keys(readers) as CredentialKind[];

/** Kinds that give themselves away by a variable, in the order of the SDK's own search. */
const tellTales: readonly (readonly [CredentialKind, readonly string[]])[] = [
  ['managed-token', ['ALIBABA_CLOUD_ACK_ADDON_TOKEN_PATH']],
  ['sts', securityToken],
  ['access-key', accessKeyId],
  ['oidc', ['ALIBABA_CLOUD_OIDC_TOKEN_FILE']],
  ['credentials-file', ['ALIBABA_CLOUD_CREDENTIALS_FILE']],
  ['cli-profile', ['ALIBABA_CLOUD_PROFILE']],
  ['ecs-ram-role', ['ALIBABA_CLOUD_ECS_METADATA']],
  ['credentials-uri', ['ALIBABA_CLOUD_CREDENTIALS_URI']],
];

/**
 * The credentials that the operator chose with `--credentials`, or the one kind that the environment clearly shows.
 * `undefined` when there is no trace of any: the plugin starts all the same, says so, and is not ready.
 * @throws UsageError that names the missing variable.
 */
export function credentialsFrom(
  kind: CredentialKind | undefined,
  env: Environment,
  place: Place,
): CredentialSettings | undefined {
  const chosen = kind ?? tellTales.find(([, names]) => isSet(env, names))?.[0];
  if (chosen === undefined) {
    return undefined;
  }
  const reader = readers[chosen];
  const missing = reader.needs.find((names) => !isSet(env, names));
  if (missing !== undefined) {
    throw new UsageError(`credentials ${chosen}: the environment variable ${missing[0] ?? ''} is not set`);
  }
  return reader.read(env, place);
}

function isSet(env: Environment, names: readonly string[]): boolean {
  return firstSet(env, ...names) !== undefined;
}

function text(env: Environment, ...names: readonly string[]): string {
  return firstSet(env, ...names) ?? '';
}

function stsAccess(env: Environment, { regionId, ecsNetwork }: Place): StsAccess {
  const inVpc = firstSet(env, 'ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED');
  return {
    stsEndpoint: firstSet(env, 'STS_ENDPOINT'),
    stsRegionId: firstSet(env, 'ALIBABA_CLOUD_STS_REGION') ?? regionId,
    stsInVpc: inVpc === undefined ? ecsNetwork === 'vpc' : inVpc === 'true',
    roleSessionName: firstSet(env, 'ALIBABA_CLOUD_ROLE_SESSION_NAME'),
  };
}
