import type { Reply } from './action.ts';
import { EcsError } from './errors.ts';

/** What goes over the wire, and the code under which the request log files it. */
export interface WireResponse {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function okResponse(reply: Reply, requestId: string): WireResponse {
  return jsonResponse(200, 'OK', { RequestId: requestId, ...reply });
}

export interface ErrorPlace {
  readonly requestId: string;
  readonly hostId: string;
  /** HTTP statuses that differ from those of the table, by code. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** The answer for anything thrown: an EcsError as it is, everything else as InternalError. */
export function errorResponse(error: unknown, place: ErrorPlace): WireResponse {
  const known = error instanceof EcsError ? error : new EcsError('InternalError', describe(error));
  return jsonResponse(place.statuses[known.code] ?? known.status, known.code, {
    RequestId: place.requestId,
    HostId: place.hostId,
    Code: known.code,
    Message: known.message,
    Recommend: `https://api.alibabacloud.com/troubleshoot?q=${encodeURIComponent(known.code)}&product=Ecs`,
    ...(known.accessDenied === undefined ? {} : { AccessDeniedDetail: known.accessDenied }),
  });
}

function describe(error: unknown): string {
  return `(In the emulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)})`;
}

function jsonResponse(status: number, code: string, body: Readonly<Record<string, unknown>>): WireResponse {
  const requestId = String(body['RequestId']);
  const headers = { 'content-type': 'application/json;charset=utf-8', 'x-acs-request-id': requestId };
  return { status, code, headers, body: JSON.stringify(body) };
}
