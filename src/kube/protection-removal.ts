import type { Call } from '../disk/call.ts';
import type { RecordedProtection } from '../disk/cluster.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import {
  snapshotContents,
  snapshots,
  type ContentObject,
  type Metadata,
  type ResourceType,
  type SnapshotObject,
} from './objects.ts';
import { isOurs, recordOfContent, recordOfSnapshot } from './protection-match.ts';
import { ourSelector, type ProtectionSettings } from './protection-objects.ts';
import { listAll, type ObjectStore } from './store.ts';

const rounds = 4;

/**
 * Every protection on record, also half of one.
 * @throws DiskError `unsupported` when the snapshot CRDs are not installed.
 */
export async function listProtections(
  store: ObjectStore,
  settings: ProtectionSettings,
  call: Call,
): Promise<RecordedProtection[]> {
  const labelSelector = ourSelector(settings);
  const contents = await listAll(store, snapshotContents, { labelSelector }, call);
  const named = await listAll(store, snapshots, { labelSelector }, call);
  const records = new Map<string, RecordedProtection>();
  for (const one of [...contents.map(recordOfContent), ...named.map(recordOfSnapshot)]) {
    if (one !== undefined && !records.has(one.contentName)) {
      records.set(one.contentName, one);
    }
  }
  return [...records.values()];
}

/**
 * Removes the VolumeSnapshot and then the content, if both are ours and lead to this snapshot; leaves both alone if one
 * of them does not. They may live on for a while, until the snapshot-controller lets them go.
 */
export async function removeProtection(
  store: ObjectStore,
  settings: ProtectionSettings,
  recorded: RecordedProtection,
  call: Call,
): Promise<void> {
  const look = async (): Promise<Pair | 'not ours'> => {
    const content = await store.find(snapshotContents, { name: recorded.contentName }, call);
    const { namespace, snapshotName } = recorded;
    const snapshot = await store.find(snapshots, { namespace, name: snapshotName }, call);
    const isStrange =
      (content !== undefined && !isContentOf(content, recorded, settings)) ||
      (snapshot !== undefined && !isSnapshotOf(snapshot, recorded, settings));
    return isStrange ? 'not ours' : { content, snapshot };
  };
  await withoutCrds(undefined, async () => {
    for (let round = 1; round <= rounds; round += 1) {
      const pair = await look();
      if (pair === 'not ours' || (await removePair(store, pair, call))) {
        return;
      }
    }
    const { snapshotName } = recorded;
    throw new DiskError('busy', `the objects of ${snapshotName} keep changing; somebody else works on them`);
  });
}

interface Pair {
  readonly content: ContentObject | undefined;
  readonly snapshot: SnapshotObject | undefined;
}

/** @returns false when one of them is not any more what we looked at. */
async function removePair(store: ObjectStore, { content, snapshot }: Pair, call: Call): Promise<boolean> {
  return (
    (await removeSeen(store, snapshots, snapshot?.metadata, call)) &&
    (await removeSeen(store, snapshotContents, content?.metadata, call))
  );
}

async function removeSeen(
  store: ObjectStore,
  type: ResourceType<{ readonly metadata: Metadata }>,
  seen: Metadata | undefined,
  call: Call,
): Promise<boolean> {
  return (
    seen === undefined ||
    seen.deletionTimestamp != null ||
    (await store.remove(type, seen, call)) !== 'changed'
  );
}

function isContentOf(
  { metadata, spec }: ContentObject,
  { snapshotId }: RecordedProtection,
  settings: ProtectionSettings,
): boolean {
  return (
    isOurs(metadata, settings) &&
    spec.driver === settings.driverName &&
    spec.source.snapshotHandle === snapshotId
  );
}

function isSnapshotOf(
  snapshot: SnapshotObject,
  { contentName, snapshotId }: RecordedProtection,
  settings: ProtectionSettings,
): boolean {
  return (
    isOurs(snapshot.metadata, settings) &&
    snapshot.spec.source.volumeSnapshotContentName === contentName &&
    recordOfSnapshot(snapshot)?.snapshotId === snapshotId
  );
}

async function withoutCrds<T>(instead: T, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isDiskError(error, 'unsupported')) {
      return instead;
    }
    throw error;
  }
}
