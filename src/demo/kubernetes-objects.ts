import { parseAllDocuments } from 'yaml';

/** An object for Kubernetes, or what stands in its place. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

/** The objects of a text for `kubectl apply -f`. @throws Error when it is not YAML. */
export function objectsIn(text: string): KubernetesObject[] {
  return [...parseAllDocuments(text)].map((document) => {
    if (document.errors[0] !== undefined) {
      throw document.errors[0];
    }
    return fieldsOf(document.toJS());
  });
}

/** The object of a kind; an empty one when there is none. */
export function ofKind(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  return objects.find((object) => object['kind'] === kind) ?? {};
}

/** The text at a place such as `metadata.name`; `none` when there is none. */
export function textAt(object: KubernetesObject, place: string): string {
  const value = place.split('.').reduce<unknown>((parent, key) => fieldsOf(parent)[key], object);
  return typeof value === 'string' ? value : 'none';
}

function fieldsOf(value: unknown): KubernetesObject {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The way from a VolumeSnapshot to the snapshot in ECS. */
export interface SnapshotChain {
  /** `namespace/name` of the VolumeSnapshot. */
  readonly snapshotName: string;
  readonly contentName: string;
  readonly deletionPolicy: string;
  /** The id in ECS, if VolumeSnapshot and content lead to each other. */
  readonly snapshotHandle: string;
}

export function snapshotChainIn(objects: readonly KubernetesObject[]): SnapshotChain {
  const snapshot = ofKind(objects, 'VolumeSnapshot');
  const content = ofKind(objects, 'VolumeSnapshotContent');
  const snapshotName = nameAt(snapshot, 'metadata');
  const contentName = textAt(content, 'metadata.name');
  const isClosed =
    textAt(snapshot, 'spec.source.volumeSnapshotContentName') === contentName &&
    nameAt(content, 'spec.volumeSnapshotRef') === snapshotName;
  return {
    snapshotName,
    contentName,
    deletionPolicy: textAt(content, 'spec.deletionPolicy'),
    snapshotHandle: isClosed ? textAt(content, 'spec.source.snapshotHandle') : 'none',
  };
}

function nameAt(object: KubernetesObject, place: string): string {
  return `${textAt(object, `${place}.namespace`)}/${textAt(object, `${place}.name`)}`;
}
