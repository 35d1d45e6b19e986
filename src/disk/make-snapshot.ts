import type { Call } from './call.ts';
import { clientToken } from './client-token.ts';
import type { DiskCloud } from './disk-cloud.ts';
import { DiskError, isDiskError } from './disk-error.ts';
import { isCut, type NewSnapshot, type Snapshot } from './snapshot.ts';
import { presentAnd, untilTimeIsUp } from './waiting.ts';

/** ECS may answer a token with a snapshot that is long gone; each such answer leads to the next token. */
const maxTokens = 5;

/** What makes a repeated request the same request. */
export interface SnapshotIntent {
  /** The same parts give the same ClientToken in every process. */
  readonly intent: readonly string[];
  /** Looks for what an earlier request of this intent made, when its token was used with other parameters. */
  readonly findExisting: () => Promise<Snapshot | undefined>;
}

/** Makes a snapshot and returns it once it is cut, or has failed. */
export async function makeSnapshot(
  cloud: DiskCloud,
  snapshot: Omit<NewSnapshot, 'clientToken'>,
  { intent, findExisting }: SnapshotIntent,
  call: Call,
): Promise<Snapshot> {
  let token = clientToken(...intent);
  for (let tokens = 0; tokens < maxTokens; tokens += 1) {
    try {
      const snapshotId = await cloud.createSnapshot({ ...snapshot, clientToken: token }, call);
      const made = await waitUntilCut(cloud, snapshotId, call);
      if (made !== undefined) {
        return made;
      }
      // ECS answered an old token with a snapshot that is gone: the next token is free.
      token = clientToken(...intent, 'after', snapshotId);
    } catch (error) {
      if (!isDiskError(error, 'conflict')) {
        throw error;
      }
      // The token was used with other parameters, such as those of a class that was changed since. If that made a
      // snapshot it is ours to use; if not, a token of all parameters is free.
      const existing = await findExisting();
      if (existing !== undefined) {
        return existing;
      }
      token = clientToken('snapshot', token, JSON.stringify(snapshot));
    }
  }
  throw new DiskError(
    'busy',
    `ECS keeps answering for ${snapshot.name} with snapshots that are gone; call again`,
  );
}

/** The snapshot once it is cut or has failed; `undefined` when it is proven to be long gone. */
export async function waitUntilCut(
  cloud: DiskCloud,
  snapshotId: string,
  call: Call,
): Promise<Snapshot | undefined> {
  const stillDoing = `snapshot ${snapshotId} is not cut yet; ECS is still at it`;
  const decided = presentAnd<Snapshot>((snapshot) => isCut(snapshot) || snapshot.status === 'failed');
  const snapshot = await untilTimeIsUp(cloud.waitForSnapshot(snapshotId, decided, call), stillDoing);
  if (snapshot === undefined && !(await cloud.isSnapshotProvenAbsent(snapshotId, call))) {
    throw new DiskError('busy', stillDoing);
  }
  return snapshot;
}
