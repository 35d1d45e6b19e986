import { DiskError } from '../../disk/disk-error.ts';
import type { Credential } from './create-credential.ts';

/** Stands in where no credentials are configured: the plugin runs, says what is missing, and is not ready. */
export function absentCredential(): Credential {
  const message =
    'no credentials are configured: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or choose a kind with --credentials';
  return {
    getCredentials: () => Promise.reject(new DiskError('unauthenticated', message)),
    getProviderName: () => 'none',
  };
}
