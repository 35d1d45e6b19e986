import type { Emulator } from '../emulator.ts';
import { ControlError, numberInQuery, type ControlCall, type Route } from './route.ts';

const longestWaitMs = 600_000;

export const requestRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'requests',
    handle: async (call) => {
      const ruleId = call.url.searchParams.get('waitForFault');
      if (ruleId !== null) {
        await waitForHit(call, ruleId);
      }
      const action = call.url.searchParams.get('action');
      const requests = call.emulator.log
        .since(numberInQuery(call.url, 'since', 0))
        .filter((request) => action === null || request.action === action);
      return { requests };
    },
  },
  { method: 'GET', path: 'requests/summary', handle: ({ emulator }) => emulator.log.summary() },
  {
    method: 'DELETE',
    path: 'requests',
    handle: ({ emulator }) => {
      emulator.log.clear();
      return {};
    },
  },
];

/** Waits until the rule has `hits` hits (by default 1), throws 408 when the time is over. */
async function waitForHit({ emulator, url, response }: ControlCall, ruleId: string): Promise<void> {
  const wanted = numberInQuery(url, 'hits', 1);
  const timeoutMs = Math.min(numberInQuery(url, 'timeoutMs', 30_000), longestWaitMs);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)]);
  while (hits(emulator, ruleId) < wanted && !signal.aborted) {
    await emulator.faults.nextHit(ruleId, signal);
  }
  if (hits(emulator, ruleId) < wanted) {
    throw new ControlError(
      408,
      `The fault rule ${ruleId} was not hit ${wanted} times within ${timeoutMs} ms.`,
    );
  }
}

function hits(emulator: Emulator, ruleId: string): number {
  const count = emulator.faults.hitsOf(ruleId);
  if (count === undefined) {
    throw new ControlError(404, `There is no fault rule ${ruleId}.`);
  }
  return count;
}
