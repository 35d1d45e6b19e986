import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerApiRequest } from './api.ts';
import { answerControlRequest } from './control/index.ts';
import type { Emulator } from './emulator.ts';
import { EcsError } from './errors.ts';
import { newRequestId } from './ids.ts';
import { readBody, TooLargeError } from './request-body.ts';
import { errorResponse, type WireResponse } from './response.ts';

/** A listening emulator. */
export interface RunningServer {
  readonly port: number;
  /** Stops listening, cuts all connections and resolves when that is done. */
  close(): Promise<void>;
}

const maxApiBodyBytes = 1024 * 1024;

/** Serves the ECS API and the control endpoints of an emulator on one port; port 0 takes a free one. */
export async function startServer(emulator: Emulator, host: string, port: number): Promise<RunningServer> {
  const server = createServer(
    { maxHeaderSize: 1024 * 1024, keepAliveTimeout: 600_000 },
    (request, response) => {
      void serve(emulator, request, response);
    },
  );
  server.requestTimeout = 0;
  server.on('clientError', (_error, socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(emulator: Emulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = urlOf(request);
    if (url.pathname.startsWith('/__emulator/')) {
      await answerControlRequest(emulator, { request, response, url });
    } else {
      send(response, await apiResponse(emulator, request, response, url));
    }
  } catch (error) {
    if (!response.headersSent) {
      send(
        response,
        errorResponse(wireError(error), { requestId: newRequestId(), hostId: '', statuses: {} }),
      );
    } else {
      response.destroy();
    }
  }
}

async function apiResponse(
  emulator: Emulator,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<WireResponse | undefined> {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const headers = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    headers.set(name, values ?? []);
  }
  const body = await readBody(request, maxApiBodyBytes);
  return answerApiRequest(emulator, {
    method: request.method ?? '',
    path: url.pathname,
    query: [...url.searchParams],
    headers,
    body,
    form: isForm(request) ? [...new URLSearchParams(body.toString())] : [],
    closed: closed.signal,
  });
}

function isForm(request: IncomingMessage): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
}

function send(response: ServerResponse, reply: WireResponse | undefined): void {
  if (reply === undefined) {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

function wireError(error: unknown): unknown {
  return error instanceof TooLargeError ? new EcsError('RequestTooLarge') : error;
}

function urlOf(request: IncomingMessage): URL {
  const target = request.url ?? '';
  if (!target.startsWith('/')) {
    throw new EcsError('MalformedRequest', 'The path does not start with a slash.');
  }
  return new URL(`http://emulator${target}`);
}
