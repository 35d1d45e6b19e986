import { badRequest, invalid } from './api-status.ts';
import type { KubeObject, Resource } from './resources.ts';

type Fields = Readonly<Record<string, unknown>>;

const metadataFields = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];
const namePattern = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const labelValuePattern = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Reads the body of a write: right type, right place, no field that the type does not have. */
export function readObject(resource: Resource, body: unknown, namespace: string | undefined): KubeObject {
  const object = asFields(body);
  const metadata = asFields(object['metadata']);
  if (object['apiVersion'] !== resource.apiVersion || object['kind'] !== resource.kind) {
    throw badRequest(`apiVersion and kind must be ${resource.apiVersion} ${resource.kind}`);
  }
  if (typeof metadata['name'] !== 'string') {
    throw badRequest('metadata.name is required');
  }
  if ((metadata['namespace'] ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  onlyKnown(resource, object, ['apiVersion', 'kind', 'metadata', ...resource.fields]);
  onlyKnown(resource, metadata, metadataFields);
  onlyKnown(resource, asFields(object['spec']), resource.specFields);
  const placed = namespace === undefined ? metadata : { ...metadata, namespace };
  return { ...object, metadata: placed } as unknown as KubeObject;
}

function onlyKnown(resource: Resource, object: Fields, known: readonly string[]): void {
  const unknown = Object.keys(object).filter((field) => !known.includes(field));
  if (unknown.length > 0) {
    throw badRequest(`strict decoding error: unknown field in ${resource.kind}: ${unknown.join(', ')}`);
  }
}

/** The rules that the API server and the CRDs have for the objects we write. */
export function validateObject(resource: Resource, object: KubeObject): void {
  const { name, labels = {}, annotations = {} } = object.metadata;
  const refuse = (why: string): never => {
    throw invalid(resource, name, why);
  };
  if (!namePattern.test(name)) {
    refuse(`metadata.name: Invalid value: "${name}"`);
  }
  for (const [key, value] of Object.entries(labels)) {
    if (!labelValuePattern.test(value)) {
      refuse(`metadata.labels: Invalid value: "${value}" of ${key}`);
    }
  }
  if (Object.values(annotations).some((value) => typeof (value as unknown) !== 'string')) {
    refuse('metadata.annotations: a value is no text');
  }
  rules[resource.plural]?.(object, refuse);
}

type Rule = (object: KubeObject, refuse: (why: string) => never) => void;

const rules: Readonly<Record<string, Rule>> = {
  volumesnapshotcontents(object, refuse) {
    const spec = asFields(object['spec']);
    const source = asFields(spec['source']);
    const reference = asFields(spec['volumeSnapshotRef']);
    if (spec['deletionPolicy'] !== 'Retain' && spec['deletionPolicy'] !== 'Delete') {
      refuse('spec.deletionPolicy: Unsupported value');
    }
    if (typeof spec['driver'] !== 'string' || spec['driver'] === '') {
      refuse('spec.driver: Required value');
    }
    if ((source['snapshotHandle'] === undefined) === (source['volumeHandle'] === undefined)) {
      refuse('spec.source: exactly one of volumeHandle and snapshotHandle must be set');
    }
    if (typeof reference['name'] !== 'string' || typeof reference['namespace'] !== 'string') {
      refuse('both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set');
    }
  },
  volumesnapshots(object, refuse) {
    const source = asFields(asFields(object['spec'])['source']);
    const isClaim = source['persistentVolumeClaimName'] !== undefined;
    if (isClaim === (source['volumeSnapshotContentName'] !== undefined)) {
      refuse(
        'spec.source: exactly one of volumeSnapshotContentName and persistentVolumeClaimName must be set',
      );
    }
  },
  events(object, refuse) {
    const involved = asFields(object['involvedObject']);
    const expected = involved['namespace'] ?? 'default';
    if (object.metadata.namespace !== expected) {
      refuse('involvedObject.namespace: does not match event.namespace');
    }
    const isoSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
    for (const field of ['firstTimestamp', 'lastTimestamp']) {
      const value = object[field];
      if (value !== undefined && !(typeof value === 'string' && isoSeconds.test(value))) {
        throw badRequest(`${field}: cannot be parsed as a time`);
      }
    }
    if (typeof object['message'] === 'string' && object['message'].length > 1024) {
      refuse('message: can have at most 1024 characters');
    }
  },
};
