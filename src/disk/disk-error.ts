/**
 * What went wrong, in words of the domain. The kind alone decides the gRPC status (csi/status.ts); the ECS code alone
 * decides the kind (ecs/ecs-errors.ts).
 */
export type DiskErrorKind =
  | 'not-found'
  | 'conflict'
  | 'in-use'
  | 'source-of-disks'
  | 'never-used'
  | 'wrong-state'
  | 'invalid'
  | 'out-of-range'
  | 'not-larger'
  | 'unsupported'
  | 'not-offered'
  | 'no-capacity'
  | 'quota'
  | 'account'
  | 'denied'
  | 'unauthenticated'
  | 'unreadable'
  | 'throttled'
  | 'busy'
  | 'timed-out'
  | 'cancelled'
  | 'outcome-unknown'
  | 'failed'
  | 'bug';

export interface DiskErrorDetails {
  /** The ECS error code, as the cloud sent it. */
  readonly code?: string | undefined;
  /** The ECS action that failed. */
  readonly action?: string | undefined;
  /** For the log only: it differs each time, and a status text that changes makes the sidecars loop. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The one error of the domain. `message` goes to the caller: stable, with what, which id, and what to do. */
export class DiskError extends Error {
  readonly kind: DiskErrorKind;
  readonly code: string | undefined;
  readonly action: string | undefined;
  readonly requestId: string | undefined;

  constructor(kind: DiskErrorKind, message: string, details: DiskErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DiskError';
    this.kind = kind;
    this.code = details.code;
    this.action = details.action;
    this.requestId = details.requestId;
  }
}

/** True for a DiskError of one of the given kinds. */
export function isDiskError(error: unknown, ...kinds: readonly DiskErrorKind[]): error is DiskError {
  return error instanceof DiskError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Kinds that decide nothing: an earlier request may have worked, a later one may. */
const undecided: readonly DiskErrorKind[] = [
  'throttled',
  'busy',
  'timed-out',
  'cancelled',
  'outcome-unknown',
  'unauthenticated',
  'unreadable',
];

/** True for a DiskError after which the caller gives up, and forgets what may have been made for it. */
export function isFinal(error: unknown): error is DiskError {
  return error instanceof DiskError && !undecided.includes(error.kind);
}
