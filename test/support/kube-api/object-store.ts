import { randomUUID } from 'node:crypto';

import {
  alreadyExists,
  badRequest,
  conflict,
  expired,
  namespaceTerminating,
  notFound,
} from './api-status.ts';
import { mergePatch } from './merge-patch.ts';
import { resourceNamed, resources, type KubeObject, type Resource } from './resources.ts';
import { asFields, validateObject } from './validate.ts';

const knownKinds = new Map(resources.map((one) => [`${one.apiVersion} ${one.kind}`, one]));

/** One change, as watches report it. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly plural: string;
  readonly version: number;
  readonly object: KubeObject;
}

export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

interface Stored {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** The objects of the fake cluster, with the rules of the API server for versions, uids and finalizers. */
export class ObjectStore {
  readonly #objects = new Map<string, Stored>();
  #version = 100;
  #changes: Change[] = [];
  #compactedTo = 0;
  readonly #listeners = new Set<(change: Change) => void>();
  #isTelling = false;

  constructor() {
    for (const name of ['default', 'kube-system']) {
      this.put(namespaceObject(name));
    }
  }

  get version(): number {
    return this.#version;
  }

  find(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(resource, namespace, name))?.object;
  }

  list(resource: Resource, namespace?: string): KubeObject[] {
    return [...this.#objects.values()]
      .filter((one) => one.resource.plural === resource.plural)
      .map((one) => one.object)
      .filter((one) => namespace === undefined || one.metadata.namespace === namespace)
      .sort((a, b) =>
        keyOf(resource, a.metadata.namespace, a.metadata.name) <
        keyOf(resource, b.metadata.namespace, b.metadata.name)
          ? -1
          : 1,
      );
  }

  /** The changes after a version. @throws ApiStatus 410 when they are not kept any more. */
  changesSince(version: number): Change[] {
    if (version < this.#compactedTo) {
      throw expired();
    }
    return this.#changes.filter((change) => change.version > version);
  }

  /** Forgets the changes up to now: who comes back with an older version has to list again. */
  compact(): void {
    this.#compactedTo = this.#version + 1;
    this.#version += 1;
    this.#changes = [];
  }

  /** Calls back after each change. @returns a function that ends it. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  create(resource: Resource, object: KubeObject): KubeObject {
    const { name, namespace } = object.metadata;
    if (object.metadata.resourceVersion !== undefined) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    this.#requireNamespace(resource, namespace, name);
    validateObject(resource, object);
    if (this.#objects.has(keyOf(resource, namespace, name))) {
      throw alreadyExists(resource, name);
    }
    const { status: _status, ...withoutStatus } = object;
    const fresh = resource.hasStatus ? withoutStatus : object;
    const metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: new Date().toISOString() };
    return this.#write(resource, { ...fresh, metadata }, 'ADDED');
  }

  /** Replaces an object; an ordinary write leaves the status alone, one of the status all else. */
  update(resource: Resource, object: KubeObject, isStatus = false): KubeObject {
    const { name, namespace, resourceVersion, uid } = object.metadata;
    const there = this.#require(resource, namespace, name);
    this.#check(resource, there, { resourceVersion, uid });
    const own = ['uid', 'creationTimestamp', 'deletionTimestamp'] as const;
    const kept = Object.fromEntries(
      own.flatMap((key) => (there.metadata[key] === undefined ? [] : [[key, there.metadata[key]]])),
    );
    const metadata = { ...object.metadata, ...kept };
    const next = isStatus
      ? { ...there, status: object['status'] }
      : { ...object, ...(resource.hasStatus ? { status: there['status'] } : {}), metadata };
    validateObject(resource, next);
    const isLetGo =
      next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    return isLetGo ? this.#drop(resource, next) : this.#write(resource, next, 'MODIFIED');
  }

  patch(
    resource: Resource,
    target: { namespace?: string | undefined; name: string },
    patch: unknown,
    isStatus = false,
  ): KubeObject {
    const there = this.#require(resource, target.namespace, target.name);
    const { resourceVersion, uid } = asFields(asFields(patch)['metadata']) as Preconditions;
    this.#check(resource, there, { resourceVersion, uid });
    return this.update(resource, mergePatch(there, patch) as KubeObject, isStatus);
  }

  remove(
    resource: Resource,
    target: { namespace?: string | undefined; name: string },
    preconditions: Preconditions,
  ): KubeObject {
    const there = this.#require(resource, target.namespace, target.name);
    this.#check(resource, there, preconditions);
    if ((there.metadata.finalizers ?? []).length === 0) {
      return this.#drop(resource, there);
    }
    if (there.metadata.deletionTimestamp !== undefined) {
      return there;
    }
    const metadata = { ...there.metadata, deletionTimestamp: new Date().toISOString() };
    return this.#write(resource, { ...there, metadata }, 'MODIFIED');
  }

  /** Puts an object there as it is, status and all: the work of other hands. */
  put(object: KubeObject): KubeObject {
    const resource = resourceOf(object);
    const { namespace, name } = object.metadata;
    const there = this.find(resource, namespace, name);
    const identity = {
      uid: there?.metadata.uid ?? randomUUID(),
      creationTimestamp: there?.metadata.creationTimestamp ?? new Date().toISOString(),
    };
    const metadata = { ...identity, ...object.metadata };
    return this.#write(resource, { ...object, metadata }, there === undefined ? 'ADDED' : 'MODIFIED');
  }

  /** Takes an object away at once, whatever its finalizers. */
  take(plural: string, namespace: string | undefined, name: string): void {
    const resource = resourceNamed(plural);
    if (resource === undefined) {
      throw badRequest(`no resource ${plural}`);
    }
    this.#drop(resource, this.#require(resource, namespace, name));
  }

  #require(resource: Resource, namespace: string | undefined, name: string): KubeObject {
    const there = this.find(resource, namespace, name);
    if (there === undefined) {
      throw notFound(resource, name);
    }
    return there;
  }

  #requireNamespace(resource: Resource, namespace: string | undefined, name: string): void {
    if (!resource.isNamespaced) {
      return;
    }
    const type = resourceNamed('namespaces');
    const found = type && this.find(type, undefined, namespace ?? '');
    if (type === undefined || found === undefined) {
      throw notFound(type ?? resource, namespace ?? '');
    }
    if (asFields(found['status'])['phase'] === 'Terminating') {
      throw namespaceTerminating(resource, name, namespace ?? '');
    }
  }

  #check(resource: Resource, { metadata }: KubeObject, { uid, resourceVersion }: Preconditions): void {
    if (uid !== undefined && uid !== metadata.uid) {
      throw conflict(resource, metadata.name, `Precondition failed: UID in precondition: ${uid}`);
    }
    if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
      const why =
        'the object has been modified; please apply your changes to the latest version and try again';
      throw conflict(resource, metadata.name, why);
    }
  }

  #write(resource: Resource, object: KubeObject, type: 'ADDED' | 'MODIFIED'): KubeObject {
    const stored = this.#stamped(object);
    this.#objects.set(keyOf(resource, stored.metadata.namespace, stored.metadata.name), {
      resource,
      object: stored,
    });
    this.#tell({ type, plural: resource.plural, version: this.#version, object: stored });
    return stored;
  }

  #drop(resource: Resource, object: KubeObject): KubeObject {
    const last = this.#stamped(object);
    this.#objects.delete(keyOf(resource, object.metadata.namespace, object.metadata.name));
    this.#tell({ type: 'DELETED', plural: resource.plural, version: this.#version, object: last });
    return last;
  }

  #stamped(object: KubeObject): KubeObject {
    this.#version += 1;
    const copy = structuredClone(object);
    return { ...copy, metadata: { ...copy.metadata, resourceVersion: String(this.#version) } };
  }

  /** A listener may change more: everybody hears of the changes in their order. */
  #tell(change: Change): void {
    this.#changes.push(change);
    if (this.#isTelling) {
      return;
    }
    this.#isTelling = true;
    try {
      for (let told = this.#changes.length - 1; told < this.#changes.length; told += 1) {
        const next = this.#changes[told];
        if (next !== undefined) {
          this.#listeners.forEach((listener) => listener(next));
        }
      }
    } finally {
      this.#isTelling = false;
    }
  }
}

export function namespaceObject(name: string, phase = 'Active'): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase } };
}

function resourceOf({ apiVersion, kind }: KubeObject): Resource {
  const found = knownKinds.get(`${apiVersion} ${kind}`);
  if (found === undefined) {
    throw badRequest(`no resource for ${apiVersion} ${kind}`);
  }
  return found;
}

function keyOf(resource: Resource, namespace: string | undefined, name: string): string {
  return `${resource.plural}/${namespace ?? ''}/${name}`;
}
