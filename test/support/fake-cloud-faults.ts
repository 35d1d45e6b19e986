import { DiskError, type DiskErrorKind } from '../../src/disk/disk-error.ts';
import type { GroupCloud } from '../../src/disk/groups/group-calls.ts';

export type CloudMethod = keyof GroupCloud;

/**
 * What goes wrong with one request: it is done but its reply is lost, it is lost itself, or it is refused with an error
 * of the kind; `none` lets it through.
 */
export type Fault = 'none' | 'lost-reply' | 'lost-request' | DiskErrorKind | Error;

export interface CloudCall {
  readonly method: CloudMethod;
  readonly args: readonly unknown[];
}

export interface FakeDiskCloudOptions {
  /** How many looks at a resource it takes until it is created, deleted, grown, cut and uploaded. */
  readonly looks?: Partial<
    Readonly<Record<'creating' | 'deleting' | 'growing' | 'cutting' | 'uploading', number>>
  >;
  /** A new resource is missing from this many answers. */
  readonly invisibleLooks?: number;
  /** When snapshots are cut; a second after one another, if not given. */
  readonly cutAtMs?: () => number;
  /** Makes no snapshot of a disk that was never attached. */
  readonly knowsUnused?: boolean;
  /** Deleting a group keeps the members that disks were made from. */
  readonly keepsUsedMembers?: boolean;
  /** Rounds that a wait lasts; then it ends as when the caller's time is nearly up. */
  readonly rounds?: number;
  /** The way of a request there, and of its answer back: lets a test decide who is first. */
  readonly travel?: () => Promise<void>;
}

/** What ECS answers when it does not do what it is asked. */
export function refusal(kind: DiskErrorKind, message: string): DiskError {
  return new DiskError(kind, message);
}

/** What is asked for, or what ECS answers when there is no such thing. */
export function there<T>(found: T | undefined, action: string): T {
  if (found === undefined) {
    throw refusal('not-found', `${action}: no such resource`);
  }
  return found;
}

/** The error that a fault shows as. */
export function errorFor(fault: Exclude<Fault, 'none'>, method: CloudMethod): Error {
  if (fault instanceof Error) {
    return fault;
  }
  const isLost = fault === 'lost-reply' || fault === 'lost-request';
  return new DiskError(isLost ? 'outcome-unknown' : fault, `${method}: made to fail with ${fault}`);
}
