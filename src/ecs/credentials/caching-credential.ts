import { isDiskError } from '../../disk/disk-error.ts';
import type { Clock } from '../clock.ts';
import { CredentialProblem, toCredentialError, toCredentialProblem } from './credential-failure.ts';
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

interface Held {
  readonly session: Session;
  /** When a fetch was last answered, with keys or without. */
  readonly fetchedAt: number;
  readonly reloadAt: number;
}

/**
 * Keeps keys, and fetches them again in time. However many ask at once, one fetch is under way. A fetch that fails
 * leaves the old keys in use for as long as they are valid; without any it rejects with a DiskError.
 */
export function createCachingCredential(options: CachingCredentialOptions): Credential {
  const { kind, clock, reloadMs } = options;
  let held: Held | undefined;
  let fetching: Promise<Session> | undefined;

  async function fetch(): Promise<Session> {
    try {
      const session = await options.source();
      assertValid(session, clock);
      const expiryReloadAt = (session.expiresAt ?? Number.POSITIVE_INFINITY) - renewBeforeExpiryMs;
      const reloadInMs = Math.min(reloadMs, Math.max(expiryReloadAt - clock.now(), retryMs));
      held = { session, fetchedAt: clock.elapsedMs(), reloadAt: clock.elapsedMs() + reloadInMs };
      return session;
    } catch (error) {
      // A DiskError comes from other credentials, on which these are built, and which have told it.
      if (!isDiskError(error)) {
        options.onRefreshFailure?.(kind, toCredentialProblem(error).message);
      }
      if (held === undefined || !isValid(held.session, clock)) {
        throw toCredentialError(kind, error);
      }
      held = {
        session: held.session,
        fetchedAt: clock.elapsedMs(),
        reloadAt: clock.elapsedMs() + retryMs,
      };
      return held.session;
    }
  }

  return {
    getCredentials() {
      if (fetching === undefined && held !== undefined && !isDue(held, clock)) {
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

/**
 * When to reload is a matter of the time elapsed, not of the clock of the node, which may be set meanwhile. But time that a node
 * is suspended does not count as elapsed: keys that have ended by the clock are due too, though not more often than a failed fetch.
 */
function isDue({ session, fetchedAt, reloadAt }: Held, clock: Clock): boolean {
  const elapsedMs = clock.elapsedMs();
  return elapsedMs >= reloadAt || (elapsedMs >= fetchedAt + retryMs && !isValid(session, clock));
}

/** @throws CredentialProblem: keys that have ended must not take the place of valid ones, and somebody has to be told. */
function assertValid(session: Session, clock: Clock): void {
  if (!isValid(session, clock)) {
    const end = new Date(session.expiresAt ?? 0).toISOString();
    throw new CredentialProblem(
      `the keys that were handed out ended at ${end}; look at the clock of the node, and at the service or file they come from`,
    );
  }
}

function isValid({ expiresAt }: Session, clock: Clock): boolean {
  return expiresAt === undefined || clock.now() < expiresAt;
}
