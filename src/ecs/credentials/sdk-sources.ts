import {
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  RAMRoleARNCredentialsProvider,
  URICredentialsProvider,
} from '@alicloud/credentials';
import type {
  CredentialsUriSettings,
  EcsRamRoleSettings,
  OidcSettings,
  RamRoleSettings,
  StsAccess,
} from './credential-settings.ts';
import type { Credential, Session, SessionSource } from './session.ts';

// The providers of the SDK fill what is not given from the environment, so everything is given.

interface SdkProvider {
  getCredentials(): Promise<{
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string | undefined;
    readonly providerName: string;
  }>;
}

/** Made at the first fetch: making one can fail, and has to be reported then. It holds the session and renews it. */
function fromProvider(create: () => SdkProvider): SessionSource {
  let provider: SdkProvider | undefined;
  return async (): Promise<Session> => {
    provider ??= create();
    const { accessKeyId, accessKeySecret, securityToken, providerName } = await provider.getCredentials();
    return { accessKeyId, accessKeySecret, securityToken: securityToken ?? '', providerName };
  };
}

export function oidcSource(settings: OidcSettings): SessionSource {
  return fromProvider(() =>
    OIDCRoleArnCredentialsProvider.builder()
      .withRoleArn(settings.roleArn)
      .withOIDCProviderArn(settings.oidcProviderArn)
      .withOIDCTokenFilePath(settings.tokenFile)
      .withRoleSessionName(sessionName(settings))
      .withDurationSeconds(duration(settings))
      .withStsEndpoint(stsHost(settings))
      .build(),
  );
}

export function ramRoleSource(settings: RamRoleSettings, base: Credential): SessionSource {
  return fromProvider(() => {
    const builder = RAMRoleARNCredentialsProvider.builder()
      .withCredentialsProvider(base)
      .withRoleArn(settings.roleArn)
      .withRoleSessionName(sessionName(settings))
      .withDurationSeconds(duration(settings))
      .withStsEndpoint(stsHost(settings));
    if (settings.policy !== undefined) {
      builder.withPolicy(settings.policy);
    }
    if (settings.externalId !== undefined) {
      builder.withExternalId(settings.externalId);
    }
    return builder.build();
  });
}

export function ecsRamRoleSource(settings: EcsRamRoleSettings): SessionSource {
  return fromProvider(() => {
    const builder = ECSRAMRoleCredentialsProvider.builder().withDisableIMDSv1(
      settings.imdsV1Disabled ?? false,
    );
    if (settings.roleName !== undefined) {
      builder.withRoleName(settings.roleName);
    }
    return builder.build();
  });
}

export function credentialsUriSource(settings: CredentialsUriSettings): SessionSource {
  return fromProvider(() => URICredentialsProvider.builder().withCredentialsURI(settings.uri).build());
}

/** The host name of STS, which answers in any region. */
export function stsHost({ stsEndpoint, stsRegionId, stsInVpc }: StsAccess): string {
  if (stsEndpoint !== undefined || stsRegionId === undefined) {
    return stsEndpoint ?? 'sts.aliyuncs.com';
  }
  return `sts${stsInVpc === true ? '-vpc' : ''}.${stsRegionId}.aliyuncs.com`;
}

function sessionName({ roleSessionName }: StsAccess): string {
  return roleSessionName ?? 'csi-datasafe';
}

function duration({ durationSeconds }: StsAccess): number {
  return durationSeconds ?? 3_600;
}
