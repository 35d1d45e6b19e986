import type { Action, Reply } from './action.ts';
import { EcsError, type ErrorCode } from './errors.ts';
import type { RawParameters } from './parameters/schema.ts';
import type { Settings } from './settings.ts';
import type { TokenOutcome } from './state/entities.ts';
import type { EmulatorState } from './state/state.ts';

/** The place of one request under its ClientToken. */
export interface TokenLease {
  /** The answer of an earlier equal request. */
  readonly replay: Reply | undefined;
  /** The work was done: from now on equal requests get this answer. */
  succeed(body: Reply): void;
  /** The work was refused. */
  fail(error: EcsError): void;
  /** The request is over for its caller; until then a repetition finds it running. */
  release(): void;
}

interface Now {
  readonly nowMs: number;
  readonly settings: Settings;
}

const noToken: TokenLease = {
  replay: undefined,
  succeed: () => undefined,
  fail: () => undefined,
  release: () => undefined,
};

/** ClientTokens: by action and account, for a time, with the answer that was given first. */
export class ClientTokens {
  private readonly state: EmulatorState;
  /** Requests under way: token use to parameters. */
  private readonly running = new Map<string, string>();

  constructor(state: EmulatorState) {
    this.state = state;
  }

  /** Enters a request under its token; throws if the token is busy, or was used with other parameters. */
  lease(action: Action, accountId: string, raw: RawParameters, now: Now): TokenLease {
    const token = raw.get('ClientToken') ?? '';
    if (action.tokenBusyCode === undefined || token === '') {
      return noToken;
    }
    const id = `${action.name} ${accountId} ${token}`;
    const parameters = canonical(raw);
    this.forgetOld(now);
    this.checkRunning(id, parameters, action.tokenBusyCode);
    const replay = this.earlierAnswer(id, parameters);
    this.running.set(id, parameters);
    const remember = (outcome: TokenOutcome): void => {
      this.state.tokens.put({ id, parameters, usedAtMs: now.nowMs, outcome });
    };
    return {
      replay,
      succeed: (body) => remember({ kind: 'answered', body }),
      fail: (error) => {
        if (now.settings.failedRequestsConsumeToken) {
          remember({ kind: 'failed', code: error.code });
        }
      },
      release: () => {
        this.running.delete(id);
      },
    };
  }

  private checkRunning(id: string, parameters: string, busyCode: ErrorCode): void {
    const running = this.running.get(id);
    if (running !== undefined) {
      throw new EcsError(running === parameters ? busyCode : 'IdempotentParameterMismatch');
    }
  }

  private earlierAnswer(id: string, parameters: string): Reply | undefined {
    const use = this.state.tokens.get(id);
    if (use === undefined) {
      return undefined;
    }
    if (use.parameters !== parameters) {
      throw new EcsError('IdempotentParameterMismatch');
    }
    if (use.outcome.kind === 'failed') {
      throw new EcsError(use.outcome.code as ErrorCode);
    }
    return use.outcome.body;
  }

  /** Uses are in the order of their times, since the clock never goes back. */
  private forgetOld({ nowMs, settings }: Now): void {
    for (const use of this.state.tokens.inOrder()) {
      if (nowMs - use.usedAtMs < settings.tokenLifetimeMs) {
        return;
      }
      this.state.tokens.delete(use.id);
    }
  }
}

function canonical(raw: RawParameters): string {
  return JSON.stringify([...raw].filter(([name]) => name !== 'ClientToken').sort());
}
