import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseHttpEndpoint } from './http-endpoint.ts';
import type { Logger } from './logger.ts';

/** A client that is slower than this in sending its request is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Whether the plugin can do its work, and if not, everything that stands in the way, in words for an operator. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

export interface HttpServerOptions {
  /** `host:port` or `:port`; port 0 takes any free one. */
  readonly endpoint: string;
  /** Asked on each `/readyz`; it must answer from memory. */
  readonly readiness: () => Readiness;
  /** What `/metrics` shows, such as a prom-client registry. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly log: Logger;
}

export interface HttpServer extends AsyncDisposable {
  /** Where it listens, with the port it really got. */
  readonly url: string;
  /** Stops listening and ends every connection. May be called twice. */
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Serves `/healthz` (200 while the process works), `/readyz` (200, or 503 with the reasons) and `/metrics`.
 * Nothing that a client sends makes it throw. Rejects when the endpoint is malformed or cannot be listened on.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void respond(request, response, options);
  });
  await listen(server, options.endpoint);
  server.on('error', (error) => options.log.error({ err: error }, 'The HTTP server has a problem'));
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= stop(server));
  return { url: urlOf(server.address() as AddressInfo), close, [Symbol.asyncDispose]: close };
}

async function respond(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions) {
  let answer: Answer;
  try {
    answer = await answerTo(request, options);
  } catch (error) {
    options.log.error({ err: error, path: request.url }, 'An HTTP request could not be answered');
    answer = text(500, 'internal error\n');
  }
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    ...(answer.status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(answer.body);
}

async function answerTo(request: IncomingMessage, options: HttpServerOptions): Promise<Answer> {
  const pages: Partial<Record<string, () => Answer | Promise<Answer>>> = {
    '/healthz': () => text(200, 'ok\n'),
    '/readyz': () => readinessAnswer(options.readiness()),
    '/metrics': async () => ({
      status: 200,
      contentType: options.metrics.contentType,
      body: await options.metrics.metrics(),
    }),
  };
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const page = pages[path];
  if (page === undefined) {
    return text(404, 'not found: there are /healthz, /readyz and /metrics\n');
  }
  return request.method === 'GET' || request.method === 'HEAD' ? page() : text(405, 'only GET and HEAD\n');
}

function readinessAnswer({ ready, reasons }: Readiness): Answer {
  const body = `${JSON.stringify({ ready, reasons })}\n`;
  return { status: ready ? 200 : 503, contentType: 'application/json', body };
}

function text(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function listen(server: Server, endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host, port } = parseHttpEndpoint(endpoint);
    const refuse = (cause: Error): void => {
      const advice = 'free that address, or choose another with --http-endpoint';
      reject(new Error(`cannot serve HTTP on ${endpoint} (${cause.message}): ${advice}`, { cause }));
    };
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Probes and scrapes are repeated anyway: an open connection must not hold up the end of the process.
    server.closeAllConnections();
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') {
    return `http://localhost:${port}`;
  }
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
