import { randomUUID } from 'node:crypto';
import type { sendUnaryData, ServerUnaryCall, status as GrpcStatus } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { Call } from '../disk/call.ts';
import { DiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import { statusFromUnknown, type StatusError } from './status.ts';

/** One RPC: a promise in, a promise out. */
export type UnaryRpc<Request, Response> = (request: Request, call: Call) => Promise<Response>;

/** What is told about each finished call. */
export interface FinishedCall {
  /** `/csi.v1.Controller/CreateVolume` */
  readonly method: string;
  readonly requestId: string;
  readonly request: object;
  readonly response: object | undefined;
  readonly code: GrpcStatus;
  readonly durationMs: number;
  readonly error: StatusError | undefined;
}

export interface UnaryOptions {
  /** The longest a call may take when its caller sets no deadline, or a later one. */
  readonly maxCallMs: number;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Aborted when the process stops: held calls then answer UNAVAILABLE. */
  readonly stopping: AbortSignal;
  readonly onFinished: (finished: FinishedCall) => void;
}

/**
 * Turns an RPC into a grpc-js handler. The call gets a signal that aborts when the caller cancels, when the process
 * stops, and a little before the deadline, so that the caller learns what is going on instead of a bare
 * DEADLINE_EXCEEDED. Whatever is thrown ends this call only.
 */
export function toGrpcHandler<Request extends object, Response extends object>(
  method: string,
  rpc: UnaryRpc<Request, Response>,
  options: UnaryOptions,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (grpcCall, callback) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const lifetime = startLifetime(grpcCall, options);
    const finish = (error: StatusError | undefined, response: Response | undefined) => {
      lifetime.end();
      const code = error?.code ?? status.OK;
      const durationMs = performance.now() - startedAt;
      // The answer goes out first: what is told about the call must not be able to hold it back.
      if (error === undefined) {
        callback(null, response);
      } else {
        // With half a surrogate pair in it, grpc-js throws and never answers.
        callback({ code, details: error.message.toWellFormed() });
      }
      options.onFinished({ method, requestId, request: grpcCall.request, response, code, durationMs, error });
    };
    runSafely(rpc, grpcCall.request, { signal: lifetime.signal, requestId }).then(
      (response) => {
        finish(undefined, response);
      },
      (error: unknown) => {
        finish(statusFromUnknown(error), undefined);
      },
    );
  };
}

/** An RPC that throws before its first await rejects like any other. */
async function runSafely<Request, Response>(
  rpc: UnaryRpc<Request, Response>,
  request: Request,
  call: Call,
): Promise<Response> {
  return rpc(request, call);
}

interface Lifetime {
  readonly signal: AbortSignal;
  end(): void;
}

function startLifetime(grpcCall: ServerUnaryCall<object, object>, options: UnaryOptions): Lifetime {
  const controller = new AbortController();
  const onCancelled = () => {
    controller.abort(new DiskError('cancelled', 'the caller cancelled the call'));
  };
  const onStopping = () => {
    controller.abort(new DiskError('outcome-unknown', 'the plugin is stopping; call again'));
  };
  const ended = new AbortController();
  const onTimeUp = () => {
    controller.abort(
      new DiskError('timed-out', 'not finished within the time given; call again to learn more'),
    );
  };
  // The deadline is a time of grpc-js, which counts by the system's clock; what is left of it passes on ours.
  const timeMs = workingTimeMs(grpcCall.getDeadline(), Date.now(), options.maxCallMs);
  options.clock.sleep(timeMs, ended.signal).then(onTimeUp, () => undefined);
  grpcCall.on('cancelled', onCancelled);
  options.stopping.addEventListener('abort', onStopping, { once: true });
  if (grpcCall.cancelled) {
    onCancelled();
  }
  if (options.stopping.aborted) {
    onStopping();
  }
  return {
    signal: controller.signal,
    end() {
      ended.abort();
      grpcCall.off('cancelled', onCancelled);
      options.stopping.removeEventListener('abort', onStopping);
    },
  };
}

/**
 * How long a call may work: up to its deadline less a tenth (at most one second) for the way back, and never longer
 * than `maxCallMs`. A call without a deadline gets `maxCallMs`.
 */
export function workingTimeMs(deadline: Date | number, nowMs: number, maxCallMs: number): number {
  const remainingMs = (typeof deadline === 'number' ? deadline : deadline.getTime()) - nowMs;
  if (!Number.isFinite(remainingMs)) {
    return maxCallMs;
  }
  const reserveMs = Math.min(1000, remainingMs / 10);
  return Math.max(0, Math.min(remainingMs - reserveMs, maxCallMs));
}
