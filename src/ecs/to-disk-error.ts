import { AlibabaCloudError } from '@alicloud/openapi-core';
import { DiskError, type DiskErrorKind } from '../disk/disk-error.ts';
import { findErrorRow } from './ecs-errors.ts';
import type { ErrorRow } from './errors/error-row.ts';

/**
 * Turns whatever a call of the SDK threw into the error of the domain.
 *
 * The message is the same each time the same thing goes wrong, and holds neither a request id nor a secret. Anything that is
 * not a well-formed answer of ECS (network, time limit, unreadable text) leaves the outcome unknown.
 *
 * @param asked what was wanted of what, such as `delete disk d-1`; the message begins with it.
 */
export function toDiskError(error: unknown, action: string, asked: string): DiskError {
  if (error instanceof DiskError) {
    return error;
  }
  const answer = readAnswer(error);
  if (answer === undefined) {
    return new DiskError('outcome-unknown', `${asked}: ${transportText(error)}`, { action, cause: error });
  }
  const row = findErrorRow(answer.code, action, answer.text) ?? unlistedRow(answer);
  const details = { code: answer.code, action, requestId: answer.requestId };
  return new DiskError(row.kind, messageFor(answer, row, { action, asked }), details);
}

/** What a code means that ECS gives for one part of a request which it has answered with success. */
export function kindOfPart(
  code: string,
  text: string,
  action: string,
): { kind: DiskErrorKind; reason: string } {
  const answer = { code, statusCode: 400, text: stableText(text, undefined) };
  const row = findErrorRow(code, action, answer.text) ?? unlistedRow(answer);
  const says = `${answer.text === '' ? row.reason : answer.text} (${code})`;
  return { kind: row.kind, reason: row.remedy === undefined ? says : `${says}; ${row.remedy}` };
}

/** Whether ECS answered with a code that the table does not know. */
export function isUnlisted(error: DiskError): boolean {
  return (
    error.code !== undefined && findErrorRow(error.code, error.action ?? '', error.message) === undefined
  );
}

/** What an error answer of ECS says. */
interface ErrorAnswer {
  readonly code: string;
  readonly statusCode: number;
  readonly text: string;
  readonly requestId: string | undefined;
  /** The right that is missing, such as `ecs:DeleteDisk`. */
  readonly missingRight: string | undefined;
}

function readAnswer(error: unknown): ErrorAnswer | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const fields = error as Error & Record<string, unknown>;
  const code = textField(fields, 'code');
  if (code === undefined || !(error instanceof AlibabaCloudError || code === 'SDK.ValidateError')) {
    return undefined;
  }
  const requestId = textField(fields, 'requestId');
  return {
    code,
    statusCode: typeof fields['statusCode'] === 'number' ? fields['statusCode'] : 0,
    text: stableText(textField(fields['data'], 'Message') ?? '', requestId),
    requestId,
    missingRight: missingRight(fields['accessDeniedDetail']),
  };
}

/** The SDK writes the word `undefined` where ECS sent nothing. */
function textField(fields: unknown, name: string): string | undefined {
  if (typeof fields !== 'object' || fields === null) {
    return undefined;
  }
  const value: unknown = Reflect.get(fields, name);
  return typeof value === 'string' && value !== '' && value !== 'undefined' ? value : undefined;
}

function missingRight(detail: unknown): string | undefined {
  const right = textField(detail, 'AuthAction');
  return right !== undefined && /^[a-z]+:\w+$/.test(right) ? right : undefined;
}

const maxTextLength = 300;

/** One line, without the final period, of bounded length, without what differs from time to time and half characters. */
function stableText(text: string, requestId: string | undefined): string {
  const withoutId = requestId === undefined ? text : text.replaceAll(requestId, '');
  return withoutId.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, maxTextLength).toWellFormed();
}

function unlistedRow({ statusCode }: Pick<ErrorAnswer, 'statusCode'>): ErrorRow {
  return statusCode >= 400 && statusCode < 500
    ? { code: '*', kind: 'bug', reason: 'ECS refused the request for a reason we do not know' }
    : { code: '*', kind: 'outcome-unknown', reason: 'the service failed' };
}

function messageFor(answer: ErrorAnswer, row: ErrorRow, request: { action: string; asked: string }): string {
  // What ECS says about a wrong signature quotes the signed headers, the session token among them.
  const text = row.kind === 'unauthenticated' || answer.text === '' ? row.reason : answer.text;
  const remedy = remedyFor(answer, row, request.action);
  return `${request.asked}: ${text} (${answer.code})${remedy === undefined ? '' : `; ${remedy}`}`;
}

function remedyFor(answer: ErrorAnswer, row: ErrorRow, action: string): string | undefined {
  if (row.remedy === undefined && (row.kind === 'denied' || row.kind === 'unreadable')) {
    return `grant ${answer.missingRight ?? `ecs:${action}`} to the RAM identity of the plugin`;
  }
  return row.remedy;
}

const transportTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the ECS end point refuses connections',
  ENOTFOUND: 'the host name of the ECS end point is not known; check region, end point and DNS',
  EAI_AGAIN: 'the host name of the ECS end point cannot be looked up; check DNS',
  EHOSTUNREACH: 'the ECS end point cannot be reached; check the network',
  ENETUNREACH: 'the ECS end point cannot be reached; check the network',
  ECONNRESET: 'the connection to ECS broke',
  EPIPE: 'the connection to ECS broke',
};

/** Texts of our own, since those of the SDK quote the whole URL. */
function transportText(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'ECS gave no usable answer';
  }
  const code = textField(error, 'code');
  if (code !== undefined && code in transportTexts) {
    return `${String(transportTexts[code])} (${code})`;
  }
  if (error.name.startsWith('RequestTimeout')) {
    return 'no answer from ECS within the time limit';
  }
  if (error instanceof SyntaxError) {
    return 'the answer is not one of ECS; check what stands between the plugin and the end point';
  }
  return code === undefined ? 'ECS gave no usable answer' : `ECS gave no usable answer (${code})`;
}
