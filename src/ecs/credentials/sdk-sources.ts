import {
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  RAMRoleARNCredentialsProvider,
  URICredentialsProvider,
} from '@alicloud/credentials';
import { CredentialProblem } from './credential-failure.ts';
import type {
  CredentialsUriSettings,
  EcsRamRoleSettings,
  OidcSettings,
  RamRoleSettings,
  StsAccess,
} from './credential-settings.ts';
import type { Credential, Session, SessionSource } from './session.ts';

// The providers of the SDK fill what is not given from the environment, so everything is given. Only for the role of an
// instance the environment of the plugin has a say too (docs/credentials.md): it may name the role, and forbid requests to
// the metadata service, or those without a token.

interface SdkProvider {
  /** Fetches a session, each time anew. */
  refresher(): Promise<{
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
    readonly expiration?: string;
  }>;
  getProviderName(): string;
}

/**
 * Asks the provider for a session and for nothing else. The one that it would hold and renew itself it keeps beyond its end
 * when a renewal fails, tells nobody of the failure, and tries again ever more seldom.
 */
function fromProvider(create: () => SdkProvider): SessionSource {
  return async (): Promise<Session> => {
    const provider = create();
    const { accessKeyId, accessKeySecret, securityToken, expiration } = await provider.refresher();
    const expiresAt = Date.parse(expiration ?? '');
    if (Number.isNaN(expiresAt)) {
      throw new CredentialProblem('the service that hands them out does not say when they expire');
    }
    return {
      accessKeyId,
      accessKeySecret,
      securityToken,
      providerName: provider.getProviderName(),
      expiresAt,
    };
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
