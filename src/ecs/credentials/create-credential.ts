import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { createCachingCredential } from './caching-credential.ts';
import { settingsFromCliProfile } from './cli-profile.ts';
import type { CredentialKind, CredentialSettings } from './credential-settings.ts';
import { settingsFromCredentialsFile } from './credentials-file.ts';
import { managedTokenSource } from './managed-token.ts';
import { credentialsUriSource, ecsRamRoleSource, oidcSource, ramRoleSource } from './sdk-sources.ts';
import type { Credential, SessionSource } from './session.ts';

export type { Credential } from './session.ts';

export interface CredentialOptions {
  readonly clock?: Clock | undefined;
  /** Told of each fetch that failed, whether old keys stay in use or not; the reason holds no secret. */
  readonly onRefreshFailure?: ((kind: string, reason: string) => void) | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How often each kind is asked again, if its keys do not expire before. */
const reloadMs: Readonly<Record<CredentialKind, number>> = {
  'access-key': Number.POSITIVE_INFINITY,
  sts: Number.POSITIVE_INFINITY,
  'ram-role': hourMs,
  oidc: hourMs,
  'ecs-ram-role': hourMs,
  'credentials-uri': hourMs,
  'cli-profile': minuteMs,
  'credentials-file': minuteMs,
  'managed-token': 5 * minuteMs,
};

/**
 * Makes the credential for the settings; nothing is read or fetched yet. Its `getCredentials` rejects with a DiskError that says
 * which kind failed and why: `unauthenticated`, or `outcome-unknown` when the service that hands out keys is out of reach.
 */
export function createCredential(settings: CredentialSettings, options: CredentialOptions = {}): Credential {
  const { clock = systemClock, onRefreshFailure } = options;
  const { kind } = settings;
  const source = sourceOf(settings, { ...options, clock });
  return createCachingCredential({ kind, source, clock, reloadMs: reloadMs[kind], onRefreshFailure });
}

type SourceOptions = CredentialOptions & { readonly clock: Clock };

function sourceOf(settings: CredentialSettings, options: SourceOptions): SessionSource {
  switch (settings.kind) {
    case 'access-key':
      return fixed({ ...settings, securityToken: '', providerName: 'static_ak' });
    case 'sts':
      return fixed({ ...settings, providerName: 'static_sts' });
    case 'ram-role':
      return ramRoleSource(settings, createCredential(settings.base, options));
    case 'oidc':
      return oidcSource(settings);
    case 'ecs-ram-role':
      return ecsRamRoleSource(settings);
    case 'credentials-uri':
      return credentialsUriSource(settings);
    case 'cli-profile':
      return fromFile(settings.file, (text) => settingsFromCliProfile(text, settings), options);
    case 'credentials-file':
      return fromFile(settings.file, (text) => settingsFromCredentialsFile(text, settings), options);
    case 'managed-token':
      return managedTokenSource(settings.file, options.clock);
  }
}

function fixed({
  accessKeyId,
  accessKeySecret,
  securityToken,
  providerName,
}: Awaited<ReturnType<SessionSource>>): SessionSource {
  const session = { accessKeyId, accessKeySecret, securityToken, providerName };
  return () => Promise.resolve(session);
}

/** Follows a file that says what credentials to use; only when it says something else are these made anew. */
function fromFile(
  file: string,
  parse: (text: string) => CredentialSettings,
  options: SourceOptions,
): SessionSource {
  let current: { readonly settings: string; readonly credential: Credential } | undefined;
  return async () => {
    const settings = parse(await readFile(file, 'utf8'));
    const key = JSON.stringify(settings);
    if (current?.settings !== key) {
      current = { settings: key, credential: createCredential(settings, options) };
    }
    return await current.credential.getCredentials();
  };
}
