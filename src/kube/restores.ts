import type { Call } from '../disk/call.ts';
import { isDiskError } from '../disk/disk-error.ts';
import { claims, snapshotContents, type ClaimObject, type ContentObject } from './objects.ts';
import { listAll, type ObjectStore } from './store.ts';

/** Whether a claim that has no volume yet names, in whatever namespace, a VolumeSnapshot of this ECS snapshot. */
export async function isBeingRestored(store: ObjectStore, snapshotId: string, call: Call): Promise<boolean> {
  const sources = await snapshotsOf(store, snapshotId, call);
  if (sources.size === 0) {
    return false;
  }
  for await (const page of store.pages(claims, {}, call)) {
    if (page.items.some((claim) => isWaitingFor(claim, sources))) {
      return true;
    }
  }
  return false;
}

/** The VolumeSnapshots, as `namespace/name`, whose contents lead to the ECS snapshot. */
async function snapshotsOf(store: ObjectStore, snapshotId: string, call: Call): Promise<Set<string>> {
  try {
    const contents = await listAll(store, snapshotContents, {}, call);
    return new Set(contents.filter((one) => holds(one, snapshotId)).map(snapshotNameOf));
  } catch (error) {
    if (isDiskError(error, 'unsupported')) {
      return new Set();
    }
    throw error;
  }
}

function holds({ spec, status }: ContentObject, snapshotId: string): boolean {
  return spec.source.snapshotHandle === snapshotId || status?.snapshotHandle === snapshotId;
}

function snapshotNameOf({ spec }: ContentObject): string {
  return `${spec.volumeSnapshotRef.namespace ?? ''}/${spec.volumeSnapshotRef.name ?? ''}`;
}

function isWaitingFor({ metadata, spec, status }: ClaimObject, sources: ReadonlySet<string>): boolean {
  if (status?.phase === 'Bound' || status?.phase === 'Lost') {
    return false;
  }
  return [spec.dataSource, spec.dataSourceRef].some(
    (source) =>
      source?.apiGroup === 'snapshot.storage.k8s.io' &&
      source.kind === 'VolumeSnapshot' &&
      sources.has(`${source.namespace ?? metadata.namespace ?? ''}/${source.name}`),
  );
}
