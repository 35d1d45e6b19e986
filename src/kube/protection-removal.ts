import type { Call } from '../disk/call.ts';
import type { RecordedProtection } from '../disk/cluster.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import { snapshotContents, snapshots, type Metadata, type ResourceType } from './objects.ts';
import { isOurs, recordOfContent, recordOfSnapshot } from './protection-match.ts';
import { ourLabels, type ProtectionSettings } from './protection-objects.ts';
import { listAll, type ObjectStore } from './store.ts';

const rounds = 4;

/** Every protection on record, also half of one. Without the snapshot CRDs there is none. */
export async function listProtections(
  store: ObjectStore,
  settings: ProtectionSettings,
  call: Call,
): Promise<RecordedProtection[]> {
  const labelSelector = Object.entries(ourLabels(settings))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return await withoutCrds([], async () => {
    const contents = await listAll(store, snapshotContents, { labelSelector }, call);
    const named = await listAll(store, snapshots, { labelSelector }, call);
    const records = new Map<string, RecordedProtection>();
    for (const one of [...contents.map(recordOfContent), ...named.map(recordOfSnapshot)]) {
      if (one !== undefined && !records.has(one.contentName)) {
        records.set(one.contentName, one);
      }
    }
    return [...records.values()];
  });
}

/**
 * Removes the VolumeSnapshot and then the content, as far as they are ours and lead to this snapshot. Both may live on
 * for a while, until the snapshot-controller lets them go.
 */
export async function removeProtection(
  store: ObjectStore,
  settings: ProtectionSettings,
  recorded: RecordedProtection,
  call: Call,
): Promise<void> {
  await withoutCrds(undefined, async () => {
    const { contentName, snapshotName, snapshotId, namespace } = recorded;
    const isGone = await removeOne(store, call, async () => {
      const content = await store.find(snapshotContents, { name: contentName }, call);
      if (content !== undefined && !leadsTo(content, recorded, settings)) {
        return undefined;
      }
      const snapshot = await store.find(snapshots, { namespace, name: snapshotName }, call);
      const isMeant =
        snapshot !== undefined &&
        isOurs(snapshot.metadata, settings) &&
        snapshot.spec.source.volumeSnapshotContentName === contentName &&
        recordOfSnapshot(snapshot)?.snapshotId === snapshotId;
      return isMeant ? { type: snapshots, metadata: snapshot.metadata } : undefined;
    });
    const areGone =
      isGone &&
      (await removeOne(store, call, async () => {
        const content = await store.find(snapshotContents, { name: contentName }, call);
        const isMeant = content !== undefined && leadsTo(content, recorded, settings);
        return isMeant ? { type: snapshotContents, metadata: content.metadata } : undefined;
      }));
    if (!areGone) {
      throw new DiskError(
        'busy',
        `the objects of ${snapshotName} keep changing; somebody else works on them`,
      );
    }
  });
}

interface Doomed {
  readonly type: ResourceType<{ readonly metadata: Metadata }>;
  readonly metadata: Metadata;
}

/** Looks and removes until there is nothing to remove. @returns false when the object changed each time. */
async function removeOne(
  store: ObjectStore,
  call: Call,
  look: () => Promise<Doomed | undefined>,
): Promise<boolean> {
  for (let round = 1; round <= rounds; round += 1) {
    const doomed = await look();
    if (
      doomed?.metadata.deletionTimestamp != null ||
      doomed === undefined ||
      (await store.remove(doomed.type, doomed.metadata, call)) !== 'changed'
    ) {
      return true;
    }
  }
  return false;
}

function leadsTo(
  content: Parameters<typeof recordOfContent>[0],
  recorded: RecordedProtection,
  settings: ProtectionSettings,
): boolean {
  return (
    isOurs(content.metadata, settings) &&
    content.spec.driver === settings.driverName &&
    content.spec.source.snapshotHandle === recorded.snapshotId
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
