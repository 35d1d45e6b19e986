import { CredentialProblem } from './credential-failure.ts';
import type { CredentialSettings, CredentialsFileSettings } from './credential-settings.ts';
import { optionalText, requiredText } from './profile-fields.ts';
import type { Fields } from './profile-fields.ts';

/**
 * The settings that a section of a credentials file stands for: `type` is `access_key`, `ecs_ram_role` or `ram_role_arn`.
 *
 * @throws CredentialProblem
 */
export function settingsFromCredentialsFile(
  text: string,
  settings: CredentialsFileSettings,
): CredentialSettings {
  const profileName = settings.profileName ?? 'default';
  const where = `section [${profileName}] of ${settings.file}`;
  const section = parseIni(text).get(profileName);
  if (section === undefined) {
    throw new CredentialProblem(`there is no ${where}`);
  }
  const type = requiredText(section, 'type', where);
  switch (type) {
    case 'access_key':
      return keysOf(section, where);
    case 'ecs_ram_role':
      return { kind: 'ecs-ram-role', roleName: optionalText(section, 'role_name') };
    case 'ram_role_arn':
      return {
        kind: 'ram-role',
        base: keysOf(section, where),
        roleArn: requiredText(section, 'role_arn', where),
        roleSessionName: optionalText(section, 'role_session_name'),
        policy: optionalText(section, 'policy'),
      };
    default:
      throw new CredentialProblem(`the type in ${where} is not access_key, ecs_ram_role or ram_role_arn`);
  }
}

function keysOf(section: Fields, where: string): CredentialSettings {
  return {
    kind: 'access-key',
    accessKeyId: requiredText(section, 'access_key_id', where),
    accessKeySecret: requiredText(section, 'access_key_secret', where),
  };
}

function parseIni(text: string): Map<string, Fields> {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/).map((raw) => raw.trim())) {
    const name = /^\[(.+)\]$/.exec(line)?.[1]?.trim();
    const entry = /^([^#;=]+?)\s*=\s*(.*)$/.exec(line);
    if (name !== undefined) {
      current = {};
      sections.set(name, current);
    } else if (entry !== null) {
      current[String(entry[1])] = String(entry[2]);
    }
  }
  return sections;
}
