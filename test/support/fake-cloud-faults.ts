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
  /** Why no snapshot is made at the moment. */
  readonly snapshotRefusal?: () => DiskError | undefined;
  /** A refusal uses up the token that it was given to: the same request gets it again, whatever has changed. */
  readonly refusalsUseTokens?: boolean;
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

/** Whether ECS gives this answer before it has looked at the token, or leaves the token as it was. */
function leavesTokens(error: DiskError): boolean {
  return ['conflict', 'busy', 'throttled', 'timed-out', 'outcome-unknown', 'unreadable'].includes(error.kind);
}

/** What became of the tokens that ECS knows. */
export class UsedTokens {
  readonly #uses = new Map<string, { readonly parameters: string; readonly answer: string | DiskError }>();

  /** @throws DiskError what was answered to an equal request of before, if that was refused. */
  check(request: unknown): void {
    if (hasToken(request)) {
      this.#answerTo(request.clientToken, request);
    }
  }

  #answerTo(token: string, parameters: object): string | undefined {
    const known = this.#uses.get(token);
    if (known === undefined) {
      return undefined;
    }
    if (known.parameters !== JSON.stringify(parameters)) {
      throw refusal('conflict', 'the token was used with other parameters');
    }
    if (known.answer instanceof DiskError) {
      throw known.answer;
    }
    return known.answer;
  }

  /** The same token and parameters give the same id, whatever has become of it; other parameters are refused. */
  once(token: string, parameters: object, make: () => string): string {
    const answer = this.#answerTo(token, parameters) ?? make();
    this.#uses.set(token, { parameters: JSON.stringify(parameters), answer });
    return answer;
  }

  refuse(request: unknown, error: unknown): void {
    if (hasToken(request) && error instanceof DiskError && !leavesTokens(error)) {
      const { clientToken: token } = request;
      this.#uses.set(token, this.#uses.get(token) ?? { parameters: JSON.stringify(request), answer: error });
    }
  }
}

function hasToken(request: unknown): request is { readonly clientToken: string } {
  return typeof request === 'object' && request !== null && 'clientToken' in request;
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

export function throwAny(error: Error | undefined): void {
  if (error !== undefined) {
    throw error;
  }
}
