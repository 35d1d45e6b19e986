import type { Call } from '../disk/call.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import type { EcsObserver } from './ecs-observer.ts';
import { raceSignal } from './race-signal.ts';
import type { SdkBody, SdkResponse } from './sdk-types.ts';
import { textOrUndefined } from './sdk-types.ts';
import { ThrottleGate } from './throttle-gate.ts';
import type { GateOutcome } from './throttle-gate.ts';
import { isUnlisted, toDiskError } from './to-disk-error.ts';

/** One request to ECS. */
export interface EcsRequest<Body extends SdkBody> {
  readonly action: string;
  /** What is wanted of what, such as `delete disk d-1`; error messages begin with it. */
  readonly asked: string;
  readonly resourceId?: string | undefined;
  /** A `read` changes nothing, so it is safe to repeat and to give up on. */
  readonly effect: 'read' | 'change';
  /** Whether the answer holds what this action always answers; one that does not may come from something in between. */
  readonly isComplete?: (body: Body) => boolean;
  /** Goes out at once, past those that wait while ECS throttles the action; throttled itself, it rejects with `throttled`. */
  readonly isUrgent?: boolean;
  /** Calls the SDK; called again, it makes a new request with the same parameters. */
  readonly send: () => Promise<SdkResponse<Body>>;
}

/**
 * Sends a request and waits for its answer; the way of every request to ECS.
 *
 * - A throttled request, which ECS has not executed, waits its turn and is sent again.
 * - When the signal aborts before the request went out, or while a read is under way, rejects with the signal's reason;
 *   while a change is under way, with `outcome-unknown`.
 * - Everything else that goes wrong is rejected with the DiskError for it.
 */
export type SendRequest = <Body extends SdkBody>(request: EcsRequest<Body>, call: Call) => Promise<Body>;

export interface RequestSenderParts {
  readonly observer: EcsObserver;
  readonly clock: Clock;
  /** Aborted at the end of the plugin; it ends every call as the caller's own signal does. */
  readonly closed: AbortSignal;
}

export function createRequestSender({ observer, clock, closed }: RequestSenderParts): SendRequest {
  const gates = new Map<string, ThrottleGate>();

  function gateOf(action: string): ThrottleGate {
    const gate = gates.get(action) ?? new ThrottleGate(clock);
    gates.set(action, gate);
    return gate;
  }

  return async (request, call) => {
    const gate = gateOf(request.action);
    const signal = AbortSignal.any([call.signal, closed]);
    const attempt = () => attemptOnce(request, { ...call, signal }, { observer, clock });
    const unlessAborted = <T>(attempted: Promise<T>) =>
      raceSignal(attempted, signal, (reason) => abandonment(request, reason));
    if (request.isUrgent === true) {
      return await unlessAborted(attempt());
    }
    for (;;) {
      const pass = await gate.enter(signal);
      const attempted = attempt();
      attempted.then(
        () => pass.leave('answered'),
        (error: unknown) => pass.leave(outcomeOf(error)),
      );
      try {
        return await unlessAborted(attempted);
      } catch (error) {
        if (!isDiskError(error, 'throttled')) {
          throw error;
        }
      }
    }
  };
}

function outcomeOf(error: unknown): GateOutcome {
  if (isDiskError(error, 'throttled')) {
    return 'throttled';
  }
  return isDiskError(error) && error.code !== undefined ? 'answered' : 'unknown';
}

type RequestIdentity = Pick<EcsRequest<SdkBody>, 'action' | 'asked' | 'effect'>;

function abandonment({ effect, action, asked }: RequestIdentity, reason: unknown): unknown {
  if (effect === 'read') {
    return reason;
  }
  const message = `${asked}: ECS did not answer in time, so it may or may not have been done`;
  return new DiskError('outcome-unknown', message, { action, cause: reason });
}

async function attemptOnce<Body extends SdkBody>(
  request: EcsRequest<Body>,
  call: Call,
  { observer, clock }: { observer: EcsObserver; clock: Clock },
): Promise<Body> {
  const startedAt = clock.elapsedMs();
  const report = (code: string, requestId: string | undefined) => {
    observer.callFinished({
      action: request.action,
      code,
      durationMs: clock.elapsedMs() - startedAt,
      requestId,
      callRequestId: call.requestId,
      resourceId: request.resourceId,
      abandoned: call.signal.aborted ? true : undefined,
    });
  };
  try {
    const body = readBody(request, await request.send());
    report('OK', body.requestId);
    return body;
  } catch (thrown) {
    const error = toDiskError(thrown, request.action, request.asked);
    report(error.code ?? error.kind, error.requestId);
    reportOddity(error, observer, request.action);
    throw error;
  }
}

function readBody<Body extends SdkBody>(request: EcsRequest<Body>, { body }: SdkResponse<Body>): Body {
  const isFromEcs = body !== undefined && textOrUndefined(body.requestId) !== undefined;
  if (!isFromEcs || request.isComplete?.(body) === false) {
    throw unreadableAnswer(request.action, request.asked);
  }
  return body;
}

/** The answer lacks what ECS always sends, so it proves nothing. */
export function unreadableAnswer(action: string, asked: string): DiskError {
  return new DiskError('outcome-unknown', `${asked}: unreadable answer, not all of it is there`, { action });
}

function reportOddity(error: DiskError, observer: EcsObserver, action: string): void {
  if (error.kind === 'throttled') {
    observer.throttled(action);
  } else if (error.kind === 'bug' && error.code !== undefined && isUnlisted(error)) {
    observer.unlistedError(action, error.code);
  }
}
