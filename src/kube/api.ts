import { DiskError } from '../disk/disk-error.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { IsomorphicFetchHttpLibrary, type HttpMethod, type RequestContext } from './library.ts';
import { readLines } from './lines.ts';

/** One request to the API server. */
export interface ApiRequest {
  readonly method: keyof typeof HttpMethod;
  /** As RBAC names them, such as `create` and `volumesnapshots`. */
  readonly verb: string;
  readonly resource: string;
  /** The object, `namespace/name` or `name`; empty for a list. */
  readonly name: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** An answer with whatever status. `body` is JSON, or the text where it is none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One request that has come to its end. */
export interface FinishedKubeCall {
  readonly verb: string;
  readonly resource: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly durationMs: number;
}

export interface KubeApi {
  /** @throws DiskError `outcome-unknown` when there is no readable answer; the signal's reason when it aborts. */
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
  /** Opens a watch. The lines end when the server ends them, and throw when the connection breaks or falls silent. */
  watch(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer | AsyncIterable<string>>;
}

export interface KubeApiOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  /** A watch that says nothing for so long is dead: the API server sends bookmarks more often. */
  readonly silenceMs: number;
  readonly onCall?: ((call: FinishedKubeCall) => void) | undefined;
}

const http = () => new IsomorphicFetchHttpLibrary();
/** Codes of a connection that the other side had closed before it got the request. */
const brokenConnection = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Sends requests to the API server, each with a time limit. Reads are sent again once when a kept connection breaks. */
export function createKubeApi(options: KubeApiOptions): KubeApi {
  const exchange = async (request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> => {
    const answer = await start(options, request, signal);
    const text = await answer.body.text();
    return { status: answer.httpStatusCode, body: parseBody(text, answer.httpStatusCode, asked(request)) };
  };
  const timed = async (request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> => {
    const timeout = AbortSignal.timeout(options.requestTimeoutMs);
    try {
      return await exchange(request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      throw lostAnswer(error, asked(request), timeout.aborted);
    }
  };
  return {
    send: (request, signal) =>
      observed(options, request, async () => {
        try {
          return await timed(request, signal);
        } catch (error) {
          if (request.method !== 'GET' || !brokenConnection.has(transportCode(error) ?? '')) {
            throw error;
          }
          return await timed(request, signal);
        }
      }),
    async watch(request, signal) {
      const headersLate = new AbortController();
      const timer = setTimeout(() => headersLate.abort(), options.requestTimeoutMs);
      try {
        const answer = await start(options, request, AbortSignal.any([signal, headersLate.signal]));
        const stream = answer.body.stream();
        if (answer.httpStatusCode === 200 && stream !== null) {
          return readLines(stream, options);
        }
        const text = await answer.body.text();
        return {
          status: answer.httpStatusCode,
          body: parseBody(text, answer.httpStatusCode, asked(request)),
        };
      } catch (error) {
        signal.throwIfAborted();
        throw lostAnswer(error, asked(request), headersLate.signal.aborted);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** What was wanted of what; error messages begin with it. */
export function asked({ verb, resource, name }: ApiRequest): string {
  return `${verb} ${resource}${name === '' ? '' : ` ${name}`}`;
}

async function start({ connection }: KubeApiOptions, request: ApiRequest, signal: AbortSignal) {
  signal.throwIfAborted();
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) {
      query.set(key, value);
    }
  }
  const suffix = query.size === 0 ? '' : `?${query.toString()}`;
  const context = await connection.prepare(request.method, `${request.path}${suffix}`);
  fill(context, request);
  context.setSignal(signal);
  return await http().send(context).toPromise();
}

function fill(context: RequestContext, { body, contentType }: ApiRequest): void {
  context.setHeaderParam('Accept', 'application/json');
  context.setHeaderParam('User-Agent', 'csi-datasafe');
  if (body !== undefined) {
    context.setHeaderParam('Content-Type', contentType ?? 'application/json');
    context.setBody(JSON.stringify(body));
  }
}

async function observed(
  { onCall, clock }: KubeApiOptions,
  { verb, resource }: ApiRequest,
  run: () => Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const startedAt = clock.now();
  let status = 0;
  try {
    const answer = await run();
    ({ status } = answer);
    return answer;
  } finally {
    onCall?.({ verb, resource, status, durationMs: clock.now() - startedAt });
  }
}

function parseBody(text: string, status: number, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (status >= 200 && status < 300) {
      const message = `${what}: the answer is not one of Kubernetes; check what stands between the plugin and the API server`;
      throw new DiskError('outcome-unknown', message, { cause: error });
    }
    return text;
  }
}

function lostAnswer(error: unknown, what: string, isTimeUp: boolean): DiskError {
  if (error instanceof DiskError) {
    return error;
  }
  const code = transportCode(error);
  const text = isTimeUp
    ? 'no answer from the Kubernetes API server within the time limit'
    : `the Kubernetes API server cannot be reached${code === undefined ? '' : ` (${code})`}`;
  return new DiskError('outcome-unknown', `${what}: ${text}`, { cause: error });
}

/** The system's code for what went wrong, from the error or from what caused it. */
function transportCode(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const code: unknown = Reflect.get(one, 'code');
    if (typeof code === 'string' && code !== '') {
      return code;
    }
  }
  return undefined;
}
