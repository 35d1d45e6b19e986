import type { Call } from './call.ts';
import { clientToken } from './client-token.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError, isFinal } from './disk-error.ts';
import { presentAnd, type Sightings } from './sightings.ts';
import { isCut, type NewSnapshot, type Snapshot } from './snapshot.ts';
import { untilTimeIsUp } from './waiting.ts';

/** ECS may answer a token with a snapshot that is long gone; each such answer leads to the next token. */
const maxTokens = 50;

export interface MakeSnapshotParts {
  readonly cloud: DiskCloud;
  readonly sightings: Sightings;
}

/** What makes a repeated request the same request. */
export interface SnapshotIntent extends IntentTokens {
  /** Looks for what an earlier request of this intent made. */
  readonly findExisting: () => Promise<Snapshot | undefined>;
}

/** The ClientTokens of one intent, the same in every process. */
export interface IntentTokens {
  readonly firstToken: string;
  /** The one to go on with when ECS answers a token with a snapshot that is gone. May refuse to go on. */
  readonly tokenAfter: (goneId: string) => string | Promise<string>;
  /** One and more to go on with while ECS keeps refusing a token; without them, only that one is asked with again. */
  readonly tokensAfterRefusal?: (refusedToken: string) => readonly string[];
}

/** The same, where the next one is known at once. */
interface KnownTokens extends IntentTokens {
  readonly tokenAfter: (goneId: string) => string;
}

/** Tokens made of the parts that make up an intent. */
export function tokensOf(...intent: readonly string[]): KnownTokens {
  return {
    firstToken: clientToken(...intent),
    tokenAfter: (goneId) => clientToken(...intent, 'after', goneId),
  };
}

const refusalWindowMs = 60_000;

/**
 * Tokens of this minute and of the last one, for when a refusal may have used up the one that should lead to the snapshot: it
 * would be answered with that refusal, such as a full quota, for as long as ECS knows the token.
 *
 * The first token is always asked before, so where refusals use up no tokens, all replicas come to one snapshot by it. Where
 * they do, replicas that ask in the same minute share a token, and those on both sides of a minute share the earlier one;
 * what was made longer ago than that, a search shows. It takes a refusal whose cause goes away between two requests of one
 * call, and another replica that asks just then, to make a second snapshot. That one costs money until its retention ends,
 * and no data; for what has no retention, and for disks, which two volumes would share or which nobody would remove, these
 * tokens are not safe enough.
 */
export function tokensOfMinute(nowMs: number): (refusedToken: string) => string[] {
  const minute = Math.floor(nowMs / refusalWindowMs);
  return (refusedToken) =>
    [minute - 1, minute].map((one) => clientToken('refused', refusedToken, 'in-minute', one));
}

/** The same tokens, gone on with where this process has left off, so that a row of spent ones comes to an end. */
export function rememberedTokens(
  sightings: Sightings,
  ...intent: readonly (string | undefined)[]
): KnownTokens {
  const first = clientToken(...intent);
  return {
    firstToken: sightings.freeToken(first),
    tokenAfter(goneId) {
      const token = clientToken(...intent, 'after', goneId);
      sightings.noteFreeToken(first, token);
      return token;
    },
  };
}

/** Makes a snapshot and returns it once it is cut, or has failed. */
export async function makeSnapshot(
  parts: MakeSnapshotParts,
  snapshot: Omit<NewSnapshot, 'clientToken'>,
  intent: SnapshotIntent,
  call: Call,
): Promise<Snapshot> {
  const { sightings } = parts;
  const { firstToken, tokenAfter, findExisting } = intent;
  let token = firstToken;
  for (let tokens = 0; tokens < maxTokens; tokens += 1) {
    try {
      const snapshotId = await ask(parts, { ...snapshot, clientToken: token }, intent, call);
      const made = await waitUntilCut(parts, snapshotId, call);
      if (made !== undefined) {
        return made;
      }
      // ECS answered an old token with a snapshot that is gone: the next token is free.
      token = await tokenAfter(snapshotId);
    } catch (error) {
      if (!isDiskError(error, 'conflict')) {
        throw error;
      }
      // The token was used with other parameters, such as those of a class that was changed since. What that made is
      // ours to use. Only when it stays out of sight is a token of all parameters free.
      const existing = await findExisting();
      if (existing !== undefined) {
        sightings.seen(`token ${token}`);
        return existing;
      }
      assertMissingForLong(sightings, `token ${token}`, snapshot.name);
      token = clientToken('snapshot', token, JSON.stringify(snapshot));
    }
  }
  throw new DiskError(
    'busy',
    `ECS keeps answering for ${snapshot.name} with snapshots that are gone; call again`,
  );
}

/**
 * Asks for the snapshot. A token that has been refused for longer than a search may lag, and was never left without an
 * answer meanwhile, has made nothing that is not to be seen; it may be used up.
 */
async function ask(
  { cloud, sightings }: MakeSnapshotParts,
  snapshot: NewSnapshot,
  { tokensAfterRefusal, findExisting }: SnapshotIntent,
  call: Call,
): Promise<string> {
  const success = `what token ${snapshot.clientToken} makes`;
  try {
    return await cloud.createSnapshot(snapshot, call);
  } catch (error) {
    if (!isRefusal(error)) {
      sightings.seen(success);
      throw error;
    }
    if (tokensAfterRefusal === undefined || !sightings.isMissingForLong(success)) {
      throw error;
    }
    const existing = await findExisting();
    return existing?.id ?? (await askAnew(cloud, snapshot, tokensAfterRefusal(snapshot.clientToken), call));
  }
}

async function askAnew(
  cloud: DiskCloud,
  snapshot: NewSnapshot,
  tokens: readonly string[],
  call: Call,
): Promise<string> {
  let refusal: unknown;
  for (const clientToken of tokens) {
    try {
      return await cloud.createSnapshot({ ...snapshot, clientToken }, call);
    } catch (error) {
      if (!isRefusal(error)) {
        throw error;
      }
      refusal = error;
    }
  }
  throw refusal;
}

/** An answer of ECS that says that this request has made nothing, and that might be another one later. */
function isRefusal(error: unknown): error is DiskError {
  return isFinal(error) && !isDiskError(error, 'conflict', 'not-found', 'never-used');
}

/** @throws DiskError `busy` until what an earlier request has made had time to show up. */
export function assertMissingForLong(sightings: Sightings, what: string, name: string): void {
  if (!sightings.isMissingForLong(what)) {
    const message = `${name} was asked for before, with other parameters; waiting for what that made to show up`;
    throw new DiskError('busy', message);
  }
}

/** The snapshot once it is cut or has failed; `undefined` when it is proven to be long gone. */
export async function waitUntilCut(
  { cloud, sightings }: MakeSnapshotParts,
  snapshotId: string,
  call: Call,
): Promise<Snapshot | undefined> {
  const stillDoing = `snapshot ${snapshotId} is not cut yet; ECS is still at it`;
  const isDecided = (snapshot: Snapshot) => isCut(snapshot) || snapshot.status === 'failed';
  const decided = presentAnd(sightings, snapshotId, isDecided);
  const snapshot = await untilTimeIsUp(cloud.waitForSnapshot(snapshotId, decided, call), stillDoing);
  if (snapshot === undefined && !(await cloud.isSnapshotProvenAbsent(snapshotId, call))) {
    throw new DiskError('busy', stillDoing);
  }
  return snapshot;
}

/** Deletes a snapshot of ours that nothing was made from; an old token that leads to it is then known to be spent. */
export async function dropSnapshot(
  { cloud, sightings }: MakeSnapshotParts,
  snapshotId: string,
  call: Call,
): Promise<void> {
  await cloud.deleteSnapshot(snapshotId, { force: false }, call);
  sightings.removed(snapshotId);
}

/** Removes a snapshot that ECS failed to make, so that nothing is left behind, and says that it failed. */
export async function removeFailed(parts: MakeSnapshotParts, snapshot: Snapshot, call: Call): Promise<never> {
  await dropSnapshot(parts, snapshot.id, call);
  throw new DiskError('failed', `ECS failed to make the snapshot of disk ${snapshot.sourceDiskId}`);
}
