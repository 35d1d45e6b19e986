import { status as GrpcStatus } from '@grpc/grpc-js';
import { DiskError, type DiskErrorKind } from '../disk/disk-error.ts';

/** An answer other than OK. The message is never empty and stays the same from one retry to the next. */
export class StatusError extends Error {
  readonly code: GrpcStatus;

  constructor(code: GrpcStatus, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StatusError';
    this.code = code;
  }
}

export function invalidArgument(message: string): StatusError {
  return new StatusError(GrpcStatus.INVALID_ARGUMENT, message);
}

export function outOfRange(message: string): StatusError {
  return new StatusError(GrpcStatus.OUT_OF_RANGE, message);
}

export function notFound(message: string): StatusError {
  return new StatusError(GrpcStatus.NOT_FOUND, message);
}

export function alreadyExists(message: string): StatusError {
  return new StatusError(GrpcStatus.ALREADY_EXISTS, message);
}

export function aborted(message: string): StatusError {
  return new StatusError(GrpcStatus.ABORTED, message);
}

/** One row of the table from kind to gRPC status, with what it makes the sidecars do. */
export interface StatusRow {
  readonly status: GrpcStatus;
  readonly reason: string;
}

/**
 * The only place that turns a kind into a gRPC status. Sidecars take CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE and
 * ABORTED as "not decided yet"; after any other status they may forget the operation, and whatever ECS made leaks.
 */
export const statusOfKind: Readonly<Record<DiskErrorKind, StatusRow>> = {
  'not-found': { status: GrpcStatus.NOT_FOUND, reason: 'the disk or snapshot does not exist' },
  conflict: { status: GrpcStatus.ALREADY_EXISTS, reason: 'the name is taken by something else' },
  'in-use': { status: GrpcStatus.FAILED_PRECONDITION, reason: 'an instance or another resource holds it' },
  'source-of-disks': {
    status: GrpcStatus.FAILED_PRECONDITION,
    reason: 'disks were made from the snapshot; deleting it needs force',
  },
  'never-used': {
    status: GrpcStatus.FAILED_PRECONDITION,
    reason: 'the disk never held data, so ECS makes no snapshot',
  },
  'wrong-state': {
    status: GrpcStatus.FAILED_PRECONDITION,
    reason: 'not possible until somebody changes its state',
  },
  invalid: { status: GrpcStatus.INVALID_ARGUMENT, reason: 'the request can never succeed as it is' },
  'out-of-range': { status: GrpcStatus.OUT_OF_RANGE, reason: 'no such size is offered' },
  'not-larger': {
    status: GrpcStatus.OUT_OF_RANGE,
    reason: 'the disk has that size, or more; during an expansion that was asked for before',
  },
  unsupported: { status: GrpcStatus.FAILED_PRECONDITION, reason: 'ECS cannot do this with such a disk' },
  'not-offered': {
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    reason: 'not sold or out of stock here; the scheduler tries another zone',
  },
  'no-capacity': {
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    reason: 'no room in this zone or for this account',
  },
  quota: {
    status: GrpcStatus.FAILED_PRECONDITION,
    reason: 'a quota that stays full until somebody acts; a retryable status would make objects undeletable',
  },
  account: { status: GrpcStatus.FAILED_PRECONDITION, reason: 'arrears, a lock, or a service not activated' },
  denied: { status: GrpcStatus.PERMISSION_DENIED, reason: 'a RAM right is missing; nothing was done' },
  unauthenticated: {
    status: GrpcStatus.UNAVAILABLE,
    reason: 'the credentials are refused; an earlier attempt may have worked, so this is not final',
  },
  unreadable: {
    status: GrpcStatus.UNAVAILABLE,
    reason: 'ECS does not let us look, so nothing is known about an earlier attempt',
  },
  throttled: { status: GrpcStatus.UNAVAILABLE, reason: 'too many requests; a later one will pass' },
  busy: { status: GrpcStatus.ABORTED, reason: 'ECS is still working on it' },
  'timed-out': { status: GrpcStatus.DEADLINE_EXCEEDED, reason: 'our time is nearly up; the work goes on' },
  cancelled: { status: GrpcStatus.CANCELLED, reason: 'the caller has gone' },
  'outcome-unknown': { status: GrpcStatus.UNAVAILABLE, reason: 'the request may or may not have worked' },
  failed: { status: GrpcStatus.INTERNAL, reason: 'ECS gave up, and what it had made is removed' },
  bug: { status: GrpcStatus.INTERNAL, reason: 'ECS refused with a code that the table lacks' },
};

const unexpectedText = 'unexpected error in the plugin; the outcome is unknown, see its log';

/**
 * The status of anything thrown. An exception that nobody foresaw may have come after ECS was asked, so its outcome
 * counts as unknown, and its text stays in the log.
 */
export function statusFromUnknown(error: unknown): StatusError {
  if (error instanceof StatusError) {
    return error;
  }
  if (error instanceof DiskError) {
    return new StatusError(statusOfKind[error.kind].status, error.message, { cause: error });
  }
  return new StatusError(GrpcStatus.UNAVAILABLE, unexpectedText, { cause: error });
}

/** `ALREADY_EXISTS` and the like, as metrics and logs name the status. */
export function statusName(code: GrpcStatus): string {
  return GrpcStatus[code];
}
