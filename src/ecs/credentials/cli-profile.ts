import { CredentialProblem } from './credential-failure.ts';
import type { CliProfileSettings, CredentialSettings, StsAccess } from './credential-settings.ts';
import { optionalNumber, optionalText, parseJsonObject, requiredText } from './profile-fields.ts';
import type { Fields } from './profile-fields.ts';

/**
 * The settings that a profile of the `aliyun` tool stands for. Modes that need a person or a program (CloudSSO, OAuth, External)
 * are refused: a controller has neither.
 *
 * @throws CredentialProblem
 */
export function settingsFromCliProfile(
  text: string,
  { file, profileName }: CliProfileSettings,
): CredentialSettings {
  const config = parseJsonObject(text, file);
  const name = profileName ?? requiredText(config, 'current', file);
  const listed = config['profiles'];
  const profiles = Array.isArray(listed) ? listed.filter(isFields) : [];
  return settingsOf(name, { file, profiles, followed: [] });
}

interface Lookup {
  readonly file: string;
  readonly profiles: readonly Fields[];
  /** The profiles that led here, by `source_profile`. */
  readonly followed: readonly string[];
}

function settingsOf(name: string, lookup: Lookup): CredentialSettings {
  const where = `profile ${name} of ${lookup.file}`;
  const profile = lookup.profiles.find((candidate) => candidate['name'] === name);
  if (profile === undefined || lookup.followed.includes(name)) {
    throw new CredentialProblem(profile === undefined ? `there is no ${where}` : `${where} refers to itself`);
  }
  const mode = requiredText(profile, 'mode', where);
  const reader = readers[mode];
  if (reader === undefined) {
    throw new CredentialProblem(`the mode of ${where} is not one of ${Object.keys(readers).join(', ')}`);
  }
  return reader(profile, where, { ...lookup, followed: [...lookup.followed, name] });
}

type ProfileReader = (profile: Fields, where: string, lookup: Lookup) => CredentialSettings;

const readers: Readonly<Record<string, ProfileReader>> = {
  AK: (profile, where) => keysOf(profile, where),
  StsToken: (profile, where) => ({
    kind: 'sts',
    accessKeyId: requiredText(profile, 'access_key_id', where),
    accessKeySecret: requiredText(profile, 'access_key_secret', where),
    securityToken: requiredText(profile, 'sts_token', where),
  }),
  RamRoleArn: (profile, where) => ({
    kind: 'ram-role',
    base: keysOf(profile, where),
    roleArn: requiredText(profile, 'ram_role_arn', where),
    ...stsAccessOf(profile),
  }),
  EcsRamRole: (profile) => ({ kind: 'ecs-ram-role', roleName: optionalText(profile, 'ram_role_name') }),
  OIDC: (profile, where) => ({
    kind: 'oidc',
    roleArn: requiredText(profile, 'ram_role_arn', where),
    oidcProviderArn: requiredText(profile, 'oidc_provider_arn', where),
    tokenFile: requiredText(profile, 'oidc_token_file', where),
    ...stsAccessOf(profile),
  }),
  ChainableRamRoleArn: (profile, where, lookup) => ({
    kind: 'ram-role',
    base: settingsOf(requiredText(profile, 'source_profile', where), lookup),
    roleArn: requiredText(profile, 'ram_role_arn', where),
    ...stsAccessOf(profile),
  }),
};

function keysOf(profile: Fields, where: string): CredentialSettings {
  return {
    kind: 'access-key',
    accessKeyId: requiredText(profile, 'access_key_id', where),
    accessKeySecret: requiredText(profile, 'access_key_secret', where),
  };
}

function stsAccessOf(profile: Fields): StsAccess {
  return {
    stsEndpoint: optionalText(profile, 'sts_endpoint'),
    stsRegionId: optionalText(profile, 'sts_region'),
    stsInVpc: profile['enable_vpc'] === true,
    roleSessionName: optionalText(profile, 'ram_session_name'),
    durationSeconds:
      optionalNumber(profile, 'expired_seconds') ?? optionalNumber(profile, 'duration_seconds'),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
