import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { readTarget, type Target } from './api-path.ts';
import { ApiStatus, badRequest, forbidden } from './api-status.ts';
import { answerControl } from './control.ts';
import { describeServer, readDiscoveryPath } from './discovery.ts';
import { Faults, type FaultEffect, type FaultRule } from './faults.ts';
import { ObjectStore } from './object-store.ts';
import { RequestLog, type LoggedKubeRequest } from './request-log.ts';
import { carryOut, type ApiCall, type ApiReply } from './verbs.ts';
import { startWatch, type RunningWatch } from './watch.ts';

/** The token that the fake API server accepts. */
export const kubeApiToken = 'fake-kube-token';

/** Everything that the fake API server holds, for the control end points to look at and change. */
export interface ServerState {
  readonly store: ObjectStore;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** `verb resource` pairs that are refused, `*` for any. */
  readonly denied: Set<string>;
  /** Plurals whose CRD is not installed. */
  readonly missing: Set<string>;
  /** The versions in which the CRDs of a group are served. */
  readonly served: Map<string, readonly string[]>;
  readonly watches: Set<RunningWatch>;
  readonly sockets: Set<Socket>;
  /** While it is not, API connections are cut without an answer. */
  isAvailable: boolean;
  endSnapshotController: (() => void) | undefined;
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly state: ServerState;
}

/** Starts the fake API server on the loopback interface. */
export async function startServer(port = 0): Promise<RunningServer> {
  const state: ServerState = {
    store: new ObjectStore(),
    faults: new Faults(),
    log: new RequestLog(),
    denied: new Set(),
    missing: new Set(),
    served: new Map([
      ['snapshot.storage.k8s.io', ['v1']],
      ['groupsnapshot.storage.k8s.io', ['v1']],
    ]),
    watches: new Set(),
    sockets: new Set(),
    isAvailable: true,
    endSnapshotController: undefined,
  };
  const server = createServer((request, response) => void answer(state, request, response));
  server.on('connection', (socket) => {
    state.sockets.add(socket);
    socket.once('close', () => state.sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname.startsWith('/__control/')) {
    await answerControl(state, request, response);
    return;
  }
  if (!state.isAvailable) {
    request.socket.destroy();
    return;
  }
  try {
    const described = readDiscoveryPath(url.pathname);
    if (described !== undefined) {
      send(response, 200, describeServer(state, described));
      return;
    }
    await answerApi(state, url, request, response);
  } catch (error) {
    refuse(response, error);
  }
}

async function answerApi(
  state: ServerState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.authorization !== `Bearer ${kubeApiToken}`) {
    throw new ApiStatus(401, 'Unauthorized', 'Unauthorized');
  }
  const target = readTarget(request.method ?? 'GET', url, state.missing);
  const body = await readBody(request);
  const call: ApiCall = {
    target,
    query: url.searchParams,
    contentType: request.headers['content-type'] ?? '',
    body,
  };
  const { resource, namespace = '', verb } = target;
  const name = nameOf(target, body);
  const entry = state.log.start({
    verb,
    resource: resource.plural,
    namespace,
    name,
    query: Object.fromEntries(url.searchParams),
    body,
    port: request.socket.remotePort ?? 0,
  });
  response.once('close', () => {
    entry.status = response.headersSent ? response.statusCode : 0;
    entry.isFinished = true;
  });
  if (await meetFault(state, 'before', entry, response)) {
    return;
  }
  checkRights(state, target, name);
  if (verb === 'watch') {
    const watch = startWatch(state.store, call, response);
    state.watches.add(watch);
    response.once('close', () => state.watches.delete(watch));
    return;
  }
  const reply = reckoned(state, call);
  if (!(await meetFault(state, 'after', entry, response))) {
    send(response, reply.status, reply.body);
  }
}

/** What comes of the call; a refusal is an answer too, so that a fault `after` meets it. */
function reckoned(state: ServerState, call: ApiCall): ApiReply {
  try {
    return carryOut(state.store, call);
  } catch (error) {
    if (error instanceof ApiStatus) {
      return { status: error.code, body: error };
    }
    throw error;
  }
}

function checkRights({ denied }: ServerState, { verb, resource }: Target, name: string): void {
  const pairs = [`${verb} ${resource.plural}`, `* ${resource.plural}`, `${verb} *`, '* *'];
  if (pairs.some((pair) => denied.has(pair))) {
    throw forbidden(verb, resource, name);
  }
}

/** @returns whether a fault has taken the request over. */
async function meetFault(
  state: ServerState,
  when: FaultRule['when'],
  entry: LoggedKubeRequest,
  response: ServerResponse,
): Promise<boolean> {
  const rule = state.faults.hit(when, entry);
  if (rule === undefined) {
    return false;
  }
  entry.faultApplied.push(rule.id);
  await takeEffect(rule.effect, response);
  return true;
}

async function takeEffect(effect: FaultEffect, response: ServerResponse): Promise<void> {
  switch (effect.type) {
    case 'error':
      throw new ApiStatus(
        effect.status,
        effect.reason ?? 'InternalError',
        effect.message ?? 'by a fault rule',
        effect.details,
      );
    case 'garbage':
      response.writeHead(effect.status ?? 200, { 'content-type': 'text/html' });
      response.end(effect.body ?? '<html><body>502 Bad Gateway</body></html>');
      return;
    case 'drop':
      response.destroy();
      return;
    case 'hang':
      if (!response.destroyed) {
        await once(response, 'close');
      }
  }
}

function nameOf({ name }: Target, body: unknown): string {
  if (name !== '') {
    return name;
  }
  const { metadata } = (body ?? {}) as { metadata?: { name?: string } };
  return metadata?.name ?? '';
}

export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    throw badRequest('the body is not JSON');
  }
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else if (error instanceof ApiStatus && error.reason === 'PathNotFound') {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end(`${error.message}\n`);
  } else {
    const status = error instanceof ApiStatus ? error : new ApiStatus(500, 'InternalError', String(error));
    send(response, status.code, status);
  }
}
