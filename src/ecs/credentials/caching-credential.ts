import { isDiskError } from '../../disk/disk-error.ts';
import type { Clock } from '../clock.ts';
import { toCredentialError, toCredentialProblem } from './credential-failure.ts';
import type { Credential, Session, SessionSource } from './session.ts';

export interface CachingCredentialOptions {
  readonly kind: string;
  readonly source: SessionSource;
  readonly clock: Clock;
  /** Keys are fetched again after so long, or ten minutes before they expire if that is earlier. */
  readonly reloadMs: number;
  /** Told of each fetch that failed, whether old keys stay in use or not. */
  readonly onRefreshFailure?: ((kind: string, reason: string) => void) | undefined;
}

const renewBeforeExpiryMs = 10 * 60_000;
const retryMs = 10_000;

/**
 * Keeps keys, and fetches them again in time. However many ask at once, one fetch is under way. A fetch that fails
 * leaves the old keys in use for as long as they are valid; without any it rejects with a DiskError.
 */
export function createCachingCredential(options: CachingCredentialOptions): Credential {
  const { kind, clock, reloadMs } = options;
  // When to reload is a matter of the time elapsed, not of the clock of the node, which may be set meanwhile.
  let held: { readonly session: Session; readonly reloadAt: number } | undefined;
  let fetching: Promise<Session> | undefined;

  async function fetch(): Promise<Session> {
    try {
      const session = await options.source();
      const expiryReloadAt = (session.expiresAt ?? Number.POSITIVE_INFINITY) - renewBeforeExpiryMs;
      const reloadInMs = Math.min(reloadMs, Math.max(expiryReloadAt - clock.now(), retryMs));
      held = { session, reloadAt: clock.elapsedMs() + reloadInMs };
      return session;
    } catch (error) {
      // A DiskError comes from other credentials, on which these are built, and which have told it.
      if (!isDiskError(error)) {
        options.onRefreshFailure?.(kind, toCredentialProblem(error).message);
      }
      if (held === undefined || !isValid(held.session, clock)) {
        throw toCredentialError(kind, error);
      }
      held = { session: held.session, reloadAt: clock.elapsedMs() + retryMs };
      return held.session;
    }
  }

  return {
    getCredentials() {
      if (fetching === undefined && held !== undefined && clock.elapsedMs() < held.reloadAt) {
        return Promise.resolve(held.session);
      }
      fetching ??= fetch().finally(() => {
        fetching = undefined;
      });
      return fetching;
    },
    getProviderName: () => kind,
  };
}

function isValid({ expiresAt }: Session, clock: Clock): boolean {
  return expiresAt === undefined || clock.now() < expiresAt;
}
