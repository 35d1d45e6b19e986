import { isDiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import type { SendRequest } from './ecs-request.ts';

const maxAttempts = 3;
const firstDelayMs = 200;
const maxDelayMs = 2_000;

/**
 * Repeats requests whose answer got lost: three attempts at most, a little apart, until the signal aborts. For reads only: a
 * change might be done twice.
 */
export function withReadRetry(send: SendRequest, clock: Clock): SendRequest {
  return async (request, call) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(request, call);
      } catch (error) {
        if (request.effect !== 'read' || attempt === maxAttempts || !isDiskError(error, 'outcome-unknown')) {
          throw error;
        }
        await clock.sleep(Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)), call.signal);
      }
    }
  };
}
