import { setTimeout as sleep } from 'node:timers/promises';

import type { SnapshotPlan } from './action.ts';
import type { Call } from './call.ts';
import { messageOfCode, statusOfCode } from './errors.ts';
import type { FaultEffect, FaultRule } from './faults.ts';
import type { WireResponse } from './response.ts';

/** Ends a request early: with this answer, or with none and a cut connection. */
export class FaultSignal extends Error {
  readonly response: WireResponse | undefined;

  constructor(response: WireResponse | undefined) {
    super('ended by a fault rule');
    this.name = 'FaultSignal';
    this.response = response;
  }
}

/** Lets the rules that hit the request at this point take effect, in their order; returns the snapshot plans. */
export async function meetFaults(when: FaultRule['when'], call: Call): Promise<SnapshotPlan[]> {
  const plans: SnapshotPlan[] = [];
  const request = { action: call.action.name, parameters: call.raw, tags: call.tags };
  for (const { id, effect } of call.emulator.faults.hit(when, request)) {
    call.entry.faultApplied.push(id);
    if (effect.type === 'snapshot') {
      plans.push(effect);
    } else if (effect.type === 'delay') {
      await sleep(effect.ms);
    } else {
      await endWith(effect, call);
    }
  }
  return plans;
}

async function endWith(
  effect: Exclude<FaultEffect, { type: 'snapshot' | 'delay' }>,
  call: Call,
): Promise<never> {
  switch (effect.type) {
    case 'hang':
      await untilAborted(call.closed);
      throw new FaultSignal(undefined);
    case 'drop':
      throw new FaultSignal(undefined);
    case 'garbage':
      throw new FaultSignal({
        status: effect.status ?? 502,
        code: 'garbage',
        headers: { 'content-type': effect.contentType ?? 'text/html' },
        body: effect.body ?? '<html><body><h1>502 Bad Gateway</h1></body></html>',
      });
    case 'error':
      throw new FaultSignal(errorReply(effect, call));
  }
}

function errorReply(effect: Extract<FaultEffect, { type: 'error' }>, call: Call): WireResponse {
  const body = {
    RequestId: call.entry.requestId,
    HostId: '127.0.0.1',
    Code: effect.code,
    Message: effect.message ?? messageOfCode(effect.code),
    Recommend: '',
  };
  const retryAfter =
    effect.retryAfter === undefined ? {} : { 'x-acs-retry-after': String(effect.retryAfter) };
  return {
    status: effect.status ?? statusOfCode(effect.code),
    code: effect.code,
    headers: {
      'content-type': 'application/json;charset=utf-8',
      'x-acs-request-id': call.entry.requestId,
      ...retryAfter,
    },
    body: JSON.stringify(body),
  };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
