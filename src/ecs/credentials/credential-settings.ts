/** Where the keys that sign requests come from: one kind, chosen explicitly. Nothing is searched for. */
export type CredentialSettings =
  | AccessKeySettings
  | StsSettings
  | RamRoleSettings
  | OidcSettings
  | EcsRamRoleSettings
  | CredentialsUriSettings
  | CliProfileSettings
  | CredentialsFileSettings
  | ManagedTokenSettings;

export type CredentialKind = CredentialSettings['kind'];

/** A long-lived AccessKey pair. */
interface AccessKeySettings {
  readonly kind: 'access-key';
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** A temporary key pair from STS. It is not refreshed: when it has expired, every call fails. */
interface StsSettings {
  readonly kind: 'sts';
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
}

/** How the STS service is reached by the kinds that assume a role. */
export interface StsAccess {
  /** Host name without scheme. Default: the STS of `stsRegionId`, else `sts.aliyuncs.com`. */
  readonly stsEndpoint?: string | undefined;
  readonly stsRegionId?: string | undefined;
  /** Use the host name that is reachable from inside a VPC; needs `stsRegionId`. Default: false. */
  readonly stsInVpc?: boolean | undefined;
  /** Shown in the audit log of the account. Default: `csi-datasafe`. */
  readonly roleSessionName?: string | undefined;
  /** Life of one session, 900 or more. Default: 3600. */
  readonly durationSeconds?: number | undefined;
}

/** A RAM role, assumed with other credentials. */
export interface RamRoleSettings extends StsAccess {
  readonly kind: 'ram-role';
  readonly roleArn: string;
  /** The credentials that may assume the role. */
  readonly base: CredentialSettings;
  readonly policy?: string | undefined;
  readonly externalId?: string | undefined;
}

/** RRSA: a RAM role, assumed with the token of the pod's service account. */
export interface OidcSettings extends StsAccess {
  readonly kind: 'oidc';
  readonly roleArn: string;
  readonly oidcProviderArn: string;
  /** Path of the service account token; read anew for each session. */
  readonly tokenFile: string;
}

/** The RAM role of the ECS instance that runs the pod, from its metadata service. */
export interface EcsRamRoleSettings {
  readonly kind: 'ecs-ram-role';
  /** Default: the one role that the instance has. */
  readonly roleName?: string | undefined;
  /** Never fall back to metadata requests without a token. Default: false. */
  readonly imdsV1Disabled?: boolean | undefined;
}

/** A service of the user's own that hands out temporary keys as JSON. */
export interface CredentialsUriSettings {
  readonly kind: 'credentials-uri';
  readonly uri: string;
}

/** A profile of the `aliyun` command line tool. */
export interface CliProfileSettings {
  readonly kind: 'cli-profile';
  /** Path of its `config.json`. */
  readonly file: string;
  /** Default: the profile that the file marks as current. */
  readonly profileName?: string | undefined;
}

/** A section of an Alibaba Cloud credentials file (INI). */
export interface CredentialsFileSettings {
  readonly kind: 'credentials-file';
  readonly file: string;
  /** Default: `default`. */
  readonly profileName?: string | undefined;
}

/** The encrypted token file that ACK mounts for its add-ons. */
interface ManagedTokenSettings {
  readonly kind: 'managed-token';
  readonly file: string;
}
