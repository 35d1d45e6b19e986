import type { Call } from '../disk/call.ts';
import type { DeleteProtection, RecordedProtection } from '../disk/cluster.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import {
  namespaces,
  snapshotContents,
  snapshots,
  type ContentObject,
  type Metadata,
  type ResourceType,
  type SnapshotObject,
} from './objects.ts';
import {
  assertAsMade,
  compareObject,
  contentAsFound,
  recordOf,
  snapshotAsFound,
} from './protection-match.ts';
import {
  fallbackNamespace,
  newContent,
  newSnapshot,
  protectionNames,
  type ProtectionSettings,
} from './protection-objects.ts';
import type { ObjectStore } from './store.ts';

/** So often the objects may change under our eyes before we leave it to a later call. */
const rounds = 6;

/** One protection on its way into the cluster. */
interface Recording {
  readonly store: ObjectStore;
  readonly settings: ProtectionSettings;
  readonly protection: DeleteProtection;
  readonly call: Call;
}

/** What a step found: the namespace of a finished pair, or `again` when something changed and all is looked at anew. */
type Step = { readonly namespace: string } | 'again';

/**
 * Finds or makes the content, and then the VolumeSnapshot, of a protection. The content goes first: without it a
 * VolumeSnapshot would stay unbound. See Cluster.recordProtection for what it throws.
 */
export async function recordProtection(
  store: ObjectStore,
  settings: ProtectionSettings,
  protection: DeleteProtection,
  call: Call,
): Promise<RecordedProtection> {
  try {
    return await findOrMake({ store, settings, protection, call });
  } catch (error) {
    // The CRDs may come, or come back: their absence is a state of the cluster, not a choice of its operator.
    throw isDiskError(error, 'unsupported')
      ? new DiskError('wrong-state', error.message, { cause: error })
      : error;
  }
}

async function findOrMake(recording: Recording): Promise<RecordedProtection> {
  const { store, protection, call } = recording;
  const names = protectionNames(protection.diskId);
  const gone = new Set<string>();
  for (let round = 1; round <= rounds; round += 1) {
    const content = await store.find(snapshotContents, { name: names.content }, call);
    const step =
      content === undefined
        ? await makeContent(recording, gone)
        : await completePair(recording, content, gone);
    if (step !== 'again') {
      return recordOf(protection, step.namespace);
    }
  }
  throw new DiskError('busy', `the objects of ${names.snapshot} keep changing; somebody else works on them`);
}

async function makeContent(recording: Recording, gone: ReadonlySet<string>): Promise<Step> {
  const { store, settings, protection, call } = recording;
  const namespace = await chooseNamespace(recording, gone);
  const content = newContent(protection, namespace, settings);
  const created = await store.create(snapshotContents, content, call);
  if (typeof created === 'string') {
    return 'again';
  }
  assertAsMade(contentAsFound(created.made, settings), protection, settings);
  const step = await makeSnapshot(recording, namespace);
  return step === 'no-namespace' ? 'again' : step;
}

/** The content is there: is it right, and is its VolumeSnapshot? */
async function completePair(recording: Recording, content: ContentObject, gone: Set<string>): Promise<Step> {
  const { settings, protection, store, call } = recording;
  const found = contentAsFound(content, settings);
  const isOlder = compareObject(found, protection, settings) === 'older';
  refuseDying(content.metadata, found.title);
  const snapshot = await store.find(
    snapshots,
    { namespace: namespaceOf(content), name: protectionNames(protection.diskId).snapshot },
    call,
  );
  if (snapshot !== undefined) {
    return await checkPair(recording, content, snapshot, isOlder);
  }
  // A content that was bound to a VolumeSnapshot which is gone binds to no other.
  if (isOlder || boundTo(content) !== undefined) {
    return await replace(recording, snapshotContents, content.metadata);
  }
  const step = await makeSnapshot(recording, namespaceOf(content));
  return step === 'no-namespace' ? await leaveNamespace(recording, content, gone) : step;
}

async function checkPair(
  recording: Recording,
  content: ContentObject,
  snapshot: SnapshotObject,
  isContentOlder: boolean,
): Promise<Step> {
  const found = snapshotAsFound(snapshot);
  const isOlder = compareObject(found, recording.protection, recording.settings) === 'older';
  refuseDying(snapshot.metadata, found.title);
  if (isOlder || isContentOlder) {
    return await replace(recording, snapshots, snapshot.metadata);
  }
  const uid = boundTo(content);
  return uid === undefined || uid === snapshot.metadata.uid
    ? { namespace: namespaceOf(content) }
    : await replace(recording, snapshotContents, content.metadata);
}

function namespaceOf({ spec }: ContentObject): string {
  return spec.volumeSnapshotRef.namespace ?? fallbackNamespace;
}

/** The uid of the VolumeSnapshot that the snapshot-controller bound the content to. */
function boundTo({ spec }: ContentObject): string | undefined {
  const { uid } = spec.volumeSnapshotRef;
  return uid == null || uid === '' ? undefined : uid;
}

async function makeSnapshot(recording: Recording, namespace: string): Promise<Step | 'no-namespace'> {
  const { store, settings, protection, call } = recording;
  const created = await store.create(snapshots, newSnapshot(protection, namespace, settings), call);
  if (typeof created !== 'string') {
    assertAsMade(snapshotAsFound(created.made), protection, settings);
    return { namespace };
  }
  return created === 'exists' ? 'again' : 'no-namespace';
}

/** The namespace of the claim went away after the content was made: another one takes its place. */
async function leaveNamespace(
  recording: Recording,
  content: ContentObject,
  gone: Set<string>,
): Promise<Step> {
  const namespace = namespaceOf(content);
  const { protectionNamespace } = recording.settings;
  if (namespace === (protectionNamespace === 'claim' ? fallbackNamespace : protectionNamespace)) {
    const message = `namespace ${namespace}, in which protections are recorded, does not exist or is being removed: create it`;
    throw new DiskError('wrong-state', message);
  }
  gone.add(namespace);
  return await replace(recording, snapshotContents, content.metadata);
}

/** Removes an object that leads to a former snapshot. The policy is Retain: no snapshot goes with it. */
async function replace(
  { store, call }: Recording,
  type: ResourceType<{ readonly metadata: Metadata }>,
  seen: Metadata,
): Promise<Step> {
  await store.remove(type, seen, call);
  return 'again';
}

function refuseDying({ deletionTimestamp }: Metadata, title: string): void {
  if (deletionTimestamp != null) {
    throw new DiskError('busy', `${title} is being removed; it is made again as soon as it is gone`);
  }
}

async function chooseNamespace(recording: Recording, gone: ReadonlySet<string>): Promise<string> {
  const { settings, protection, store, call } = recording;
  if (settings.protectionNamespace !== 'claim') {
    return settings.protectionNamespace;
  }
  const wanted = protection.volume?.claim?.namespace;
  if (wanted === undefined || gone.has(wanted)) {
    return fallbackNamespace;
  }
  const namespace = await store.find(namespaces, { name: wanted }, call);
  const isUsable =
    namespace !== undefined &&
    namespace.metadata.deletionTimestamp == null &&
    namespace.status?.phase !== 'Terminating';
  return isUsable ? wanted : fallbackNamespace;
}
