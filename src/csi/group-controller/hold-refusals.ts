import { status as GrpcStatus } from '@grpc/grpc-js';
import type { Call } from '../../disk/call.ts';
import type { Clock } from '../clock.ts';
import { statusFromUnknown } from '../status.ts';
import type { UnaryRpc } from '../unary.ts';

/** So long is the answer held that refuses a name once more. */
export const holdMs = 5_000;
const maxRemembered = 10_000;

const undecided: readonly GrpcStatus[] = [
  GrpcStatus.ABORTED,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.CANCELLED,
];

/**
 * Holds the answer when a name is refused for good that was refused before. csi-snapshotter 8.6 repeats a refused group at
 * once, as fast as it gets answers, since each of them changes the object that it watches. The first refusal goes out at once.
 * What is remembered only saves work: a process that knows nothing answers at once, once.
 */
export function holdRepeatedRefusals<Request extends { readonly name: string }, Response>(
  rpc: UnaryRpc<Request, Response>,
  clock: Pick<Clock, 'sleep'>,
): UnaryRpc<Request, Response> {
  const refused = new Set<string>();
  return async (request, call) => {
    try {
      const response = await rpc(request, call);
      refused.delete(request.name);
      return response;
    } catch (error) {
      // A request without a name is a mistake of its own each time.
      const isRefusal = request.name !== '' && !undecided.includes(statusFromUnknown(error).code);
      if (isRefusal && refused.has(request.name)) {
        await hold(clock, call);
      } else if (isRefusal) {
        remember(refused, request.name);
      }
      throw error;
    }
  };
}

/** Ends with the call: who has no time left gets the refusal then. */
async function hold(clock: Pick<Clock, 'sleep'>, { signal }: Call): Promise<void> {
  try {
    await clock.sleep(holdMs, signal);
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

function remember(refused: Set<string>, name: string): void {
  refused.add(name);
  const [oldest] = refused;
  if (refused.size > maxRemembered && oldest !== undefined) {
    refused.delete(oldest);
  }
}
