import type { ObjectStore } from './object-store.ts';
import { resourceNamed, type KubeObject, type Resource } from './resources.ts';
import { asFields } from './validate.ts';

const snapshotFinalizer = 'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection';
const contentFinalizer = 'snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection';

/**
 * Plays the snapshot-controller: binds a VolumeSnapshot to its ready-made content, guards both with finalizers, and lets
 * go of what is being deleted. @returns a function that ends it.
 */
export function playSnapshotController(store: ObjectStore): () => void {
  const snapshots = required('volumesnapshots');
  const contents = required('volumesnapshotcontents');
  const reconcile = () => {
    for (const snapshot of store.list(snapshots)) {
      reconcileSnapshot(store, snapshot, contents);
    }
    for (const content of store.list(contents)) {
      reconcileContent(store, content, snapshots);
    }
  };
  reconcile();
  return store.onChange(({ plural }) => {
    if (plural.startsWith('volumesnapshot')) {
      reconcile();
    }
  });
}

function reconcileSnapshot(store: ObjectStore, snapshot: KubeObject, contents: Resource): void {
  const { metadata } = snapshot;
  if (metadata.deletionTimestamp !== undefined) {
    letGo(store, snapshot);
    return;
  }
  const contentName = asFields(asFields(snapshot['spec'])['source'])['volumeSnapshotContentName'];
  const content = typeof contentName === 'string' ? store.find(contents, undefined, contentName) : undefined;
  if (content === undefined || content.metadata.deletionTimestamp !== undefined || isBound(snapshot)) {
    return;
  }
  const spec = asFields(content['spec']);
  const reference = asFields(spec['volumeSnapshotRef']);
  const isMeant = reference['name'] === metadata.name && reference['namespace'] === metadata.namespace;
  if (!isMeant || (reference['uid'] !== undefined && reference['uid'] !== metadata.uid)) {
    return;
  }
  store.put({
    ...snapshot,
    metadata: { ...metadata, finalizers: [snapshotFinalizer] },
    status: { boundVolumeSnapshotContentName: contentName, readyToUse: true },
  });
  store.put({
    ...content,
    metadata: { ...content.metadata, finalizers: [contentFinalizer] },
    spec: { ...spec, volumeSnapshotRef: { ...reference, uid: metadata.uid } },
    status: { snapshotHandle: asFields(spec['source'])['snapshotHandle'], readyToUse: true },
  });
}

/** A content lives as long as its VolumeSnapshot does. */
function reconcileContent(store: ObjectStore, content: KubeObject, snapshots: Resource): void {
  if (content.metadata.deletionTimestamp === undefined) {
    return;
  }
  const { name, namespace, uid } = asFields(asFields(content['spec'])['volumeSnapshotRef']);
  const snapshot = store.find(snapshots, String(namespace), String(name));
  const isNeeded =
    snapshot !== undefined &&
    snapshot.metadata.uid === uid &&
    snapshot.metadata.deletionTimestamp === undefined;
  if (!isNeeded) {
    letGo(store, content);
  }
}

function isBound(snapshot: KubeObject): boolean {
  return asFields(snapshot['status'])['boundVolumeSnapshotContentName'] !== undefined;
}

function letGo(store: ObjectStore, object: KubeObject): void {
  const plural = object.kind === 'VolumeSnapshot' ? 'volumesnapshots' : 'volumesnapshotcontents';
  store.take(plural, object.metadata.namespace, object.metadata.name);
}

function required(plural: string): Resource {
  const found = resourceNamed(plural);
  if (found === undefined) {
    throw new Error(`no resource ${plural}`);
  }
  return found;
}
