import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { ApiStatus, badRequest } from './api-status.ts';
import type { FaultRule } from './faults.ts';
import { namespaceObject } from './object-store.ts';
import { resourceNamed, type KubeObject, type Resource } from './resources.ts';
import { readBody, send, type ServerState } from './server.ts';
import { playSnapshotController } from './snapshot-controller.ts';
import { asFields } from './validate.ts';

interface ControlCall {
  readonly state: ServerState;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

type Handler = (call: ControlCall) => unknown;

const handlers: Readonly<Record<string, Handler>> = {
  'POST faults': ({ state, body }) => {
    const rule = {
      id: randomUUID(),
      verb: '*',
      resource: '*',
      when: 'before',
      skip: 0,
      times: 0,
      ...asFields(body),
    };
    state.faults.add(rule as unknown as FaultRule);
    return { id: rule.id };
  },
  'GET faults': ({ state }) => ({ faults: state.faults.list() }),
  'DELETE faults': ({ state }) => state.faults.clear(),
  'GET requests': async ({ state, query, signal }) => {
    const ruleId = query.get('waitForFault');
    if (ruleId !== null) {
      await waitForHit(state, ruleId, Number(query.get('hits') ?? 1), signal);
    }
    return { requests: state.log.list() };
  },
  'DELETE requests': ({ state }) => state.log.clear(),
  'GET objects': ({ state, query }) => ({ objects: state.store.list(resourceIn(query)) }),
  'PUT objects': ({ state, body }) => state.store.put(body as KubeObject),
  'DELETE objects': ({ state, query }) =>
    state.store.take(resourceIn(query).plural, query.get('namespace') ?? undefined, query.get('name') ?? ''),
  'PUT namespaces': ({ state, body }) => {
    const { name, phase } = asFields(body);
    return state.store.put(namespaceObject(String(name), typeof phase === 'string' ? phase : 'Active'));
  },
  'PUT denied': ({ state, body }) => replaceSet(state.denied, body),
  'PUT missing': ({ state, body }) => replaceSet(state.missing, body),
  'PUT served': ({ state, body }) => {
    state.served.clear();
    for (const [group, versions] of Object.entries(asFields(body))) {
      state.served.set(group, versions as readonly string[]);
    }
  },
  'PUT available': ({ state, body }) => {
    state.isAvailable = asFields(body)['isAvailable'] === true;
    if (!state.isAvailable) {
      state.watches.forEach((watch) => watch.end('cut'));
    }
  },
  'POST watches/end': ({ state, body }) => {
    const how = asFields(body)['how'] === 'close' ? 'close' : 'cut';
    state.watches.forEach((watch) => watch.end(how));
  },
  'POST watches/bookmark': ({ state }) => state.watches.forEach((watch) => watch.bookmark()),
  'GET watches': ({ state }) => ({ count: state.watches.size }),
  'POST compact': ({ state }) => state.store.compact(),
  'PUT snapshot-controller': ({ state, body }) => {
    state.endSnapshotController?.();
    state.endSnapshotController =
      asFields(body)['isRunning'] === true ? playSnapshotController(state.store) : undefined;
  },
};

/** Answers a request to `/__control/`, with which tests drive the server and look into it. */
export async function answerControl(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const handler = handlers[`${request.method ?? ''} ${url.pathname.replace('/__control/', '')}`];
    if (handler === undefined) {
      throw badRequest(`no control end point ${request.method ?? ''} ${url.pathname}`);
    }
    const timeout = AbortSignal.timeout(Number(url.searchParams.get('timeoutMs') ?? 30_000));
    const signal = AbortSignal.any([gone.signal, timeout]);
    const call = { state, query: url.searchParams, body: await readBody(request), signal };
    send(response, 200, (await handler(call)) ?? {});
  } catch (error) {
    const code = error instanceof ApiStatus ? error.code : 500;
    send(response, code, { message: error instanceof Error ? error.message : String(error) });
  }
}

async function waitForHit(
  state: ServerState,
  ruleId: string,
  hits: number,
  signal: AbortSignal,
): Promise<void> {
  while (hitsOf(state, ruleId) < hits) {
    if (signal.aborted) {
      throw new ApiStatus(408, 'Timeout', `the fault rule ${ruleId} was not hit ${hits} times in time`);
    }
    await state.faults.nextHit(ruleId, signal);
  }
}

function hitsOf(state: ServerState, ruleId: string): number {
  const hits = state.faults.hitsOf(ruleId);
  if (hits === undefined) {
    throw new ApiStatus(404, 'NotFound', `there is no fault rule ${ruleId}`);
  }
  return hits;
}

function resourceIn(query: URLSearchParams): Resource {
  const plural = query.get('resource') ?? '';
  const resource = resourceNamed(plural);
  if (resource === undefined) {
    throw badRequest(`no resource ${plural}`);
  }
  return resource;
}

function replaceSet(set: Set<string>, body: unknown): void {
  set.clear();
  for (const one of Array.isArray(body) ? (body as unknown[]) : []) {
    set.add(String(one));
  }
}
