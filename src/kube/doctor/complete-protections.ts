import type { Call } from '../../disk/call.ts';
import type { RecordedProtection } from '../../disk/cluster.ts';
import { DiskError } from '../../disk/disk-error.ts';
import { snapshotContents, snapshots } from '../objects.ts';
import { recordOfContent, recordOfSnapshot } from '../protection-match.ts';
import { ourSelector, type ProtectionSettings } from '../protection-objects.ts';
import { listAll, type ObjectStore } from '../store.ts';

/**
 * Every protection on record, also half of one, from a store whose lists are complete.
 * @throws DiskError `unreadable` when objects that are marked as a protection do not say of which disk or snapshot,
 *   `unsupported` when the snapshot CRDs are not installed.
 */
export async function listEveryProtection(
  store: ObjectStore,
  settings: ProtectionSettings,
  call: Call,
): Promise<RecordedProtection[]> {
  const labelSelector = ourSelector(settings);
  const contents = (await listAll(store, snapshotContents, { labelSelector }, call)).map((content) => ({
    ...{ title: `VolumeSnapshotContent ${content.metadata.name}`, contentName: content.metadata.name },
    record: recordOfContent(content),
  }));
  const named = (await listAll(store, snapshots, { labelSelector }, call)).map((snapshot) => ({
    title: `VolumeSnapshot ${snapshot.metadata.namespace ?? ''}/${snapshot.metadata.name}`,
    contentName: `${snapshot.metadata.name}-content`,
    record: recordOfSnapshot(snapshot),
  }));
  const records = new Map<string, RecordedProtection>();
  for (const { record } of [...contents, ...named]) {
    if (record !== undefined && !records.has(record.contentName)) {
      records.set(record.contentName, record);
    }
  }
  // Half of a record is one, whichever half it is.
  const odd = [...contents, ...named].find(
    ({ record, contentName }) => record === undefined && !records.has(contentName),
  );
  if (odd !== undefined) {
    const message = `${odd.title} is marked as the protection of a disk, but does not say of which disk or snapshot`;
    throw new DiskError('unreadable', message);
  }
  return [...records.values()];
}
