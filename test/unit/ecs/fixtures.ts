import { ClientError, ServerError, ThrottlingError } from '@alicloud/openapi-core';
import type { Call } from '../../../src/disk/call.ts';
import { DiskError } from '../../../src/disk/disk-error.ts';
import type { EcsObserver, FinishedEcsCall } from '../../../src/ecs/ecs-observer.ts';
import type { SharedCallLimits } from '../../../src/ecs/shared-call.ts';
import type { FakeClock } from './fake-clock.ts';

/** A call that nobody aborts, or that the given controller aborts. */
export function aCall(controller = new AbortController(), requestId = 'request-1'): Call {
  return { signal: controller.signal, requestId };
}

export const cancelled = new DiskError('cancelled', 'the caller has gone');

/** An error answer, made as the SDK makes it. */
export function ecsError(
  code: string,
  { status = 403, text = 'Some text.', requestId = 'RID-1', detail = {} } = {},
) {
  const map = {
    code,
    statusCode: status,
    requestId,
    message: `code: ${String(status)}, ${text} request id: ${requestId}`,
    data: { Code: code, Message: text, RequestId: requestId },
    description: 'undefined',
    detail: 'undefined',
    accessDeniedDetail: detail,
  };
  if (code.includes('Throttling')) {
    return new ThrottlingError(map);
  }
  return status < 500 ? new ClientError(map) : new ServerError(map);
}

/** Writes down what it is told. */
export class RecordingObserver implements EcsObserver {
  readonly finished: FinishedEcsCall[] = [];
  readonly throttles: string[] = [];
  readonly batches: number[] = [];
  readonly unlisted: string[] = [];

  callFinished(call: FinishedEcsCall): void {
    this.finished.push(call);
  }
  throttled(action: string): void {
    this.throttles.push(action);
  }
  batchSize(_action: string, size: number): void {
    this.batches.push(size);
  }
  unlistedError(_action: string, code: string): void {
    this.unlisted.push(code);
  }
  credentialRefreshFailed(): void {
    throw new Error('not expected: credentialRefreshFailed');
  }
}

export function limitsOf(clock: FakeClock, closed = new AbortController().signal): SharedCallLimits {
  return { clock, timeoutMs: 30_000, closed };
}

/** What a promise came to, without waiting for it. */
export function watch<T>(promise: Promise<T>): { value: T | undefined; error: unknown; settled: boolean } {
  const state: { value: T | undefined; error: unknown; settled: boolean } = {
    value: undefined,
    error: undefined,
    settled: false,
  };
  promise.then(
    (value) => Object.assign(state, { value, settled: true }),
    (error: unknown) => Object.assign(state, { error, settled: true }),
  );
  return state;
}

/** The error a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<DiskError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DiskError) {
      return error;
    }
    throw error;
  }
  throw new Error('resolved, although a rejection was expected');
}
